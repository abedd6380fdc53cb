#pragma once

#include <algorithm>
#include <cstddef>

#include "base/time.hpp"

namespace pxed::io {

/// How many of what waits may go now: a token bucket. A commit that waited for a slow disk has hundreds of
/// replies ready at one moment, and all of them go to one relay agent or one bridge, whose socket holds about
/// a hundred and fifty.
class Pace {
 public:
    static constexpr std::size_t k_burst = 32;
    static constexpr nanoseconds k_each{25'000};  ///< 40,000 a second
    /// So many wait only when more come than ever go: whoever sent them drops them anyway, we keep no more.
    static constexpr std::size_t k_most_waiting = 4096;

    /// Takes as many of `waiting` as may go at `now`, which never goes backwards.
    [[nodiscard]] std::size_t take(std::size_t waiting, Instant now) {
        const auto grown = (now - counted_) / k_each;
        counted_ += grown * k_each;
        free_ = std::min(k_burst, free_ + static_cast<std::size_t>(grown));
        const auto taken = std::min(waiting, free_);
        free_ -= taken;
        return std::max(taken, waiting - std::min(waiting, k_most_waiting));
    }

 private:
    std::size_t free_ = k_burst;
    Instant counted_{};  ///< until when free_ has grown
};

}  // namespace pxed::io
