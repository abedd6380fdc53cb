// Which directive, with which value, is on each line of a file. The grammar is dnsmasq's: `#` opens a comment
// only after a blank or at the start (`dhcp-ignore=#known` is legal), only double quotes quote, and an escape
// is one of seven. Where dnsmasq would split a long line in silence, this reader says so.

#include "config/lines.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <ini.h>

#include "base/result.hpp"
#include "base/text.hpp"

namespace pxed::config {

namespace {

// Longer than any directive's, and short enough for inih's line buffer, whose size its packager chose.
constexpr std::size_t k_longest_name = 40;

// dnsmasq's white space: all of isspace().
bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Invisible in every message about the line.
bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && !is_blank(c)) || byte == 0x7f;
}

std::string describe_control(char c, std::size_t at) {
    return "there is a control character (" + quote({&c, 1}) + ") at column " + std::to_string(at + 1);
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

// The character that `\c` stands for inside quotes.
std::optional<char> unescaped(char c) {
    switch (c) {
        case '\\':
            return '\\';
        case '"':
            return '"';
        case 't':
            return '\t';
        case 'n':
            return '\n';
        case 'b':
            return '\b';
        case 'r':
            return '\r';
        case 'e':
            return '\x1b';
        default:
            return std::nullopt;
    }
}

// The other way round. A backslash is always doubled, so that what follows it never counts as its escape.
void add_escaped(std::string& text, char c) {
    constexpr std::string_view k_letters = "\\\"tnbre";
    for (const char letter : k_letters) {
        if (unescaped(letter) != c) continue;
        text += '\\';
        text += letter;
        return;
    }
    text += c;
}

// A line without its comment and quotes, and the marks of what was quoted.
struct Lexed {
    std::string text;
    std::string quoted;

    void add(char c, bool is_quoted) {
        text += c;
        quoted += is_quoted ? '\1' : '\0';
    }
};

// Reads from behind the opening quote at `at` to behind the closing one.
Result<std::size_t, std::string> lex_quoted(std::string_view line, std::size_t at, Lexed& lexed) {
    while (at < line.size()) {
        const char c = line[at];
        if (c == '"') return at + 1;
        // A backslash before any other character stands for itself, as in dnsmasq. The trap is dnsmasq's too:
        // "\Boot" is a path, "\boot" begins with a backspace.
        if (c == '\\' && at + 1 < line.size()) {
            if (const auto real = unescaped(line[at + 1])) {
                lexed.add(*real, true);
                at += 2;
                continue;
            }
        }
        if (is_control(c)) return fail(describe_control(c, at));
        lexed.add(c, true);
        ++at;
    }
    return fail(std::string{"a double quote (\") is missing: every opened quote is closed on the same line"});
}

// Finds comment and quotes in one pass: a `#` in quotes begins no comment, a quote in a comment opens
// nothing.
Result<Lexed, std::string> lex(std::string_view line) {
    Lexed lexed;
    bool after_blank = true;
    for (std::size_t at = 0; at < line.size();) {
        const char c = line[at];
        if (c == '#' && after_blank) break;
        if (c == '"') {
            TRY(at, lex_quoted(line, at + 1, lexed));
            after_blank = false;
            continue;
        }
        if (is_control(c)) return fail(describe_control(c, at));
        after_blank = is_blank(c);
        // Tabs become blanks here, once, for all who trim and split later.
        lexed.add(after_blank ? ' ' : c, false);
        ++at;
    }
    return lexed;
}

// What people write who know another format: getopt's dashes, INI sections, other comments, a blank for `=`.
std::string describe_bad_name(const Field& name) {
    if (name.is_empty()) return "there is no name before the \"=\"";
    if (name.starts_with("--")) {
        return quote(name.text()) + " is written as on a command line; in a file leave the dashes out";
    }
    if (name.starts_with("[")) return quote(name.text()) + " looks like a section; this file has none";
    if (name.starts_with(";") || name.starts_with("//")) {
        return quote(name.text()) + " is no comment here; comments begin with \"#\"";
    }
    if (const auto blank = name.find(' '); blank != std::string_view::npos) {
        return quote(name.text()) + " is no directive; is a \"=\" missing after " +
               quote(name.between(0, blank).text()) + '?';
    }
    return quote(name.text()) + " is no directive; a name has letters, digits and dashes only";
}

void set_value(FileLine& line, const Field& value) {
    line.value = value.str();
    line.quoted.clear();
    for (std::size_t i = 0; i < value.size(); ++i)
        line.quoted += value.is_quoted(i) ? '\1' : '\0';
}

Result<FileLine, std::string> cut(const Lexed& lexed) {
    const Field line = Field{lexed.text, lexed.quoted}.trimmed();
    // The first one outside quotes; those behind it belong to the value (`dhcp-boot=http://x/?a=b`).
    const auto equals = line.find('=');
    const bool has_value = equals != std::string_view::npos;
    const Field name = (has_value ? line.between(0, equals) : line).trimmed();
    if (name.is_empty() || name.has_quotes() || name.size() > k_longest_name ||
        !std::ranges::all_of(name.text(), is_name_character) || name.starts_with("-")) {
        return fail(describe_bad_name(name));
    }
    FileLine result;
    result.name = name.str();
    result.has_value = has_value;
    if (has_value) {
        set_value(result, line.from(equals + 1).trimmed());
    }
    return result;
}

Result<void, std::string> check_characters(std::string_view line, bool is_first) {
    // dnsmasq refuses such a file with "bad option", which helps nobody: an editor does not show the mark.
    if (is_first && line.starts_with("\xef\xbb\xbf")) {
        return fail(std::string{
            "the file begins with a byte-order mark; save it as plain UTF-8 (in vim: set nobomb)"});
    }
    if (line.size() > k_longest_line) {
        return fail("the line has " + std::to_string(line.size()) + " characters; at most " +
                    std::to_string(k_longest_line) + " are read");
    }
    return {};
}

// The next line without its end; `rest` is what follows it. Requires: `rest` is not empty.
std::string_view take_physical(std::string_view& rest) {
    const auto end = rest.find('\n');
    auto physical = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    // Files edited on Windows: dnsmasq takes CR for a blank.
    if (physical.ends_with('\r')) physical.remove_suffix(1);
    return physical;
}

// A line without comment and quotes; empty when nothing else is on it.
Result<Lexed, std::string> lex_physical(std::string_view physical, bool is_first) {
    if (auto checked = check_characters(physical, is_first); !checked) {
        return fail(std::move(checked).error());
    }
    TRY(Lexed lexed, lex(physical));
    if (Field{lexed.text, lexed.quoted}.trimmed().is_empty()) return Lexed{};
    // After the comment is gone: a comment may show a template. A file that was never rendered would
    // otherwise start half a service.
    if (const auto mark = find_template(lexed.text); !mark.empty()) {
        return fail(quote(mark) + " is left of a template: the file was not filled in");
    }
    return lexed;
}

// inih asks for lines as from fgets and calls back with name and value. All it ever sees is an empty line or
// a checked name and `=`: long lines, ` ;`, `:`, sections and continuation lines, where its builds differ,
// cannot reach it. The value is kept aside.
class Reader {
 public:
    Reader(std::string_view text, const std::function<void(const FileLine&)>& on_line,
           const std::function<void(const LineProblem&)>& on_problem)
        : rest_(text), on_line_(on_line), on_problem_(on_problem) {}

    [[nodiscard]] std::uint32_t line_number() const { return number_; }

    static char* next(char* buffer, int size, void* self) {
        return static_cast<Reader*>(self)->next_line(buffer, static_cast<std::size_t>(size));
    }

    static int found(void* self, const char*, const char*, const char*) {
        const auto* reader = static_cast<Reader*>(self);
        reader->on_line_(reader->line_);
        return 1;  // problems are collected by us: inih would keep only the first one's line
    }

 private:
    char* next_line(char* buffer, std::size_t size) {
        if (rest_.empty()) return nullptr;
        const auto physical = take_physical(rest_);
        ++number_;

        auto name = read(physical);
        if (!name) {
            on_problem_({number_, std::move(name).error()});
            // The problem is told; inih gets an empty line and goes on to the next.
            name = "";
        }
        const std::string handed = name->empty() ? "\n" : *name + "=\n";
        if (handed.size() >= size) {
            on_problem_(
                {number_, "inih was built for lines of less than " + std::to_string(size) + " characters"});
            return nullptr;
        }
        std::memcpy(buffer, handed.c_str(), handed.size() + 1);
        return buffer;
    }

    // The line's name, empty when nothing is on it.
    Result<std::string, std::string> read(std::string_view physical) {
        TRY(const Lexed lexed, lex_physical(physical, number_ == 1));
        if (lexed.text.empty()) return std::string{};
        TRY(line_, cut(lexed));
        line_.number = number_;
        return line_.name;
    }

    std::string_view rest_;
    const std::function<void(const FileLine&)>& on_line_;
    const std::function<void(const LineProblem&)>& on_problem_;
    std::uint32_t number_ = 0;
    FileLine line_;
};

// The text from `open` to the next `close`, both included, at or behind `from`; empty when there is none.
std::string_view enclosed(std::string_view text, std::string_view open, std::string_view close,
                          std::size_t from = 0) {
    const auto start = text.find(open, from);
    if (start == text.npos) return {};
    const auto end = text.find(close, start + open.size());
    return end == text.npos ? text.substr(start, open.size())
                            : text.substr(start, end + close.size() - start);
}

bool is_upper_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

}  // namespace

void read_lines(std::string_view text, const std::function<void(const FileLine&)>& on_line,
                const std::function<void(const LineProblem&)>& on_problem) {
    Reader reader{text, on_line, on_problem};
    // Only for want of memory: every fault of a line is ours to report.
    if (ini_parse_stream(&Reader::next, &reader, &Reader::found, &reader) != 0) {
        on_problem({reader.line_number(), "inih gave up on the file"});
    }
}

void read_values(std::string_view text, const std::function<void(const FileLine&)>& on_line,
                 const std::function<void(const LineProblem&)>& on_problem) {
    // No name, so nothing for inih to do.
    FileLine line;
    line.has_value = true;
    while (!text.empty()) {
        const auto physical = take_physical(text);
        ++line.number;
        const auto lexed = lex_physical(physical, line.number == 1);
        if (!lexed) {
            on_problem({line.number, lexed.error()});
        } else if (!lexed->text.empty()) {
            set_value(line, Field{lexed->text, lexed->quoted}.trimmed());
            on_line(line);
        }
    }
}

std::string as_written(const Field& value) {
    std::string result;
    bool is_open = false;
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char c = value.text()[at];
        // Values of the command line may have bare what only quotes can hold in a file. A `#` within a word
        // stays bare: `dhcp-ignore=#known` means something else in quotes.
        const bool would_end_it = c == '#' && at > 0 && is_blank(value.text()[at - 1]);
        const bool is_quoted = value.is_quoted(at) || c == '"' || would_end_it || (c != ' ' && is_blank(c));
        if (is_quoted != is_open) result += '"';
        is_open = is_quoted;
        if (is_quoted)
            add_escaped(result, c);
        else
            result += c;
    }
    return is_open ? result + '"' : result;
}

std::string_view find_template(std::string_view text) {
    if (const auto mark = enclosed(text, "{{", "}}"); !mark.empty()) return mark;
    if (const auto mark = enclosed(text, "{%", "%}"); !mark.empty()) return mark;
    for (auto at = text.find("${"); at != text.npos; at = text.find("${", at + 2)) {
        const auto mark = enclosed(text, "${", "}", at);
        // In capitals only: `${net0/mac}` in a dhcp-boot is for iPXE to fill in.
        if (mark.ends_with('}') && is_upper_word(mark.substr(2, mark.size() - 3))) return mark;
    }
    for (const std::string_view fence : {"###", "%%"}) {
        const auto mark = enclosed(text, fence, fence);
        // A word in capitals between the fences, so that a row of ### in a text is none.
        if (mark.size() > 2 * fence.size() &&
            is_upper_word(mark.substr(fence.size(), mark.size() - 2 * fence.size()))) {
            return mark;
        }
    }
    return {};
}

}  // namespace pxed::config
