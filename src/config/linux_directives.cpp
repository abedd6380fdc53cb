// The rows of boot-linux: a kernel without a script of one's own. The words of the line reach the kernel by
// way of three boot loaders, so what one of them cannot say is refused or warned of here.

#include <algorithm>
#include <array>
#include <string>

#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

constexpr std::string_view k_form = "the form is KERNEL,INITRD[;INITRD...][,COMMAND LINE]";

// COMMAND_LINE_SIZE of x86 and arm64 with its NUL; what is longer is cut by the kernel without a word.
constexpr std::size_t k_longest_command_line = 2047;

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

// A name that iPXE, GRUB and PXELINUX all can say. PXELINUX cuts at blanks and commas and knows no quotes.
Parsed check_file(std::string_view file) {
    constexpr std::string_view k_refused = " ,;\"'\\";
    if (std::ranges::any_of(file,
                            [&](char c) { return is_control(c) || k_refused.find(c) != k_refused.npos; }))
        return fail(quote(file) +
                    " has a blank, comma, quote or backslash, which not every boot loader can name");
    const auto scheme = file.find("://");
    if (scheme != file.npos && !tree::is_url(file))
        return fail(quote(file) +
                    " is no URL that boot loaders load from; http://, https:// and tftp:// are");
    if (scheme != file.npos) return {};
    std::string_view rest = file;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('/'), rest.size());
        if (rest.substr(0, end) == "..") return fail(quote(file) + " leads out of the root");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

// Quotes around the whole command line are this file's; those within it are the kernel's, whose parameters
// may hold blanks (`dyndbg="file x +p"`), and go back to where they stood.
std::string command_line_of(const Field& field) {
    std::size_t quoted = 0;
    for (std::size_t i = 0; i < field.size(); ++i)
        quoted += field.is_quoted(i) ? 1 : 0;
    if (quoted == 0 || quoted == field.size()) return field.str();
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const bool is_first = field.is_quoted(i) && (i == 0 || !field.is_quoted(i - 1));
        const bool is_last = field.is_quoted(i) && !field.is_quoted(i + 1);
        if (is_first) text += '"';
        text += field.text()[i];
        if (is_last) text += '"';
    }
    return text;
}

Parsed check_command_line(const Line& line, std::string_view text) {
    if (std::ranges::any_of(text, is_control))
        return fail(std::string{"the command line has a control character"});
    if (text.size() > k_longest_command_line) {
        line.warn("the command line has " + std::to_string(text.size()) + " characters; the kernel takes " +
                  std::to_string(k_longest_command_line));
    }
    // iPXE replaces until none is left, so there is no way to write it that it would leave alone.
    if (text.find("${") != text.npos)
        line.warn(
            "iPXE puts a setting of its own where the command line has \"${...}\"; GRUB and PXELINUX do not");
    // GRUB's own quoting of what it hands to the kernel.
    if (text.find_first_of("'\\") != text.npos)
        line.note("GRUB puts a backslash before each quote and backslash of a command line");
    return {};
}

// [tag:T,...]KERNEL,INITRD[;INITRD...][,COMMAND LINE]
Parsed parse_boot_linux(Line& line) {
    FieldReader fields{line.value()};
    dhcp::LinuxBoot linux;
    linux.origin = line.origin();
    linux.tests = take_tag_tests(fields);
    if (!fields.has_more() || fields.peek().is_empty())
        return fail("the kernel is missing; " + std::string{k_form});
    linux.boot.kernel = fields.take().str();
    if (auto checked = check_file(linux.boot.kernel); !checked) return checked;
    if (!fields.has_more()) {
        line.warn("no initrd is named; boot-linux=" + linux.boot.kernel + ", says that there is none");
    } else {
        for (const auto& initrd : fields.take().split(';')) {
            if (initrd.is_empty()) continue;
            if (auto checked = check_file(initrd.text()); !checked) return checked;
            linux.boot.initrds.push_back(initrd.str());
        }
    }
    if (fields.has_more()) linux.boot.command_line = command_line_of(fields.take_rest());
    if (auto checked = check_command_line(line, linux.boot.command_line); !checked) return checked;
    line.config().dhcp.linux_boots.push_back(std::move(linux));
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "boot-linux",
     .group = Group::boot,
     .syntax = "[tag:TAG,...]KERNEL,INITRD[;INITRD...][,COMMAND LINE]",
     .help = "boot this Linux; the boot loader's script is written for you",
     .manual = "Boots KERNEL with INITRD (several are joined, none is an empty field) without a script of "
               "one's own. Each is a path below tftp-root, or a URL. Without this line pxed writes no "
               "script. The command line is all the rest, commas included; quotes around the whole of it "
               "are left out, quotes within it reach the kernel. It is pxed's own directive.\n\n"
               "iPXE is sent to `boot.ipxe`, over HTTP where it and pxed speak it. GRUB and PXELINUX find "
               "`grub.cfg` and `pxelinux.cfg/default` wherever they look for them. A file of such a name in "
               "the boot tree wins.\n\n"
               "Of several lines the last one whose tags the machine had when it was last answered by DHCP "
               "counts, else the last one without tags."
               "\n\n    boot-linux=debian/linux,debian/initrd.gz,priority=low console=ttyS0,115200n8"
               "\n    boot-linux=tag:rescue,rescue/vmlinuz,rescue/initrd.img;rescue/modules.cpio"
               "\n    boot-linux=tag:far,http://10.0.0.5/vmlinuz,http://10.0.0.5/initrd,quiet",
     .pitfall = "Firmware that is not iPXE needs one of these loaders first, by dhcp-boot or boot-arch.",
     .parse = parse_boot_linux},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> linux_rows() {
    return k_rows;
}

}  // namespace pxed::config
