// Which part of a file a Range header asks for (RFC 9110 14). A server may ignore any Range (14.2), so
// whatever is unusual gets the whole file; several ranges at once are how CVE-2011-3192 used up memory.

#include "http/range.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.hpp"

namespace pxed::http {

namespace {

// Digits of any length: a number past 2^64-1 only has to be larger than any file (CVE-2017-7529 is what
// wraps).
std::optional<std::uint64_t> saturated_number(std::string_view digits) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return std::nullopt;
    return parse_number(digits).value_or(std::numeric_limits<std::uint64_t>::max());
}

}  // namespace

std::variant<ByteRange, WholeFile, Unsatisfiable> parse_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view k_unit = "bytes=";
    header = trim(header);
    // Range units are compared without case (RFC 9110 14.1).
    if (!equal_ignoring_case(header.substr(0, k_unit.size()), k_unit)) return WholeFile{};
    const auto spec = trim(header.substr(k_unit.size()));
    const auto dash = spec.find('-');
    if (dash == spec.npos || spec.find(',') != spec.npos) return WholeFile{};
    const auto first = saturated_number(spec.substr(0, dash));
    const auto last = saturated_number(spec.substr(dash + 1));

    if (dash == 0) {  // the last N bytes
        if (!last) return WholeFile{};
        // RFC 9110 14.1.2: a suffix of no bytes is well-formed and cannot be satisfied.
        if (*last == 0 || size == 0) return Unsatisfiable{};
        // More than there is means all of it; the minimum keeps the difference from wrapping.
        return ByteRange{size - std::min(*last, size), size - 1};
    }
    const bool is_open_ended = dash + 1 == spec.size();
    // RFC 9110 14.1.1: a last position before the first makes the header invalid, which is not unsatisfiable.
    if (!first || (!last && !is_open_ended) || (last && *last < *first)) return WholeFile{};
    // RFC 9110 15.5.17: 416, so that a client that resumes learns the file's new length.
    if (*first >= size) return Unsatisfiable{};
    return ByteRange{*first, is_open_ended ? size - 1 : std::min(*last, size - 1)};
}

}  // namespace pxed::http
