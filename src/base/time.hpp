#pragma once
// Time is an argument: nothing below src/io reads a clock.

#include <chrono>
#include <cstdint>

namespace pxed {

/// The kernel's CLOCK_BOOTTIME: monotonic, counts suspended time, never steps. It has no now(); io/clock
/// reads it.
struct Boottime {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Boottime>;
    static constexpr bool is_steady = true;
};

/// A moment to measure and schedule with.
using Instant = Boottime::time_point;

/// A moment to write into files and show to people; may step when the clock is set.
using WallTime = std::chrono::sys_seconds;

/// Both clocks, read once for a batch of events.
struct Now {
    Instant instant{};
    WallTime wall{};
};

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// DHCP's "for ever": 0xffffffff seconds (RFC 2131 3.3).
inline constexpr seconds k_infinite{0xffffffff};

/// The moment that never comes: the expiry of an infinite lease.
inline constexpr Instant k_never = Instant::max();

/// `start` + `length`, where k_infinite gives k_never.
[[nodiscard]] constexpr Instant after(Instant start, seconds length) {
    return length >= k_infinite || start == k_never ? k_never : start + length;
}

}  // namespace pxed
