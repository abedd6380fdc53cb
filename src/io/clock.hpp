#pragma once

#include <ctime>

#include "base/time.hpp"

namespace pxed::io {

/// The clock to measure and schedule with, alone: half the price of both.
[[nodiscard]] inline Instant read_instant() {
    timespec boot{};
    clock_gettime(CLOCK_BOOTTIME, &boot);
    return Instant{seconds{boot.tv_sec} + nanoseconds{boot.tv_nsec}};
}

/// Both clocks, now.
[[nodiscard]] inline Now read_clocks() {
    timespec boot{};
    timespec wall{};
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &wall);
    return {Instant{seconds{boot.tv_sec} + nanoseconds{boot.tv_nsec}}, WallTime{seconds{wall.tv_sec}}};
}

}  // namespace pxed::io
