#include "io/loop_watch.hpp"

#include <algorithm>
#include <utility>

#include "io/clock.hpp"

namespace pxed::io {

LoopWatch::LoopWatch(ev::loop_ref loop, std::function<void(milliseconds)> stalled)
    : stalled_(std::move(stalled)), woken_(loop), waiting_(loop) {
    woken_.set<LoopWatch, &LoopWatch::on_woken>(this);
    waiting_.set<LoopWatch, &LoopWatch::on_waiting>(this);
    // The first to run after the wait and the last before it, so that every other watcher is inside.
    woken_.priority = EV_MAXPRI;
    waiting_.priority = EV_MINPRI;
    woken_.start();
    waiting_.start();
}

nanoseconds LoopWatch::take_longest() {
    return std::exchange(longest_, nanoseconds{0});
}

void LoopWatch::on_woken(ev::check&, int) {
    began_ = read_instant();
}

void LoopWatch::on_waiting(ev::prepare&, int) {
    if (began_ == Instant{}) return;  // the start is no turn
    const auto now = read_instant();
    const auto turn = now - began_;
    longest_ = std::max(longest_, turn);
    if (turn < k_too_long) return;
    ++stalls_;
    if (said_ != Instant{} && now - said_ < k_pause) return;
    said_ = now;
    stalled_(std::chrono::duration_cast<milliseconds>(turn));
}

}  // namespace pxed::io
