// The scripts of boot loaders, written so that the kernel sees the command line as the administrator wrote
// it. Each loader cuts a line into words by rules of its own: iPXE at blanks and nowhere else, GRUB as a
// shell, PXELINUX not at all. Nothing a client sent is ever part of a script.

#include "tree/boot_script.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "tree/pxelinux_script.hpp"

namespace pxed::tree {

namespace {

constexpr std::string_view k_written_by =
    "# Written by pxed from a boot-linux line; a file of this name wins.\n";

// How a file below the root is said: with one slash in front.
std::string absolute(std::string_view path) {
    const auto start = path.find_first_not_of('/');
    return '/' + std::string{start == path.npos ? std::string_view{} : path.substr(start)};
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// --- iPXE ---
// Its words end at blanks, there are no quotes, and `${name}` is replaced by a setting, again and again until
// none is left. So `${` itself cannot be said (the reader of the configuration warns of it); everything else
// can, by settings of our own: one that holds a blank, and one that does not exist and so says nothing.

constexpr std::string_view k_ipxe_blank = "${space:string}";
constexpr std::string_view k_ipxe_nothing = "${nothing}";

// RFC 3986 2.3. A colon too: iPXE takes all before the first one for the scheme.
std::string uri_escaped(std::string_view path) {
    constexpr std::string_view k_hex = "0123456789ABCDEF";
    constexpr std::string_view k_plain = "/-._~+,=@";
    std::string text;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_letter_or_digit(c) || k_plain.find(c) != k_plain.npos) {
            text += c;
        } else {
            text += '%';
            text += k_hex[byte >> 4];
            text += k_hex[byte & 15];
        }
    }
    return text;
}

std::string ipxe_file(std::string_view file) {
    if (!is_url(file)) return uri_escaped(absolute(file));
    // The administrator's own URL stays as it is, but for what iPXE would take for a setting.
    std::string text;
    for (const char c : file)
        text += c == '{' ? "%7B" : std::string{c};
    return text;
}

// A word that iPXE would take for the end of the command, or for a comment.
bool is_ipxe_operator(std::string_view word) {
    return word.starts_with('#') || word == ";" || word == "&&" || word == "||";
}

std::string ipxe_command_line(std::string_view text) {
    std::string line;
    bool is_first = true;
    for (const auto word : split(text, ' ')) {
        // Blanks in a row are one to iPXE: those but the first stand in a setting.
        if (!is_first) line += line.empty() || line.ends_with(' ') ? k_ipxe_blank : " ";
        if (is_ipxe_operator(word)) line += k_ipxe_nothing;
        line += word;
        is_first = false;
    }
    return line;
}

std::string initrd_name(std::size_t index) {
    return "initrd" + (index == 0 ? std::string{} : std::to_string(index));
}

std::string ipxe_script(const LinuxBoot& boot) {
    std::string text = "#!ipxe\n";
    text += k_written_by;
    // An autoexec.ipxe is run before iPXE has configured the network by itself.
    text += "isset ${ip} || dhcp\n";
    const std::string command_line = ipxe_command_line(boot.command_line);
    if (command_line.find(k_ipxe_blank) != std::string::npos) text += "set space:hex 20\n";
    text += "kernel " + ipxe_file(boot.kernel);
    // Under UEFI the kernel asks its loader for the files that `initrd=` names, by these names; under BIOS it
    // passes the word over.
    for (std::size_t i = 0; i < boot.initrds.size(); ++i)
        text += " initrd=" + initrd_name(i);
    if (!command_line.empty()) text += ' ' + command_line;
    text += '\n';
    for (std::size_t i = 0; i < boot.initrds.size(); ++i)
        text += "initrd --name " + initrd_name(i) + ' ' + ipxe_file(boot.initrds[i]) + '\n';
    return text + "boot\n";
}

// --- GRUB ---
// A shell's words. GRUB puts them together again for the kernel: a word with a blank in it gets double
// quotes around it, and a quote or backslash inside a backslash before it, which the kernel does not know.
// So `a="b c"` goes in as one word without its quotes, and the kernel reads `"a=b c"` as the same.

std::string grub_word(std::string_view word) {
    constexpr std::string_view k_plain = "/-._:=,@%+";
    const bool is_plain = !word.empty() && std::ranges::all_of(word, [&](char c) {
        return is_letter_or_digit(c) || k_plain.find(c) != k_plain.npos;
    });
    if (is_plain) return std::string{word};
    std::string quoted{"'"};
    for (const char c : word)
        quoted += c == '\'' ? std::string_view{R"('\'')"} : std::string_view{&c, 1};
    return quoted + '\'';
}

// `http://server:8080/a/b` is `(http,server:8080)/a/b`.
std::string grub_file(std::string_view file) {
    if (!is_url(file)) return grub_word(absolute(file));
    const auto scheme_end = file.find("://");
    const auto host = file.substr(scheme_end + 3);
    const auto path = std::min(host.find('/'), host.size());
    return grub_word('(' + std::string{file.substr(0, scheme_end)} + ',' + std::string{host.substr(0, path)} +
                     ')' + std::string{host.substr(path)});
}

// The kernel's own words: cut at blanks outside double quotes, without those.
std::vector<std::string> kernel_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool is_quoted = false;
    bool has_word = false;
    for (const char c : text) {
        if (c == ' ' && !is_quoted) {
            if (has_word) words.push_back(std::exchange(word, {}));
            has_word = false;
            continue;
        }
        has_word = true;
        if (c == '"')
            is_quoted = !is_quoted;
        else
            word += c;
    }
    if (has_word) words.push_back(std::move(word));
    return words;
}

std::string grub_script(const LinuxBoot& boot) {
    std::string text{k_written_by};
    // A menu of one, taken at once: when a file is missing GRUB shows it instead of an empty prompt.
    text += "set default=0\nset timeout=0\nmenuentry 'Linux' {\n  linux " + grub_file(boot.kernel);
    for (const auto& word : kernel_words(boot.command_line))
        text += ' ' + grub_word(word);
    text += '\n';
    if (!boot.initrds.empty()) {
        text += "  initrd";
        for (const auto& initrd : boot.initrds)
            text += ' ' + grub_file(initrd);
        text += '\n';
    }
    return text + "}\n";
}

}  // namespace

bool is_url(std::string_view file) {
    constexpr std::array<std::string_view, 3> k_schemes{"http://", "https://", "tftp://"};
    return std::ranges::any_of(k_schemes, [file](std::string_view scheme) {
        return equal_ignoring_case(file.substr(0, scheme.size()), scheme);
    });
}

std::optional<ScriptLanguage> script_language_of(std::string_view path) {
    const auto slash = path.rfind('/');
    const auto name = slash == path.npos ? path : path.substr(slash + 1);
    const auto directory = slash == path.npos ? std::string_view{} : path.substr(0, slash);
    if (name == k_ipxe_script || name == "autoexec.ipxe") return ScriptLanguage::ipxe;
    // Every build of GRUB has a directory of its own: /grub, /grub/x86_64-efi, /EFI/fedora.
    if (name == "grub.cfg") return ScriptLanguage::grub;
    // PXELINUX's last name, beside wherever it was loaded from; before it come UUID, MAC and address.
    if (name == "default" && (directory == "pxelinux.cfg" || directory.ends_with("/pxelinux.cfg")))
        return ScriptLanguage::pxelinux;
    return std::nullopt;
}

std::string boot_script(const LinuxBoot& boot, ScriptLanguage language) {
    switch (language) {
        case ScriptLanguage::ipxe:
            return ipxe_script(boot);
        case ScriptLanguage::grub:
            return grub_script(boot);
        case ScriptLanguage::pxelinux:
            return pxelinux_script(boot, {});
    }
    return {};
}

}  // namespace pxed::tree
