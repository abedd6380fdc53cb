// The text work that configuration, logs and codecs share. By hand and for ASCII alone: <cctype> would follow
// the locale, and nothing a client or an administrator sends may mean something else under another one.

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace pxed {

namespace {

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr std::string_view k_blanks = " \t\r\n\v\f";
constexpr std::string_view k_hex_digits = "0123456789abcdef";

// Levenshtein distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        // `row[j + 1]` is still the row above, `row[j]` already this one, `diagonal` the row above one to the
        // left.
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(k_blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(k_blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    // No special case for empty text: it is one empty piece, as between any two separators.
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == text.npos) return parts;
        text.remove_prefix(end + 1);
    }
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower_case(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    // An unsigned target: from_chars then takes neither a sign nor blanks, and a number past 2^64-1 is an
    // error.
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

std::optional<std::uint8_t> parse_hex_byte(std::string_view text) {
    std::uint8_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
    // from_chars takes no sign and no 0x here; more than two digits would be more than one byte.
    if (text.empty() || text.size() > 2 || error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 3 + 1);
    for (const auto part : split(text, ':')) {
        const auto byte = parse_hex_byte(part);
        if (!byte) return std::nullopt;
        bytes.push_back(*byte);
    }
    return bytes;
}

std::string hex_text(std::span<const std::uint8_t> bytes) {
    std::string result;
    result.reserve(bytes.size() * 3);
    for (const auto byte : bytes) {
        if (!result.empty()) result += ':';
        result += k_hex_digits[byte >> 4];
        result += k_hex_digits[byte & 15];
    }
    return result;
}

std::string escaped(std::string_view text, std::size_t limit) {
    std::string result;
    for (const char c : text) {
        // Tested before each character: a client must not decide how long a line of the log gets.
        if (result.size() >= limit) return result + "...";
        const auto byte = static_cast<std::uint8_t>(c);
        // Quotes and backslashes as well, or a client could end a quoted text in the log and go on in our
        // name. UTF-8 shows as its bytes: what a terminal makes of it is not ours to know.
        if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
            result += c;
        } else {
            result += "\\x";
            result += k_hex_digits[byte >> 4];
            result += k_hex_digits[byte & 15];
        }
    }
    return result;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    constexpr std::size_t k_furthest = 3;
    std::string_view best;
    std::size_t best_distance = k_furthest + 1;
    for (const auto candidate : candidates) {
        const auto edits = distance(word, candidate);
        // Nearer than half the word: every two names of three letters are three edits apart.
        if (edits < best_distance && edits * 2 < candidate.size()) {
            best = candidate;
            best_distance = edits;
        }
    }
    return best;
}

}  // namespace pxed
