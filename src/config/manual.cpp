// The directive section of pxed.conf(5), in man(7) macros.

#include <string>

#include "base/text.hpp"
#include "config/help.hpp"

namespace pxed::config {

namespace {

// roff reads a leading dot or quote as a macro, and `-` as a hyphen that may break.
std::string roff(std::string_view text) {
    std::string result;
    bool is_literal = false;
    for (const char c : text) {
        switch (c) {
            case '\\':
                result += "\\e";
                break;
            case '-':
                result += "\\-";
                break;
            case '`':
                is_literal = !is_literal;
                result += is_literal ? "\\fB" : "\\fR";
                break;
            default:
                result += c;
        }
    }
    if (result.starts_with('.') || result.starts_with('\'')) result.insert(0, "\\&");
    return result;
}

// Breaks running text where roff may: a line of input is at most 80 characters, unless one word is longer.
std::string wrapped(std::string_view text) {
    constexpr std::size_t k_longest = 78;
    std::string result;
    std::size_t column = 0;
    for (const auto word : split(text, ' ')) {
        if (word.empty()) continue;
        const bool breaks = column > 0 && column + 1 + word.size() > k_longest;
        // A word that looks like a macro must not begin a line.
        const bool is_protected = breaks && (word.starts_with('.') || word.starts_with('\''));
        if (column > 0) result += breaks ? '\n' : ' ';
        if (is_protected) result += "\\&";
        result += word;
        column = (breaks ? 0 : column + (column > 0 ? 1 : 0)) + word.size();
    }
    return result + '\n';
}

std::string capitalised(std::string_view sentence) {
    std::string result{sentence};
    if (!result.empty() && result[0] >= 'a' && result[0] <= 'z')
        result[0] = static_cast<char>(result[0] - 'a' + 'A');
    return result;
}

// Paragraphs become .IP, so that they stay below the entry's .TP; examples keep their lines (.nf).
std::string paragraph_lines(std::string_view manual) {
    std::string text;
    bool is_example = false;
    bool begins_paragraph = false;  // not before an example: .RS makes one of its own
    const auto end_example = [&] {
        if (is_example) text += ".fi\n.RE\n";
        is_example = false;
    };
    for (const auto line : split(manual, '\n')) {
        if (line.starts_with("    ")) {
            if (!is_example) text += ".RS\n.nf\n";
            is_example = true;
            text += roff(line.substr(4)) + '\n';
        } else if (trim(line).empty()) {
            end_example();
            begins_paragraph = true;
        } else {
            end_example();
            if (begins_paragraph) text += ".IP\n";
            begins_paragraph = false;
            text += wrapped(roff(line));
        }
    }
    end_example();
    return text;
}

std::string_view frequency(const Directive& row) {
    switch (row.use) {
        case Use::flag:
            return row.status == Status::served ? "A flag, off unless it is given." : "A flag.";
        case Use::once:
            return "Once; the file's value replaces the command line's.";
        case Use::many:
            return "May be repeated.";
    }
    return "";
}

// One .TP: name, value, letter, help line, how often, and the paragraphs of the table.
std::string entry(const Directive& row) {
    std::string text = ".TP\n.B " + roff(row.name);
    if (row.value == Value::optional) text += "\\fR[=\\fI" + roff(row.syntax) + "\\fR]";
    if (row.value == Value::required) text += "\\fR=\\fI" + roff(row.syntax) + "\\fR";
    if (row.short_option != 0) text += "\\fR  (\\fB\\-" + std::string{row.short_option} + "\\fR)";
    text += '\n' + wrapped(roff(capitalised(row.help)) + '.');
    text += std::string{frequency(row)} + '\n';
    if (!row.default_value.empty()) text += "Default: \\fB" + roff(row.default_value) + "\\fR.\n";
    if (row.alias_of.empty()) {
        text += ".IP\n" + paragraph_lines(row.manual);
    } else {
        text += "The same as \\fB" + roff(row.alias_of) + "\\fR.\n";
    }
    if (!row.pitfall.empty()) text += ".IP\n" + wrapped("\\fIPitfall:\\fR " + roff(row.pitfall));
    if (row.reload == Reload::restart)
        text += ".IP\nA change takes effect at the next restart, not at a reload.\n";
    return text;
}

}  // namespace

std::string manual_section() {
    std::string text;
    // In the order of the enum, which is the order of the manual.
    for (int number = 0; number <= static_cast<int>(Group::not_served); ++number) {
        const auto group = static_cast<Group>(number);
        text += ".SS \"" + std::string{heading_of(group)} + "\"\n";
        if (group != Group::not_served) {
            for (const auto& row : directives()) {
                if (row.group == group) text += entry(row);
            }
            continue;
        }
        text += wrapped(
            "These names are read and not served. Those marked * are refused, because a file that sets them "
            "would behave differently without a word; the others are skipped with one warning each.");
        text += ".PP\n";
        for (const auto& row : directives()) {
            if (row.group != group) continue;
            text += roff(row.name) + (row.status == Status::not_served ? "*" : "") + '\n';
        }
    }
    return text;
}

}  // namespace pxed::config
