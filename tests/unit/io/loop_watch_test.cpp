#include "io/loop_watch.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace pxed::io {
namespace {

// A watcher whose callback takes as long as it is told.
struct Slow {
    explicit Slow(ev::loop_ref loop) : timer(loop) { timer.set<Slow, &Slow::run>(this); }
    void run(ev::timer&, int) { std::this_thread::sleep_for(length); }
    milliseconds length{0};
    ev::timer timer;
};

TEST(LoopWatch, SaysThatTheLoopStoodStillAndNotThatItWaited) {
    ev::dynamic_loop loop{k_loop_flags};
    std::vector<milliseconds> said;
    LoopWatch watch{loop, [&](milliseconds turn) { said.push_back(turn); }};
    Slow slow{loop};
    slow.timer.start(0.05);
    loop.run(ev::ONCE);  // waits 50 ms and does nothing
    loop.run(ev::NOWAIT);
    EXPECT_LT(watch.take_longest(), milliseconds{40});
    slow.length = milliseconds{60};
    slow.timer.start(0);
    loop.run(ev::ONCE);
    loop.run(ev::NOWAIT);
    EXPECT_GE(watch.take_longest(), milliseconds{60});
    EXPECT_EQ(watch.take_longest(), nanoseconds{0}) << "taken is taken";
    EXPECT_TRUE(said.empty());
    slow.length = LoopWatch::k_too_long;
    for (int i = 0; i < 2; ++i) {
        slow.timer.start(0);
        loop.run(ev::ONCE);
        loop.run(ev::NOWAIT);
    }
    ASSERT_EQ(said.size(), 1U) << "the second one within a minute is only counted";
    EXPECT_GE(said.front(), LoopWatch::k_too_long);
    EXPECT_EQ(watch.stalls(), 2U);
}

}  // namespace
}  // namespace pxed::io
