#include "io/pace.hpp"

#include <gtest/gtest.h>

namespace pxed::io {
namespace {

constexpr Instant k_start{seconds{1000}};

TEST(Pace, lets_a_burst_go_and_then_one_after_the_other) {
    Pace pace;
    EXPECT_EQ(pace.take(500, k_start), Pace::k_burst);
    EXPECT_EQ(pace.take(500, k_start), 0U);
    EXPECT_EQ(pace.take(500, k_start + 3 * Pace::k_each), 3U);
    EXPECT_EQ(pace.take(2, k_start + 10 * Pace::k_each), 2U);
    EXPECT_EQ(pace.take(500, k_start + 10 * Pace::k_each), 5U) << "what was not taken is still there";
}

TEST(Pace, lets_one_go_for_each_message) {
    Pace pace;
    static_cast<void>(pace.take(500, k_start));
    for (int turn = 0; turn < 100; ++turn) {
        pace.add(20);
        EXPECT_EQ(pace.take(20, k_start), 20U);
    }
    pace.add(10000);
    EXPECT_EQ(pace.take(500, k_start), Pace::k_burst) << "nothing more is saved up";
}

// Asked more often than one may go, it still lets them go in time.
TEST(Pace, keeps_the_fractions) {
    Pace pace;
    std::size_t sent = pace.take(500, k_start);
    for (int step = 1; step <= 1000; ++step)
        sent += pace.take(500, k_start + step * Pace::k_each / 10);
    EXPECT_EQ(sent, Pace::k_burst + 100);
}

TEST(Pace, saves_no_more_than_a_burst_while_nothing_is_sent) {
    Pace pace;
    static_cast<void>(pace.take(1, k_start));
    EXPECT_EQ(pace.take(1000, k_start + seconds{3600}), Pace::k_burst);
}

TEST(Pace, gives_up_where_the_queue_would_only_grow) {
    Pace pace;
    EXPECT_EQ(pace.take(Pace::k_most_waiting + 100, k_start), 100U);
    EXPECT_EQ(pace.take(Pace::k_most_waiting, k_start), 0U);
}

}  // namespace
}  // namespace pxed::io
