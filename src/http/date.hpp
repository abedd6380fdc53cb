#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace pxed::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7).
[[nodiscard]] std::string date_text(WallTime time);

/// The moment that a header names, in any of the three forms a recipient has to know (RFC 9110 5.6.7);
/// nothing when it is none of them.
[[nodiscard]] std::optional<WallTime> parse_date(std::string_view text);

}  // namespace pxed::http
