#include "io/lease_mirror.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <sched.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "io/lease_store.hpp"
#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Now k_now{Instant{seconds{5000}}, WallTime{seconds{1'800'000'000}}};

class Mirror : public ::testing::Test {
 protected:
    Mirror() {
        auto opened = SqliteLeaseStore::open(loop_, {directory_.file("leases.db"), ""}, k_now);
        if (!opened) throw std::runtime_error{opened.error()};
        store_ = std::move(opened->store);
    }
    void add(std::uint8_t last) {
        dhcp::Lease lease;
        lease.address = Ipv4{10, 0, 0, last};
        lease.hardware = HwAddr{k_ethernet, std::array<std::uint8_t, 6>{0x52, 0x54, 0, 0, 0, last}};
        lease.expires = k_now.instant + seconds{3600};
        lease.duration = seconds{3600};
        store_->commit({{lease.address, lease, 0}},
                       [this](const dhcp::CommitResult& result) { stored_ += result.index() == 0 ? 1 : 0; });
    }
    template <typename Condition>
    void run_until(Condition is_done) {
        while (!is_done())
            loop_.run(ev::ONCE);
    }
    LeaseMirror mirror() {
        return LeaseMirror{loop_,
                           {directory_.file("leases"), directory_.file("leases.db")},
                           [this](Level, const std::string& text) { said_.push_back(text); }};
    }

    static constexpr const char* k_first_line = "1800003600 52:54:00:00:00:01 10.0.0.1 * *\n";
    static constexpr const char* k_second_line = "1800003600 52:54:00:00:00:02 10.0.0.2 * *\n";
    TemporaryDirectory directory_;
    ev::dynamic_loop loop_{k_loop_flags};
    std::unique_ptr<SqliteLeaseStore> store_;
    std::vector<std::string> said_;
    int stored_ = 0;
};

TEST_F(Mirror, ShowsStoredRowsAsDnsmasqWouldWriteThem) {
    auto mirror = this->mirror();
    store_->on_stored([&] { mirror.touch(); });
    add(1);
    run_until([&] { return directory_.read("leases") == k_first_line; });
    EXPECT_THAT(directory_.names_with(".new"), IsEmpty());
    EXPECT_THAT(said_, IsEmpty());
}

// How many threads of this process have a lower priority than the one that asks.
std::size_t threads_behind_this_one() {
    const int own = ::getpriority(PRIO_PROCESS, 0);
    const std::filesystem::directory_iterator threads{"/proc/self/task"};
    return static_cast<std::size_t>(std::count_if(begin(threads), end(threads), [&](const auto& thread) {
        const auto number = static_cast<id_t>(std::stoul(thread.path().filename().string()));
        return ::getpriority(PRIO_PROCESS, number) > own;
    }));
}

TEST_F(Mirror, WritesBehindTheThreadsThatAnswerClients) {
    if (::sched_getscheduler(0) != SCHED_OTHER) GTEST_SKIP() << "the tests run under another policy";
    if (::getpriority(PRIO_PROCESS, 0) >= 10) GTEST_SKIP() << "the tests run at as low a priority";
    auto mirror = this->mirror();
    store_->on_stored([&] { mirror.touch(); });
    add(1);
    run_until([&] { return directory_.read("leases") == k_first_line; });
    EXPECT_EQ(threads_behind_this_one(), 1U) << "not the loop's, and not the database's";
}

TEST_F(Mirror, WritesAtExitWhatHasChangedSinceTheLastSecond) {
    auto mirror = this->mirror();
    add(1);
    run_until([&] { return stored_ == 1; });
    mirror.touch();
    add(2);
    store_->finish();
    mirror.touch();
    mirror.finish();
    EXPECT_EQ(directory_.read("leases"), std::string{k_first_line} + k_second_line);
}

TEST_F(Mirror, WritesNothingAtExitWhenNothingHasChanged) {
    auto mirror = this->mirror();
    mirror.finish();
    EXPECT_THAT(directory_.names_with("leases"), ::testing::Not(::testing::Contains("leases")));
}

TEST_F(Mirror, KeepsTheModeOfTheFile) {
    directory_.write("leases", "");
    ASSERT_EQ(::chmod(directory_.file("leases").c_str(), 0604), 0);
    auto mirror = this->mirror();
    mirror.touch();
    mirror.finish();
    struct stat status {};
    ASSERT_EQ(::stat(directory_.file("leases").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0604U);
}

TEST_F(Mirror, AFailureIsSaidOnceAndSoIsTheRecovery) {
    std::filesystem::create_directory(directory_.file("leases"));
    auto mirror = this->mirror();
    for (int i = 0; i < 2; ++i) {
        mirror.touch();
        mirror.finish();
    }
    ASSERT_THAT(said_, SizeIs(1));
    EXPECT_THAT(said_[0], HasSubstr("cannot write the lease file " + directory_.file("leases")));
    EXPECT_THAT(directory_.names_with(".new"), IsEmpty());
    std::filesystem::remove(directory_.file("leases"));
    mirror.finish();  // still behind: no touch() is needed
    ASSERT_THAT(said_, SizeIs(2));
    EXPECT_THAT(said_[1], HasSubstr("written again"));
}

}  // namespace
}  // namespace pxed::io
