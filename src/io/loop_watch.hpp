#pragma once

#include <cstdint>
#include <functional>

#include "base/time.hpp"
#include "io/loop.hpp"

namespace pxed::io {

/// Watches that the loop never stands still: the time from one wait for events to the next is what every
/// client waits for all the others. Costs two readings of the clock in a turn.
class LoopWatch {
 public:
    /// From here on a turn is worth a word. A client's first retransmission comes after four seconds (RFC
    /// 2131 4.1), firmware's after one.
    static constexpr milliseconds k_too_long{1000};
    /// What stands still again and again is said once in this time.
    static constexpr seconds k_pause{60};

    /// `stalled` is called after a turn that took k_too_long or longer.
    LoopWatch(ev::loop_ref loop, std::function<void(milliseconds turn)> stalled);
    LoopWatch(const LoopWatch&) = delete;
    LoopWatch& operator=(const LoopWatch&) = delete;

    /// The longest turn since the last call of this.
    [[nodiscard]] nanoseconds take_longest();
    [[nodiscard]] std::uint64_t stalls() const { return stalls_; }

 private:
    void on_woken(ev::check& watcher, int revents);
    void on_waiting(ev::prepare& watcher, int revents);

    std::function<void(milliseconds)> stalled_;
    ev::check woken_;
    ev::prepare waiting_;
    Instant began_{};  ///< of the turn; zero before the first
    Instant said_{};
    nanoseconds longest_{0};
    std::uint64_t stalls_ = 0;
};

}  // namespace pxed::io
