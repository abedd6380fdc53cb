#pragma once

#include <compare>
#include <cstdint>

namespace pxed {

/// Where a setting was written: a file (an index into config::Config::files; 0 is "not in a file": a default
/// or the command line) and a line counted from 1.
struct Origin {
    std::uint16_t file = 0;
    std::uint32_t line = 0;

    [[nodiscard]] constexpr bool is_known() const { return line != 0; }
    friend constexpr auto operator<=>(const Origin&, const Origin&) = default;
};

}  // namespace pxed
