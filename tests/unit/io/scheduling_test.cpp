#include "io/scheduling.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <sched.h>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pxed::io {
namespace {

// Of the calling thread; 0 for SCHED_OTHER before Linux 6.12.
std::uint64_t turn_ns() {
    std::array<char, 48> attributes{};  // struct sched_attr: its sched_runtime is at 24
    EXPECT_EQ(::syscall(SYS_sched_getattr, 0, attributes.data(), attributes.size(), 0), 0);
    std::uint64_t turn = 0;
    std::memcpy(&turn, attributes.data() + 24, sizeof turn);
    return turn;
}

// In threads of their own: what a test asks for ends with it.
TEST(Scheduling, asks_for_short_time_slices_and_keeps_what_nice_said) {
    if (turn_ns() == 0) GTEST_SKIP() << "the kernel is older than 6.12";
    std::thread{[] {
        if (::sched_getscheduler(0) != SCHED_OTHER) GTEST_SKIP() << "the tests run under another policy";
        const int nice = std::min(19, ::getpriority(PRIO_PROCESS, 0) + 2);
        ASSERT_EQ(::setpriority(PRIO_PROCESS, 0, nice), 0);
        ASSERT_NE(turn_ns(), 100'000U);
        ask_for_short_time_slices();
        EXPECT_EQ(turn_ns(), 100'000U);
        EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), nice);
        EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
    }}.join();
}

TEST(Scheduling, leaves_another_policy_alone) {
    std::thread{[] {
        const sched_param none{};
        ASSERT_EQ(::sched_setscheduler(0, SCHED_BATCH, &none), 0);
        const auto before = turn_ns();
        ask_for_short_time_slices();
        EXPECT_EQ(::sched_getscheduler(0), SCHED_BATCH);
        EXPECT_EQ(turn_ns(), before);
    }}.join();
}

TEST(Scheduling, lets_others_go_first_and_nobody_but_this_thread) {
    const int before = ::getpriority(PRIO_PROCESS, 0);
    if (::sched_getscheduler(0) != SCHED_OTHER) GTEST_SKIP() << "the tests run under another policy";
    if (before > 15) GTEST_SKIP() << "the tests run at a lower priority than this one sets";
    std::thread{[before] {
        const auto turn = turn_ns();
        let_others_go_first();
        EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), std::max(before, 10));
        EXPECT_EQ(turn_ns(), turn);
        ASSERT_EQ(::setpriority(PRIO_PROCESS, 0, 15), 0);
        let_others_go_first();
        EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), 15);
    }}.join();
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace pxed::io
