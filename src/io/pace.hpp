#pragma once

#include <algorithm>
#include <cstddef>

#include "base/time.hpp"

namespace pxed::io {

/// How many of the replies that wait may leave now: a token bucket. Each message that came lets one go, so
/// that hardly anybody waits while we keep up, but no more than a burst at one moment. A commit that a slow
/// disk held for 100 ms has hundreds ready at one moment, and all of them may go to one relay agent or one
/// bridge, whose socket holds some 150: they leave at most ten in a millisecond faster than requests come.
class Pace {
 public:
    static constexpr std::size_t k_burst = 32;     ///< saved up at most
    static constexpr nanoseconds k_each{100'000};  ///< for one more besides those that messages let go
    /// Beyond so many the rest goes at once.
    static constexpr std::size_t k_most_waiting = 4096;

    /// So many messages have come.
    void add(std::size_t messages) { free_ = std::min(k_burst, free_ + messages); }
    /// Takes as many of `waiting` as may go at `now`, which never goes backwards.
    [[nodiscard]] std::size_t take(std::size_t waiting, Instant now) {
        const auto grown = (now - counted_) / k_each;
        counted_ += grown * k_each;
        add(static_cast<std::size_t>(grown));
        const auto taken = std::min(waiting, free_);
        free_ -= taken;
        return std::max(taken, waiting - std::min(waiting, k_most_waiting));
    }

 private:
    std::size_t free_ = k_burst;
    Instant counted_{};  ///< until when free_ has grown
};

}  // namespace pxed::io
