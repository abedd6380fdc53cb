#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "dhcp/lease.hpp"
#include "io/disk.hpp"
#include "io/file_descriptor.hpp"
#include "io/log.hpp"
#include "io/loop.hpp"

namespace pxed::io {

class LeaseDatabase;

/// The durable record of leases: a SQLite database (WAL, synchronous=FULL) that a thread of its own writes.
/// Commits that come while one is being written, or in a storm within 2 ms of it, are joined into the next
/// transaction (group commit), each with its own answer; answers come in the loop, in the order of the
/// commits. A row is stored with the version max(row.version, replaces + 1).
class SqliteLeaseStore : public dhcp::LeaseStore {
 public:
    struct Settings {
        std::string path;         ///< the database
        std::string import_from;  ///< dnsmasq's lease file, read when the database begins empty; may be empty
    };
    /// Something the administrator should know of the start.
    struct Note {
        Level level = Level::info;
        std::string text;
    };
    struct Opened {
        std::unique_ptr<SqliteLeaseStore> store;
        std::vector<dhcp::Lease> rows;  ///< expired ones included; they are the table's to delete
        std::vector<Note> notes;
    };

    /// Opens or creates the database and reads all rows. A damaged database is renamed to PATH.bad-TIME, and
    /// a fresh one starts with the rows that could still be read. Blocks; call it before the loop runs and
    /// after the user was changed. Errors: a sentence with the fix (directory not writable, another pxed has
    /// the database, a newer schema, an import that cannot be read).
    [[nodiscard]] static Result<Opened, std::string> open(ev::loop_ref loop, const Settings& settings,
                                                          Now now);
    ~SqliteLeaseStore() override;

    void commit(std::vector<dhcp::Change> changes, Done done) override;

    /// Called in the loop after every transaction that changed rows, when its commits are answered: the text
    /// mirror listens here.
    void on_stored(std::function<void()> stored) { stored_ = std::move(stored); }
    /// Rows carry wall time, which may step: rewrites them when the wall clock has moved by more than 5 s
    /// against CLOCK_BOOTTIME. Call it each minute, or on TFD_TIMER_CANCEL_ON_SET.
    void on_clock_step(Now now);
    /// Writes and answers all that waits, in this thread, and folds the WAL into the database. For the exit:
    /// a commit() after it answers at once.
    void finish();
    /// Commits not yet answered.
    [[nodiscard]] std::size_t waiting() const;

 private:
    struct Commit {
        std::vector<dhcp::Change> changes;
        Done done;
    };
    struct Batch;
    SqliteLeaseStore(ev::loop_ref loop, FileDescriptor lock, std::unique_ptr<LeaseDatabase> database);
    void start_batch();
    void end_batch();
    void on_gathered(ev::timer& watcher, int revents);
    void answer(const Batch& batch);
    void checkpoint();

    FileDescriptor lock_;  ///< held while the database is ours
    std::unique_ptr<LeaseDatabase> database_;
    std::deque<Commit> waiting_;
    std::unique_ptr<Batch> running_;  ///< what the disk thread is writing
    std::function<void()> stored_;
    std::atomic<bool> has_followed_ = false;  ///< the disk thread's word to on_clock_step()
    ev::timer idle_;
    ev::timer gather_;          ///< active while the next batch waits for more
    std::optional<Disk> disk_;  ///< the last member: its thread ends before what it uses
};

}  // namespace pxed::io
