#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace pxed::config {

/// A piece of a value: its characters, and which of them stood in double quotes. What is quoted is only text:
/// a quoted comma does not separate, quoted digits are not a number, a quoted dotted quad is not an address.
/// Borrows both strings.
class Field {
 public:
    Field() = default;
    /// Text none of which was quoted.
    explicit Field(std::string_view text) : text_(text) {}
    /// Requires: `quoted` is empty or as long as `text`; a character other than NUL there means quoted.
    Field(std::string_view text, std::string_view quoted) : text_(text), quoted_(quoted) {}

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] std::string str() const { return std::string{text_}; }
    [[nodiscard]] bool is_empty() const { return text_.empty(); }
    [[nodiscard]] std::size_t size() const { return text_.size(); }
    [[nodiscard]] bool is_quoted(std::size_t at) const { return at < quoted_.size() && quoted_[at] != '\0'; }
    /// Whether any character was quoted.
    [[nodiscard]] bool has_quotes() const;

    /// Where `c` first stands outside quotes, npos if nowhere.
    [[nodiscard]] std::size_t find(char c) const;
    [[nodiscard]] bool contains(char c) const { return find(c) != std::string_view::npos; }
    /// Whether it begins with `prefix`, unquoted.
    [[nodiscard]] bool starts_with(std::string_view prefix) const;
    /// Whether it is exactly `word`, unquoted.
    [[nodiscard]] bool is_word(std::string_view word) const {
        return size() == word.size() && starts_with(word);
    }
    [[nodiscard]] Field from(std::size_t start) const;
    [[nodiscard]] Field between(std::size_t start, std::size_t end) const;
    /// Without unquoted blanks at either end.
    [[nodiscard]] Field trimmed() const;

    /// The trimmed pieces between unquoted separators; an empty field gives none.
    [[nodiscard]] std::vector<Field> split(char separator = ',') const;

 private:
    std::string_view text_;
    // Empty when nothing is quoted, which spares the command line a row of zeros.
    std::string_view quoted_;
};

/// Takes fields one by one from the left.
class FieldReader {
 public:
    explicit FieldReader(Field rest) : rest_(rest), has_more_(!rest.is_empty()) {}

    [[nodiscard]] bool has_more() const { return has_more_; }
    /// The next field, without taking it. Requires: has_more().
    [[nodiscard]] Field peek() const;
    Field take();
    /// All that is left, its commas included, trimmed. What follows is empty.
    Field take_rest();

 private:
    Field rest_;
    bool has_more_;
};

/// A length of time: `90`, `45m`, `8H`, `2d`, `1w` or `infinite`. One number and one letter: neither `1.5h`
/// nor `1h30m`. Beyond what DHCP can say (136 years) it is infinite.
[[nodiscard]] std::optional<seconds> parse_time(std::string_view text);

/// A decimal number between the two, digits only.
[[nodiscard]] std::optional<std::uint32_t> parse_number_between(std::string_view text, std::uint32_t least,
                                                                std::uint32_t most);

/// The text between typewriter quotes for an error message, escaped and cut to a readable length.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace pxed::config
