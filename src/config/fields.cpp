// Cutting a value into its fields. dnsmasq hides quoted characters by replacing them inside its buffer; here
// each character has a mark beside it instead, and whoever looks for a comma, a colon or a digit asks for
// unquoted ones.

#include "config/fields.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"

namespace pxed::config {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// Seconds in one of the unit, 0 when the letter is no unit.
std::uint64_t unit_of(char letter) {
    switch (letter) {
        case 's':
        case 'S':
            return 1;
        case 'm':
        case 'M':
            return 60;
        case 'h':
        case 'H':
            return 60 * 60;
        case 'd':
        case 'D':
            return 24 * 60 * 60;
        case 'w':
        case 'W':
            return 7 * 24 * 60 * 60;
        default:
            return 0;
    }
}

}  // namespace

bool Field::has_quotes() const {
    return std::ranges::any_of(quoted_, [](char mark) { return mark != '\0'; });
}

std::size_t Field::find(char c) const {
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (text_[i] == c && !is_quoted(i)) return i;
    }
    return std::string_view::npos;
}

// A quoted prefix is text: `"tag:x"` in quotes names no tag.
bool Field::starts_with(std::string_view prefix) const {
    if (!text_.starts_with(prefix)) return false;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        if (is_quoted(i)) return false;
    }
    return true;
}

Field Field::between(std::size_t start, std::size_t end) const {
    if (quoted_.empty()) return Field{text_.substr(start, end - start)};
    return {text_.substr(start, end - start), quoted_.substr(start, end - start)};
}

Field Field::from(std::size_t start) const {
    return between(start, text_.size());
}

Field Field::trimmed() const {
    std::size_t start = 0;
    std::size_t end = text_.size();
    while (start < end && is_blank(text_[start]) && !is_quoted(start))
        ++start;
    while (end > start && is_blank(text_[end - 1]) && !is_quoted(end - 1))
        --end;
    return between(start, end);
}

std::vector<Field> Field::split(char separator) const {
    std::vector<Field> parts;
    // So that `enable-tftp=` names no interface, rather than one without letters.
    if (text_.empty()) return parts;
    Field rest = *this;
    for (;;) {
        const auto end = rest.find(separator);
        if (end == std::string_view::npos) break;
        parts.push_back(rest.between(0, end).trimmed());
        rest = rest.from(end + 1);
    }
    parts.push_back(rest.trimmed());
    return parts;
}

Field FieldReader::peek() const {
    const auto end = rest_.find(',');
    return (end == std::string_view::npos ? rest_ : rest_.between(0, end)).trimmed();
}

Field FieldReader::take() {
    const Field field = peek();
    const auto end = rest_.find(',');
    // Behind the last comma there is one more field, if only an empty one: `FILE,,` has three.
    has_more_ = end != std::string_view::npos;
    rest_ = has_more_ ? rest_.from(end + 1) : Field{};
    return field;
}

Field FieldReader::take_rest() {
    const Field field = rest_.trimmed();
    rest_ = {};
    has_more_ = false;
    return field;
}

std::optional<seconds> parse_time(std::string_view text) {
    if (text == "infinite") return k_infinite;
    std::uint64_t unit = 1;
    if (!text.empty()) {
        if (const auto named = unit_of(text.back()); named != 0) {
            unit = named;
            text.remove_suffix(1);
        }
    }
    const auto number = parse_number(text);
    if (!number) return std::nullopt;
    const auto most = static_cast<std::uint64_t>(k_infinite.count());
    // Divided rather than multiplied, which could wrap: 0xffffffff is "for ever" on the wire (RFC 2131 3.3),
    // and so is whatever passes it.
    return *number > most / unit ? k_infinite : seconds{static_cast<seconds::rep>(*number * unit)};
}

std::optional<std::uint32_t> parse_number_between(std::string_view text, std::uint32_t least,
                                                  std::uint32_t most) {
    const auto number = parse_number(text);
    if (!number || *number < least || *number > most) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

std::string quote(std::string_view text) {
    return '"' + escaped(text, 80) + '"';
}

}  // namespace pxed::config
