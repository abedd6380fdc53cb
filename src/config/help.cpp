// --help, written from the directive table: the whole, a group, or one directive with its manual paragraph.

#include "config/help.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"

namespace pxed::config {

namespace {

// A group, the word that asks for it, and the words above it.
struct Heading {
    Group group;
    std::string_view word;
    std::string_view text;
};

constexpr std::array k_headings{
    Heading{Group::daemon, "daemon", "The process"},
    Heading{Group::interfaces, "interfaces", "Interfaces and ports"},
    Heading{Group::dhcp, "dhcp", "DHCP: addresses, leases and hosts"},
    Heading{Group::options, "options", "DHCP: options sent to clients"},
    Heading{Group::boot, "boot", "What a machine boots"},
    Heading{Group::tags, "tags", "Tags: telling clients apart"},
    Heading{Group::tftp, "tftp", "TFTP"},
    Heading{Group::http, "http", "HTTP"},
    Heading{Group::log, "log", "What is logged, and where"},
    Heading{Group::files, "files", "Further configuration files"},
    Heading{Group::not_served, "not-served", "Known to dnsmasq, not served by pxed"},
};

constexpr std::string_view k_usage =
    "Usage: pxed [-C FILE] [--test[=strict] | --dump] [--DIRECTIVE[=VALUE] ...]\n"
    "Network-boot daemon: DHCP, TFTP and HTTP for machines that boot, configured like dnsmasq.\n"
    "\n"
    "Options of pxed itself:\n"
    "  -C, --conf-file=FILE         read FILE instead of /etc/pxed.conf and /etc/pxed.d/*.conf\n"
    "                               (empty: none)\n"
    "      --test[=strict]          read the configuration, say what is wrong with it, and exit;\n"
    "                               strict: warnings are a failure as well\n"
    "      --dump                   print every line that counts and where it is written, and exit\n"
    "  -w, --help [TOPIC]           this text, one group of it, or all about one directive\n"
    "  -v, --version                version and features\n"
    "\n"
    "Every directive of the file is an option as well. pxed(8), pxed.conf(5).\n";

// Where help lines begin; a longer option has its help on the next line.
constexpr std::size_t k_column = 31;

std::string line_of(const Directive& row) {
    std::string line = "  ";
    if (row.short_option != 0) {
        line += '-';
        line += row.short_option;
        line += ", ";
    } else {
        line += "    ";
    }
    line += "--";
    line += row.name;
    if (row.value == Value::optional) line += "[=" + std::string{row.syntax} + ']';
    if (row.value == Value::required) line += '=' + std::string{row.syntax};
    if (line.size() + 2 > k_column) {
        line += '\n';
        line.append(k_column, ' ');
    } else {
        line.append(k_column - line.size(), ' ');
    }
    return line + std::string{row.help} + '\n';
}

// An alias would say the same again; conf-file stands among pxed's own options already.
bool is_listed(const Directive& row) {
    return row.alias_of.empty() && row.name != "conf-file";
}

std::string lines_of(const Heading& heading) {
    std::string text = std::string{heading.text} + " (--help " + std::string{heading.word} + "):\n";
    if (heading.group == Group::not_served) {
        text += ' ';
        for (const auto& row : directives()) {
            if (row.group == Group::not_served) text += ' ' + std::string{row.name};
        }
        return text + '\n';
    }
    for (const auto& row : directives()) {
        if (row.group == heading.group && is_listed(row)) text += line_of(row);
    }
    return text;
}

// Lines of at most 80 characters; examples (four blanks) stay as they are.
std::string wrapped(std::string_view text) {
    constexpr std::size_t k_width = 80;
    std::string result;
    for (const auto line : split(text, '\n')) {
        std::size_t column = 0;
        if (line.starts_with("    ")) {
            result += std::string{line} + '\n';
            continue;
        }
        for (const auto word : split(line, ' ')) {
            const bool breaks = column > 0 && column + 1 + word.size() > k_width;
            if (column > 0) result += breaks ? '\n' : ' ';
            result += word;
            column = (breaks || column == 0 ? 0 : column + 1) + word.size();
        }
        result += '\n';
    }
    return result;
}

std::string all_about(const Directive& row) {
    std::string text = std::string{row.name};
    if (row.value == Value::optional) text += "[=" + std::string{row.syntax} + ']';
    if (row.value == Value::required) text += '=' + std::string{row.syntax};
    text += "\n    " + std::string{row.help} + ".\n\n";
    std::string manual{row.manual};
    if (!row.pitfall.empty()) manual += "\n\nPitfall: " + std::string{row.pitfall};
    // Backquotes are for the manual's bold face.
    std::erase(manual, '`');
    return text + wrapped(manual);
}

}  // namespace

std::string_view heading_of(Group group) {
    return std::ranges::find(k_headings, group, &Heading::group)->text;
}

std::string_view word_of(Group group) {
    return std::ranges::find(k_headings, group, &Heading::group)->word;
}

std::string help_text() {
    std::string text{k_usage};
    for (const auto& heading : k_headings) {
        if (heading.group != Group::not_served) text += '\n' + lines_of(heading);
    }
    return text;
}

std::optional<std::string> help_text(std::string_view topic) {
    // PXE is what people call it, whatever else the group has: UEFI, iPXE, kernels.
    const auto word = topic == "pxe" ? word_of(Group::boot) : topic;
    const auto heading = std::ranges::find(k_headings, word, &Heading::word);
    if (heading != k_headings.end()) return lines_of(*heading);
    // `--help --dhcp-host` asks for the same as `--help dhcp-host`.
    while (topic.starts_with('-'))
        topic.remove_prefix(1);
    const auto* row = find_directive(topic);
    if (row == nullptr) return std::nullopt;
    return all_about(row->alias_of.empty() ? *row : *find_directive(row->alias_of));
}

}  // namespace pxed::config
