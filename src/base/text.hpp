#pragma once
// Text as configuration files, logs and the wire need it. ASCII rules only: no locale.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pxed {

/// Without blanks (space, tab, CR, LF, VT, FF) at either end.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The pieces between separators, empty ones included: "a,,b" gives three, "" gives one.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// ASCII letters only: bytes above 0x7f are compared as they are.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string lower_case(std::string_view text);

/// The decimal number that is the whole text: digits only, no sign; nothing above 2^64-1.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

/// One or two hexadecimal digits.
[[nodiscard]] std::optional<std::uint8_t> parse_hex_byte(std::string_view text);

/// Bytes written as `0a:1:ff`, one or two digits each, at least one byte.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text);

/// `0a:01:ff`.
[[nodiscard]] std::string hex_text(std::span<const std::uint8_t> bytes);

/// For logs and error texts: whatever is not printable ASCII, a quote or a backslash becomes `\xHH`, and text
/// over `limit` characters is cut and ends in "...". What comes from the wire goes through here before
/// anybody reads it.
[[nodiscard]] std::string escaped(std::string_view text, std::size_t limit = 255);

/// The bytes as characters, to look at; no copy.
[[nodiscard]] inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The characters as bytes, to look at; no copy.
[[nodiscard]] inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The candidate that is fewest single-character edits (at most 3, and fewer than half its length) from
/// `word`; empty when none is near. For "did you mean".
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace pxed
