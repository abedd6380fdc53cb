#include "io/lease_store.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/sqlite.hpp"
#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

using dhcp::Change;
using dhcp::CommitResult;
using dhcp::Conflict;
using dhcp::Failed;
using dhcp::Lease;
using dhcp::Stored;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Now k_now{Instant{seconds{5000}}, WallTime{seconds{1'800'000'000}}};

Lease lease_of(std::uint8_t last, seconds duration = seconds{3600}) {
    Lease lease;
    lease.address = Ipv4{10, 0, 0, last};
    lease.hardware = HwAddr{k_ethernet, std::array<std::uint8_t, 6>{0x52, 0x54, 0, 0, 0, last}};
    lease.client_id = ClientId{std::array<std::uint8_t, 3>{0xff, 0, last}};
    lease.host_name = "node" + std::to_string(last);
    lease.duration = duration;
    lease.expires = after(k_now.instant, duration);
    lease.version = 1;
    return lease;
}

Change put(const Lease& lease, std::uint64_t replaces = 0) {
    return {lease.address, lease, replaces};
}

class LeaseStore : public ::testing::Test {
 protected:
    SqliteLeaseStore::Opened open(Now now = k_now) {
        auto opened = SqliteLeaseStore::open(loop_, {path(), import_}, now);
        if (!opened) throw std::runtime_error{opened.error()};
        return std::move(*opened);
    }
    std::string error_of_open() {
        auto opened = SqliteLeaseStore::open(loop_, {path(), import_}, k_now);
        return opened ? "" : opened.error();
    }
    [[nodiscard]] std::string path() const { return directory_.file("leases.db"); }

    // Runs the loop until as many answers came.
    CommitResult commit(SqliteLeaseStore& store, std::vector<Change> changes) {
        std::optional<CommitResult> answer;
        store.commit(std::move(changes), [&](const CommitResult& result) { answer = result; });
        run_until([&] { return answer.has_value(); });
        return *answer;
    }
    void run_for(unsigned milliseconds) {
        ev::timer end{loop_};
        bool is_over = false;
        end.set<&end_wait>(&is_over);
        ev_now_update(static_cast<struct ev_loop*>(loop_));
        end.start(milliseconds / 1000.0);
        run_until([&] { return is_over; });
    }
    static void end_wait(ev::timer& timer, int) { *static_cast<bool*>(timer.data) = true; }
    template <typename Condition>
    void run_until(Condition is_done) {
        while (!is_done())
            loop_.run(ev::ONCE);
    }

    TemporaryDirectory directory_;
    std::string import_;
    ev::dynamic_loop loop_{k_loop_flags};
};

TEST_F(LeaseStore, WhatWasStoredIsThereAfterTheNextStart) {
    auto infinite = lease_of(2, k_infinite);
    infinite.server_id = Ipv4{10, 9, 9, 9};
    infinite.relay = Ipv4{10, 0, 0, 254};
    infinite.was_netbooted = true;
    auto declined = lease_of(3);
    declined.state = Lease::State::declined;
    declined.hardware = HwAddr{6, {}};  // no bytes, not Ethernet
    declined.client_id = {};
    declined.host_name.clear();
    {
        auto opened = open();
        EXPECT_THAT(opened.rows, IsEmpty());
        EXPECT_THAT(opened.notes, IsEmpty());
        const auto result = commit(*opened.store, {put(lease_of(1)), put(infinite), put(declined)});
        EXPECT_TRUE(std::holds_alternative<Stored>(result));
    }
    const auto again = open();
    EXPECT_THAT(again.rows, ::testing::ElementsAre(lease_of(1), infinite, declined));
}

TEST_F(LeaseStore, TheDatabaseAndItsLogAreNotForEverybody) {
    const auto old_umask = ::umask(0);
    auto opened = open();
    static_cast<void>(commit(*opened.store, {put(lease_of(1))}));
    ::umask(old_umask);
    for (const auto& name : directory_.names_with("leases.db")) {
        struct stat status {};
        ASSERT_EQ(::stat(directory_.file(name).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, 0640U) << name;
    }
    EXPECT_THAT(directory_.names_with("-wal"), SizeIs(1));
}

TEST_F(LeaseStore, EveryChangeCountsTheVersionOfItsRow) {
    auto opened = open();
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(*opened.store, {put(lease_of(1))})));
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(*opened.store, {put(lease_of(1), 1)})));
    auto merged = lease_of(1);  // several changes of one batch merged into the last row
    merged.version = 7;
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(*opened.store, {put(merged, 2)})));
    opened.store.reset();
    EXPECT_EQ(open().rows.at(0).version, 7U);
}

TEST_F(LeaseStore, AChangeOfAnotherVersionIsAConflictAndChangesNothingOfItsCommit) {
    auto opened = open();
    auto& store = *opened.store;
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1))})));
    for (const std::uint64_t wrong : {0, 2, 77}) {
        const auto result = commit(store, {put(lease_of(2)), put(lease_of(1, seconds{60}), wrong)});
        ASSERT_TRUE(std::holds_alternative<Conflict>(result)) << wrong;
        EXPECT_EQ(std::get<Conflict>(result).address, Ipv4(10, 0, 0, 1));
        EXPECT_EQ(std::get<Conflict>(result).row, lease_of(1));
    }
    const auto absent = commit(store, {put(lease_of(9), 1)});
    ASSERT_TRUE(std::holds_alternative<Conflict>(absent));
    EXPECT_FALSE(std::get<Conflict>(absent).row.has_value());
    opened.store.reset();
    EXPECT_THAT(open().rows, ::testing::ElementsAre(lease_of(1)));
}

TEST_F(LeaseStore, ADeletionNeedsTheVersionToo) {
    auto opened = open();
    auto& store = *opened.store;
    const Ipv4 address = lease_of(1).address;
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1))})));
    EXPECT_TRUE(std::holds_alternative<Conflict>(commit(store, {{address, std::nullopt, 2}})));
    EXPECT_TRUE(std::holds_alternative<Conflict>(commit(store, {{address, std::nullopt, 0}})));
    EXPECT_TRUE(std::holds_alternative<Stored>(commit(store, {{address, std::nullopt, 1}})));
    EXPECT_TRUE(std::holds_alternative<Stored>(commit(store, {{address, std::nullopt, 0}})));
    opened.store.reset();
    EXPECT_THAT(open().rows, IsEmpty());
}

// A commit that makes the file longer waits for more than its own bytes.
TEST_F(LeaseStore, TheLogHasRoomBeforeItIsNeededAndKeepsItOverACheckpoint) {
    auto opened = open();
    auto& store = *opened.store;
    const auto wal_size = [&] { return std::filesystem::file_size(path() + "-wal"); };
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1))})));
    const auto size = wal_size();
    EXPECT_EQ(size, std::uintmax_t{1} << 20);
    for (std::uint64_t version = 1; version < 100; ++version)
        ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1), version)})));
    EXPECT_EQ(wal_size(), size);
    store.finish();  // folds the log into the database
    EXPECT_EQ(wal_size(), size);
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(2))})));
    EXPECT_EQ(wal_size(), size);
}

// A burst, or somebody's sqlite3 that reads for an hour, makes the log long; the disk is not to miss that for
// ever.
TEST_F(LeaseStore, ALogThatHasGrownLongIsGivenBackToTheDiskAndGoesOnShort) {
    auto opened = open();
    auto& store = *opened.store;
    const auto wal_size = [&] { return std::filesystem::file_size(path() + "-wal"); };
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1))})));
    constexpr std::uintmax_t k_most = std::uintmax_t{64} << 20;
    std::filesystem::resize_file(path() + "-wal", k_most);
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1), 1)})));
    store.finish();
    EXPECT_EQ(wal_size(), k_most) << "so much is kept for the next burst";

    std::filesystem::resize_file(path() + "-wal", 5 * k_most);
    store.commit({put(lease_of(1), 2)},
                 [](const CommitResult& result) { EXPECT_TRUE(std::holds_alternative<Stored>(result)); });
    {
        auto reader = Sqlite::open(path());
        ASSERT_TRUE(reader->execute("BEGIN; SELECT * FROM leases"));
        store.finish();
        EXPECT_EQ(wal_size(), 5 * k_most) << "not while somebody reads from it";
    }
    store.finish();
    EXPECT_EQ(wal_size(), 0U);
    store.commit({put(lease_of(1), 3), put(lease_of(2))},
                 [](const CommitResult& result) { EXPECT_TRUE(std::holds_alternative<Stored>(result)); });
    EXPECT_EQ(wal_size(), std::uintmax_t{1} << 20) << "with room in it again";
    // What a kill would leave now.
    for (const auto* suffix : {"", "-wal"})
        std::filesystem::copy_file(path() + suffix, directory_.file("copy.db") + suffix);
    auto copied = SqliteLeaseStore::open(loop_, {directory_.file("copy.db"), {}}, k_now);
    ASSERT_TRUE(copied) << copied.error();
    ASSERT_THAT(copied->rows, SizeIs(2));
    EXPECT_EQ(copied->rows[0].version, 4U);
}

// Nobody commits any more, and still the log is folded when the reader has gone.
TEST_F(LeaseStore, ALogThatAReaderHoldsIsEmptiedWhenHeHasGone) {
    auto opened = open();
    auto& store = *opened.store;
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1))})));
    std::filesystem::resize_file(path() + "-wal", std::uintmax_t{100} << 20);
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1), 1)})));
    std::optional<Sqlite> reader{std::move(*Sqlite::open(path()))};
    ASSERT_TRUE(reader->execute("BEGIN; SELECT * FROM leases"));
    run_for(2500);  // the first try is over
    EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), std::uintmax_t{100} << 20);
    reader.reset();
    run_for(2500);
    EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 0U);
}

TEST_F(LeaseStore, ALongLogThatAKillHasLeftIsGivenBackByTheNextStart) {
    {
        auto opened = open();
        ASSERT_TRUE(std::holds_alternative<Stored>(commit(*opened.store, {put(lease_of(1))})));
        for (const auto* suffix : {"", "-wal"})
            std::filesystem::copy_file(path() + suffix, directory_.file("killed.db") + suffix);
    }
    std::filesystem::resize_file(directory_.file("killed.db-wal"), std::uintmax_t{300} << 20);
    const auto opened = SqliteLeaseStore::open(loop_, {directory_.file("killed.db"), {}}, k_now);
    ASSERT_TRUE(opened) << opened.error();
    EXPECT_THAT(opened->rows, ::testing::ElementsAre(lease_of(1)));
    EXPECT_EQ(std::filesystem::file_size(directory_.file("killed.db-wal")), 0U);
}

// What a kill leaves: frames, behind them those of the round before a checkpoint, behind them zeros.
TEST_F(LeaseStore, ALogWithRoomInItIsReadToItsLastCommitAndNoFurther) {
    auto opened = open();
    auto& store = *opened.store;
    for (std::uint64_t version = 0; version < 30; ++version)
        ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1), version)})));
    store.finish();
    ASSERT_TRUE(std::holds_alternative<Stored>(commit(store, {put(lease_of(1), 30), put(lease_of(2))})));
    for (const auto* suffix : {"", "-wal"})
        std::filesystem::copy_file(path() + suffix, directory_.file("copy.db") + suffix);
    auto copied = SqliteLeaseStore::open(loop_, {directory_.file("copy.db"), {}}, k_now);
    ASSERT_TRUE(copied) << copied.error();
    ASSERT_THAT(copied->rows, SizeIs(2));
    EXPECT_EQ(copied->rows[0].version, 31U);
    EXPECT_EQ(copied->rows[1], lease_of(2));
    EXPECT_THAT(copied->notes, IsEmpty());
}

TEST_F(LeaseStore, CommitsThatComeTogetherAreAnsweredInOrderEachWithItsOwnResult) {
    auto opened = open();
    auto& store = *opened.store;
    std::vector<std::size_t> answers;  // the alternative's index
    const auto note = [&](const CommitResult& result) { answers.push_back(result.index()); };
    store.commit({put(lease_of(1))}, note);
    store.commit({put(lease_of(2))}, note);
    store.commit({put(lease_of(1))}, note);     // no longer absent
    store.commit({put(lease_of(1), 1)}, note);  // builds on the first, in the same transaction
    store.commit({put(lease_of(2), 5)}, note);
    store.commit({put(lease_of(3))}, note);
    EXPECT_THAT(answers, IsEmpty());  // never from within commit()
    EXPECT_EQ(store.waiting(), 6U);
    run_until([&] { return answers.size() == 6; });
    EXPECT_THAT(answers, ::testing::ElementsAre(0, 0, 1, 0, 1, 0));
    EXPECT_EQ(store.waiting(), 0U);
}

// Six at a time are a storm: what comes then waits a little for others.
TEST_F(LeaseStore, CommitsOfAStormAreWrittenThoughNothingElseComes) {
    auto opened = open();
    auto& store = *opened.store;
    int stored = 0;
    const auto note = [&](const CommitResult& result) {
        stored += std::holds_alternative<Stored>(result) ? 1 : 0;
    };
    for (int round = 1; round <= 3; ++round) {
        for (std::uint8_t i = 0; i < 6; ++i) {
            const auto number = static_cast<std::uint8_t>(round * 20 + i);
            store.commit({put(lease_of(number))}, [&, number](const CommitResult& result) {
                note(result);
                store.commit({put(lease_of(static_cast<std::uint8_t>(number + 10)))}, note);
            });
        }
        run_until([&] { return stored == round * 12; });
        EXPECT_EQ(store.waiting(), 0U);
    }
    store.commit({put(lease_of(200))}, note);
    run_until([&] { return stored == 37; });
}

TEST_F(LeaseStore, AStormOfMoreThanABatchIsWrittenWhole) {
    auto opened = open();
    auto& store = *opened.store;
    int stored = 0;
    const auto note = [&](const CommitResult& result) {
        stored += std::holds_alternative<Stored>(result) ? 1 : 0;
    };
    bool has_stormed = false;
    store.on_stored([&] { has_stormed = true; });
    for (std::uint8_t i = 1; i <= 6; ++i)
        store.commit({put(lease_of(i))}, note);
    run_until([&] { return has_stormed && stored == 6; });
    for (std::uint8_t i = 10; i < 80; ++i)
        store.commit({put(lease_of(i))}, note);
    run_until([&] { return stored == 76; });
    EXPECT_EQ(store.waiting(), 0U);
}

TEST_F(LeaseStore, FinishWritesWhatWaitsForAStorm) {
    auto opened = open();
    auto& store = *opened.store;
    int stored = 0;
    const auto note = [&](const CommitResult& result) {
        stored += std::holds_alternative<Stored>(result) ? 1 : 0;
    };
    bool is_finished = false;
    for (std::uint8_t i = 1; i <= 6; ++i)
        store.commit({put(lease_of(i))}, note);
    store.on_stored([&] {
        if (std::exchange(is_finished, true)) return;
        store.commit({put(lease_of(7))}, note);  // begins to wait
        store.finish();
        EXPECT_EQ(stored, 7);
    });
    run_until([&] { return is_finished; });
    EXPECT_EQ(store.waiting(), 0U);
}

TEST_F(LeaseStore, AnAnswerMayCommitAgain) {
    auto opened = open();
    auto& store = *opened.store;
    int stored = 0;
    store.commit({put(lease_of(1))}, [&](const CommitResult&) {
        store.commit({put(lease_of(1), 1)}, [&](const CommitResult& result) {
            stored += std::holds_alternative<Stored>(result) ? 1 : 0;
        });
    });
    run_until([&] { return stored == 1; });
}

TEST_F(LeaseStore, FinishAnswersAllThatWaitsAndLaterCommitsAtOnce) {
    auto opened = open();
    auto& store = *opened.store;
    int stored = 0;
    const auto note = [&](const CommitResult& result) {
        stored += std::holds_alternative<Stored>(result) ? 1 : 0;
    };
    for (std::uint8_t i = 1; i <= 200; ++i)
        store.commit({put(lease_of(i))}, note);
    store.finish();
    EXPECT_EQ(stored, 200);
    store.commit({put(lease_of(201))}, note);
    EXPECT_EQ(stored, 201);
    EXPECT_EQ(store.waiting(), 0U);
    opened.store.reset();
    EXPECT_THAT(open().rows, SizeIs(201));
}

TEST_F(LeaseStore, WhoListensHearsOfStoredRowsAndOfNothingElse) {
    auto opened = open();
    int heard = 0;
    opened.store->on_stored([&] { ++heard; });
    static_cast<void>(commit(*opened.store, {put(lease_of(1), 5)}));
    EXPECT_EQ(heard, 0);
    static_cast<void>(commit(*opened.store, {put(lease_of(1))}));
    EXPECT_EQ(heard, 1);
}

TEST_F(LeaseStore, ASecondPxedIsToldWhoHasTheDatabase) {
    const auto opened = open();
    EXPECT_THAT(error_of_open(), HasSubstr("another pxed (process " + std::to_string(::getpid()) + ")"));
}

TEST_F(LeaseStore, AMissingDirectoryIsAnErrorWithTheFix) {
    auto opened = SqliteLeaseStore::open(loop_, {directory_.file("none/leases.db"), ""}, k_now);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error(), HasSubstr("No such file or directory: create the directory: install -d"));
}

TEST_F(LeaseStore, ADatabaseOfALaterSchemaIsLeftAlone) {
    open().store.reset();
    ASSERT_TRUE(Sqlite::open(path())->execute("PRAGMA user_version=4"));
    EXPECT_THAT(error_of_open(), HasSubstr("written by a newer pxed (schema 4"));
    EXPECT_THAT(directory_.names_with(".bad-"), IsEmpty());
}

TEST_F(LeaseStore, ADatabaseOfTheFirstSchemaIsReadAndRemembersFromThenOn) {
    directory_.write("leases.db", "");
    ASSERT_TRUE(Sqlite::open(path())->execute(R"(PRAGMA user_version=1; PRAGMA application_id=0x70786564;
CREATE TABLE leases(
  address       TEXT PRIMARY KEY,
  state         TEXT NOT NULL CHECK(state IN ('bound', 'declined')),
  hardware_type INTEGER NOT NULL,
  hardware      TEXT NOT NULL,
  client_id     TEXT NOT NULL,
  host_name     TEXT NOT NULL,
  expires       INTEGER NOT NULL,
  granted       INTEGER NOT NULL,
  server_id     TEXT,
  version       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('10.0.0.1', 'bound', 1, '52:54:00:00:00:01', 'ff:00:01', 'node1', 1800003600, 3600,
  NULL, 1))"));
    auto netbooted = lease_of(2);
    netbooted.was_netbooted = true;
    {
        auto opened = open();
        EXPECT_THAT(opened.rows, ::testing::ElementsAre(lease_of(1)));
        EXPECT_THAT(opened.notes, IsEmpty());
        EXPECT_TRUE(std::holds_alternative<Stored>(commit(*opened.store, {put(netbooted)})));
    }
    EXPECT_THAT(open().rows, ::testing::ElementsAre(lease_of(1), netbooted));
    EXPECT_THAT(directory_.names_with(".bad-"), IsEmpty());
}

TEST_F(LeaseStore, ADatabaseOfTheSecondSchemaIsReadAndKnowsRelaysFromThenOn) {
    directory_.write("leases.db", "");
    ASSERT_TRUE(Sqlite::open(path())->execute(R"(PRAGMA user_version=2; PRAGMA application_id=0x70786564;
CREATE TABLE leases(
  address       TEXT PRIMARY KEY,
  state         TEXT NOT NULL CHECK(state IN ('bound', 'declined')),
  hardware_type INTEGER NOT NULL,
  hardware      TEXT NOT NULL,
  client_id     TEXT NOT NULL,
  host_name     TEXT NOT NULL,
  expires       INTEGER NOT NULL,
  granted       INTEGER NOT NULL,
  server_id     TEXT,
  version       INTEGER NOT NULL,
  was_netbooted INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('10.0.0.1', 'bound', 1, '52:54:00:00:00:01', 'ff:00:01', 'node1', 1800003600, 3600,
  NULL, 1, 1))"));
    auto netbooted = lease_of(1);
    netbooted.was_netbooted = true;
    auto relayed = lease_of(2);
    relayed.relay = Ipv4{10, 0, 0, 254};
    {
        auto opened = open();
        EXPECT_THAT(opened.rows, ::testing::ElementsAre(netbooted));
        EXPECT_THAT(opened.notes, IsEmpty());
        EXPECT_TRUE(std::holds_alternative<Stored>(commit(*opened.store, {put(relayed)})));
    }
    EXPECT_THAT(open().rows, ::testing::ElementsAre(netbooted, relayed));
}

TEST_F(LeaseStore, ADatabaseOfSomebodyElseIsLeftAlone) {
    directory_.write("leases.db", "");
    ASSERT_TRUE(Sqlite::open(path())->execute("CREATE TABLE bookmarks(a)"));
    EXPECT_THAT(error_of_open(), HasSubstr("not pxed's"));
    EXPECT_THAT(directory_.names_with(".bad-"), IsEmpty());
}

TEST_F(LeaseStore, AFileThatIsNoDatabaseIsSetAsideLoudlyAndAFreshOneStarts) {
    directory_.write("leases.db", std::string(5000, 'x'));
    auto opened = open();
    EXPECT_THAT(opened.rows, IsEmpty());
    ASSERT_THAT(opened.notes, SizeIs(1));
    EXPECT_EQ(opened.notes[0].level, Level::error);
    EXPECT_THAT(opened.notes[0].text, HasSubstr("is damaged (file is not a database): it is kept as " +
                                                path() + ".bad-20270115T080000Z"));
    EXPECT_EQ(directory_.read("leases.db.bad-20270115T080000Z"), std::string(5000, 'x'));
    EXPECT_TRUE(std::holds_alternative<Stored>(commit(*opened.store, {put(lease_of(1))})));
}

TEST_F(LeaseStore, ADamagedDatabaseIsFilledAgainFromTheTextMirror) {
    directory_.write("leases.db", std::string(5000, 'x'));
    directory_.write("leases", "1800003600 52:54:00:00:00:01 10.0.0.1 node1 ff:00:01\n");
    import_ = directory_.file("leases");
    EXPECT_THAT(open().rows, ::testing::ElementsAre(lease_of(1)));
}

TEST_F(LeaseStore, AnyDamagedByteLeavesADaemonThatStartsAndLosesNoOtherRow) {
    std::string sound;
    {
        auto opened = open();
        std::vector<Change> changes;
        for (std::uint8_t i = 1; i <= 20; ++i)
            changes.push_back(put(lease_of(i)));
        static_cast<void>(commit(*opened.store, std::move(changes)));
        opened.store->finish();
    }
    sound = directory_.read("leases.db");
    ASSERT_GE(sound.size(), 8192U);
    // Every byte of the header and of the b-tree's; of the rest (rows, schema text, free space) every
    // seventh.
    for (std::size_t at = 0; at < sound.size(); at += at < 200 ? 1 : 7) {
        for (const auto& name : directory_.names_with("leases.db"))
            std::filesystem::remove(directory_.file(name));
        auto damaged = sound;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
        directory_.write("leases.db", damaged);
        auto opened = SqliteLeaseStore::open(loop_, {path(), ""}, k_now);
        if (!opened) {
            EXPECT_THAT(opened.error(), HasSubstr("written by a newer pxed")) << at;
            continue;
        }
        std::set<Ipv4> addresses;
        for (const auto& row : opened->rows)
            EXPECT_TRUE(addresses.insert(row.address).second) << at;
        EXPECT_EQ(commit(*opened->store, {put(lease_of(200))}).index(), 0U) << at;
    }
}

TEST_F(LeaseStore, ADatabaseCutAnywhereLeavesADaemonThatStarts) {
    {
        auto opened = open();
        std::vector<Change> changes;
        for (std::uint8_t i = 1; i <= 20; ++i)
            changes.push_back(put(lease_of(i)));
        static_cast<void>(commit(*opened.store, std::move(changes)));
        opened.store->finish();
    }
    const auto sound = directory_.read("leases.db");
    for (std::size_t size = 0; size < sound.size(); size += size < 120 ? 10 : 211) {
        for (const auto& name : directory_.names_with("leases.db"))
            std::filesystem::remove(directory_.file(name));
        directory_.write("leases.db", sound.substr(0, size));
        auto opened = SqliteLeaseStore::open(loop_, {path(), ""}, k_now);
        ASSERT_TRUE(opened) << size << ' ' << opened.error();
        EXPECT_EQ(commit(*opened->store, {put(lease_of(200))}).index(), 0U) << size;
    }
}

TEST_F(LeaseStore, ARowThatCannotBeUnderstoodIsDeletedAndSaid) {
    {
        auto opened = open();
        static_cast<void>(commit(*opened.store, {put(lease_of(1)), put(lease_of(2))}));
    }
    ASSERT_TRUE(Sqlite::open(path())->execute("UPDATE leases SET hardware='zz' WHERE address='10.0.0.2'"));
    {
        auto opened = open();
        EXPECT_THAT(opened.rows, ::testing::ElementsAre(lease_of(1)));
        ASSERT_THAT(opened.notes, SizeIs(1));
        EXPECT_THAT(opened.notes[0].text, HasSubstr("1 rows"));
        EXPECT_EQ(commit(*opened.store, {put(lease_of(2))}).index(), 0U);
    }
    EXPECT_THAT(open().notes, IsEmpty());
}

TEST_F(LeaseStore, DnsmasqsFileIsImportedOnceWithItsDamageNamed) {
    directory_.write("leases",
                     "1800003600 52:54:00:00:00:01 10.0.0.1 node1 ff:00:01\n"
                     "garbage\n"
                     "duid 00:01\n"
                     "1700000000 52:54:00:00:00:03 10.0.0.3 * *\n");
    import_ = directory_.file("leases");
    {
        const auto opened = open();
        EXPECT_THAT(opened.rows, ::testing::ElementsAre(lease_of(1)));
        ASSERT_THAT(opened.notes, SizeIs(3));
        EXPECT_THAT(opened.notes[0].text, HasSubstr("leases:2: not a lease"));
        EXPECT_THAT(opened.notes[1].text, HasSubstr("1 damaged and 1 DHCPv6 lines"));
        EXPECT_THAT(opened.notes[2].text, HasSubstr("imported 1 leases"));
    }
    // The mirror replaces the file; what was not understood stays.
    EXPECT_EQ(directory_.read("leases"), directory_.read("leases.before-pxed"));
    directory_.write("leases", "1800003600 52:54:00:00:00:09 10.0.0.9 * *\n");
    EXPECT_THAT(open().rows, ::testing::ElementsAre(lease_of(1)));
}

TEST_F(LeaseStore, AReleasedLeaseDoesNotComeBackFromTheTextFile) {
    // As kill -9 leaves it: the last lease is deleted, and the mirror has not followed yet.
    const std::string text = "1800003600 52:54:00:00:00:01 10.0.0.1 node1 ff:00:01\n";
    directory_.write("leases", text);
    import_ = directory_.file("leases");
    {
        auto opened = open();
        ASSERT_THAT(opened.rows, SizeIs(1));
        ASSERT_EQ(commit(*opened.store, {{lease_of(1).address, std::nullopt, 1}}).index(), 0U);
    }
    directory_.write("leases", text);
    EXPECT_THAT(open().rows, IsEmpty());
}

TEST_F(LeaseStore, ATextFileThatIsNamedLaterIsStillImported) {
    EXPECT_THAT(open().rows, IsEmpty());
    directory_.write("leases", "1800003600 52:54:00:00:00:01 10.0.0.1 node1 ff:00:01\n");
    import_ = directory_.file("leases");
    EXPECT_THAT(open().rows, ::testing::ElementsAre(lease_of(1)));
}

TEST_F(LeaseStore, AnImportThatCannotBeReadIsAnErrorForLeasesWouldBeGivenTwice) {
    import_ = directory_.path();  // a directory
    EXPECT_THAT(error_of_open(), HasSubstr("cannot read the leases of dhcp-leasefile"));
}

TEST_F(LeaseStore, ARestartKeepsWhatIsLeftOfALease) {
    {
        auto opened = open();
        static_cast<void>(commit(*opened.store, {put(lease_of(1)), put(lease_of(2, k_infinite))}));
    }
    // A reboot ten minutes later: the boot clock starts again.
    const auto opened = open({Instant{seconds{20}}, k_now.wall + seconds{600}});
    ASSERT_THAT(opened.rows, SizeIs(2));
    EXPECT_EQ(opened.rows[0].expires, Instant{seconds{20 + 3000}});
    EXPECT_EQ(opened.rows[1].expires, k_never);
}

TEST_F(LeaseStore, ALeaseThatEndedMeanwhileIsStillARowToDelete) {
    {
        auto opened = open();
        static_cast<void>(commit(*opened.store, {put(lease_of(1))}));
    }
    auto opened = open({Instant{seconds{20}}, k_now.wall + seconds{7200}});
    ASSERT_THAT(opened.rows, SizeIs(1));
    EXPECT_LT(opened.rows[0].expires, Instant{seconds{20}});
    EXPECT_EQ(commit(*opened.store, {{opened.rows[0].address, std::nullopt, 1}}).index(), 0U);
}

TEST_F(LeaseStore, AClockThatWasAheadMakesNoLeaseLongerThanItWasGranted) {
    {
        auto opened = open({k_now.instant, k_now.wall + seconds{80LL * 365 * 86400}});
        static_cast<void>(commit(*opened.store, {put(lease_of(1))}));
    }
    EXPECT_EQ(open().rows.at(0).expires, k_now.instant + seconds{3600});
}

TEST_F(LeaseStore, AClockThatIsNotSetYetEndsNoLeaseAndIsNotBelieved) {
    {
        auto opened = open();
        static_cast<void>(commit(*opened.store, {put(lease_of(1))}));
    }
    {
        // 1970 after a reboot: counts from the last grant, and what is written now looks like it as well.
        const Now unset{Instant{seconds{20}}, WallTime{seconds{25}}};
        auto opened = open(unset);
        EXPECT_EQ(opened.rows.at(0).expires, unset.instant + seconds{3600});
        auto second = lease_of(2);
        second.expires = unset.instant + seconds{3600};
        static_cast<void>(commit(*opened.store, {put(second)}));
        opened.store->on_clock_step({Instant{seconds{80}}, WallTime{seconds{85}}});  // still not set
        opened.store->finish();
    }
    const auto opened = open({Instant{seconds{30}}, k_now.wall + seconds{600}});
    ASSERT_THAT(opened.rows, SizeIs(2));
    EXPECT_EQ(opened.rows[1].expires, Instant{seconds{30 + 3000}});
}

TEST_F(LeaseStore, WhenTheWallClockStepsTheRowsGoWithIt) {
    {
        auto opened = open();
        static_cast<void>(commit(*opened.store, {put(lease_of(1)), put(lease_of(2, k_infinite))}));
        int heard = 0;
        opened.store->on_stored([&] { ++heard; });
        // Four seconds are nothing, a day is.
        opened.store->on_clock_step({k_now.instant + seconds{60}, k_now.wall + seconds{64}});
        opened.store->on_clock_step({k_now.instant + seconds{60}, k_now.wall + seconds{60 + 86400}});
        run_until([&] { return heard == 1; });
        auto third = lease_of(3);
        static_cast<void>(commit(*opened.store, {put(third)}));
    }
    const auto opened = open({k_now.instant + seconds{60}, k_now.wall + seconds{60 + 86400}});
    EXPECT_THAT(opened.rows, ::testing::ElementsAre(lease_of(1), lease_of(2, k_infinite), lease_of(3)));
}

TEST_F(LeaseStore, ExtremeDurationsComeBack) {
    const std::array durations{seconds{1}, seconds{0x7fffffff}, seconds{0xfffffffe}};
    {
        auto opened = open();
        std::vector<Change> changes;
        for (std::size_t i = 0; i < durations.size(); ++i)
            changes.push_back(put(lease_of(static_cast<std::uint8_t>(i + 1), durations[i])));
        static_cast<void>(commit(*opened.store, std::move(changes)));
    }
    const auto opened = open();
    for (std::size_t i = 0; i < durations.size(); ++i)
        EXPECT_EQ(opened.rows.at(i), lease_of(static_cast<std::uint8_t>(i + 1), durations[i]));
}

TEST_F(LeaseStore, AClientIdOf64KibAndANameWithAnyByteComeBack) {
    auto lease = lease_of(1);
    lease.client_id = ClientId{std::vector<std::uint8_t>(64 * 1024, 0xab)};
    lease.host_name = std::string{"a'\";\0\xff b", 8};
    {
        auto opened = open();
        static_cast<void>(commit(*opened.store, {put(lease)}));
    }
    EXPECT_THAT(open().rows, ::testing::ElementsAre(lease));
}

TEST_F(LeaseStore, AnAdministratorsEditIsAConflictNotALoss) {
    auto opened = open();
    static_cast<void>(commit(*opened.store, {put(lease_of(1))}));
    ASSERT_TRUE(Sqlite::open(path())->execute("DELETE FROM leases"));
    const auto result = commit(*opened.store, {put(lease_of(1), 1)});
    ASSERT_TRUE(std::holds_alternative<Conflict>(result));
    EXPECT_FALSE(std::get<Conflict>(result).row.has_value());
}

}  // namespace
}  // namespace pxed::io
