#include "io/disk.hpp"

#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "io/clock.hpp"
#include "test_loop.hpp"

namespace {

using pxed::milliseconds;
using pxed::nanoseconds;
using pxed::seconds;
using pxed::io::Disk;
using pxed::io::read_instant;

class DiskTest : public testing::Test {
 protected:
    pxed::test::TestLoop loop;
};

TEST_F(DiskTest, WorksElsewhereAndIsDoneInTheLoop) {
    Disk disk{loop};
    const auto here = std::this_thread::get_id();
    std::thread::id worked;
    std::thread::id was_done;
    disk.submit([&] { worked = std::this_thread::get_id(); }, [&] { was_done = std::this_thread::get_id(); });
    loop.run_until([&] { return was_done != std::thread::id{}; });
    EXPECT_EQ(was_done, here);
    EXPECT_NE(worked, here);
}

TEST_F(DiskTest, JobsRunInOrder) {
    Disk disk{loop};
    std::vector<int> order;
    for (int i = 0; i < 100; ++i)
        disk.submit([] {}, [&order, i] { order.push_back(i); });
    loop.run_until([&] { return order.size() == 100; });
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST_F(DiskTest, StateGoesAlongWithTheJob) {
    Disk disk{loop};
    int result = 0;
    disk.submit_with(
        std::make_unique<int>(20), [](std::unique_ptr<int>& state) { *state += 1; },
        [&result](std::unique_ptr<int>& state) { result = *state * 2; });
    loop.run_until([&] { return result != 0; });
    EXPECT_EQ(result, 42);
}

TEST_F(DiskTest, AForgottenJobIsNeverDone) {
    Disk disk{loop};
    std::binary_semaphore starts{0};
    std::binary_semaphore may_end{0};
    bool first_done = false;
    bool second_worked = false;
    bool last_done = false;
    const auto running = disk.submit(
        [&] {
            starts.release();
            may_end.acquire();
        },
        [&] { first_done = true; });
    const auto waiting = disk.submit([&] { second_worked = true; }, [] { ADD_FAILURE(); });
    disk.submit([] {}, [&] { last_done = true; });
    starts.acquire();
    disk.forget(running);
    disk.forget(waiting);
    may_end.release();
    loop.run_until([&] { return last_done; });
    EXPECT_FALSE(first_done);
    EXPECT_FALSE(second_worked);
}

TEST_F(DiskTest, AJobMayForgetTheNextOfItsBatch) {
    Disk disk{loop};
    Disk::Ticket second = 0;
    bool last_done = false;
    disk.submit([] {}, [&] { disk.forget(second); });
    second = disk.submit([] {}, [] { ADD_FAILURE(); });
    disk.submit([] {}, [&] { last_done = true; });
    loop.run_until([&] { return last_done; });
}

TEST_F(DiskTest, ForgettingWhatIsDoneChangesNothing) {
    Disk disk{loop};
    int done = 0;
    const auto first = disk.submit([] {}, [&] { ++done; });
    loop.run_until([&] { return done == 1; });
    disk.forget(first);
    disk.forget(0);
    disk.forget(99);
    disk.submit([] {}, [&] { ++done; });
    loop.run_until([&] { return done == 2; });
}

TEST_F(DiskTest, EndsWithJobsWaiting) {
    bool worked = false;
    {
        Disk disk{loop};
        std::binary_semaphore starts{0};
        std::binary_semaphore may_end{0};
        disk.submit(
            [&] {
                starts.release();
                may_end.acquire();
                worked = true;
            },
            [] { ADD_FAILURE(); });
        for (int i = 0; i < 10; ++i)
            disk.submit([] {}, [] { ADD_FAILURE(); });
        starts.acquire();
        may_end.release();
    }
    EXPECT_TRUE(worked);
}

// What one hangs on (a file server that is gone) must not keep the others from their files.
TEST_F(DiskTest, AsManyWaitAtATimeAsAllowed) {
    Disk disk{loop, 3};
    std::counting_semaphore<4> begun{0};
    std::counting_semaphore<4> may_end{0};
    int done = 0;
    for (int i = 0; i < 4; ++i) {
        disk.submit(
            [&] {
                begun.release();
                may_end.acquire();
            },
            [&] { ++done; });
    }
    for (int i = 0; i < 3; ++i)
        begun.acquire();
    EXPECT_FALSE(begun.try_acquire_for(std::chrono::milliseconds{20}));
    EXPECT_EQ(disk.queued(), 1U);
    may_end.release(4);
    loop.run_until([&] { return done == 4; });
}

TEST_F(DiskTest, ItHangsWhileJobsRunAndNoneOfThemEnds) {
    Disk disk{loop, 2};
    EXPECT_FALSE(disk.hangs_for(nanoseconds{0})) << "nothing runs";
    std::binary_semaphore begun{0};
    std::binary_semaphore may_end{0};
    const auto start = read_instant();
    disk.submit(
        [&] {
            begun.release();
            may_end.acquire();
        },
        [] {});
    begun.acquire();
    std::this_thread::sleep_for(milliseconds{300});
    EXPECT_TRUE(disk.hangs_for(milliseconds{300}));
    EXPECT_FALSE(disk.hangs_for(seconds{3600}));
    bool is_done = false;
    disk.submit([] {}, [&] { is_done = true; });
    loop.run_until([&] { return is_done; });
    EXPECT_FALSE(disk.hangs_for(read_instant() - start)) << "another one has ended meanwhile";
    may_end.release();
    EXPECT_TRUE(disk.end(seconds{60}));
}

TEST_F(DiskTest, WhoEndsItLearnsWhetherAJobStillRuns) {
    Disk disk{loop};
    std::binary_semaphore begun{0};
    std::binary_semaphore may_end{0};
    disk.submit(
        [&] {
            begun.release();
            may_end.acquire();
        },
        [] {});
    disk.submit([] { ADD_FAILURE() << "begun after the end"; }, [] {});
    begun.acquire();
    EXPECT_FALSE(disk.end(milliseconds{20}));
    may_end.release();
    EXPECT_TRUE(disk.end(seconds{60}));
    disk.submit([] { ADD_FAILURE() << "begun after the end"; }, [] {});
    EXPECT_TRUE(disk.end(milliseconds{20}));
}

TEST_F(DiskTest, JobsThatEndInAnotherOrderAreForgottenByName) {
    Disk disk{loop, 2};
    std::binary_semaphore may_end{0};
    bool second_done = false;
    const auto first = disk.submit([&] { may_end.acquire(); }, [] { ADD_FAILURE(); });
    const auto second = disk.submit([] {}, [&] { second_done = true; });
    loop.run_until([&] { return second_done; });
    disk.forget(second);  // done: it means nothing
    disk.forget(first);   // still runs
    may_end.release();
    bool last_done = false;
    disk.submit([] {}, [&] { last_done = true; });
    loop.run_until([&] { return last_done; });
}

}  // namespace
