#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "dhcp/lease.hpp"
#include "io/lease_rows.hpp"
#include "io/sqlite.hpp"

namespace pxed::io {

/// The lease database itself, used by one thread at a time; every call may block on the disk. After an error
/// of the disk it trusts nothing: the next call closes the database, makes the log whole and opens it again.
class LeaseDatabase {
 public:
    /// Opens an existing file; an empty one becomes a new database. Checks it: a small one whole, a large one
    /// as far as it is read. Errors: SqliteError::is_damage() for a damaged file; anything else is a sentence
    /// for the administrator.
    [[nodiscard]] static Result<std::unique_ptr<LeaseDatabase>, SqliteError> open(const std::string& path,
                                                                                  Now now);
    ~LeaseDatabase();
    LeaseDatabase(const LeaseDatabase&) = delete;
    LeaseDatabase& operator=(const LeaseDatabase&) = delete;

    /// All rows. A lease has never longer to go than it was granted, whatever the wall clock was when it was
    /// written or is now.
    [[nodiscard]] Result<LeaseRows, SqliteError> rows(Now now);
    /// Deletes the rows that cannot be understood, which nobody could ever replace.
    [[nodiscard]] Result<void, SqliteError> drop_damaged_rows();

    /// Whether note_import() was ever called.
    [[nodiscard]] Result<bool, SqliteError> has_imported();
    [[nodiscard]] Result<void, SqliteError> note_import();

    /// Writes all commits in one transaction and waits for the disk; one answer for each commit.
    [[nodiscard]] std::vector<dhcp::CommitResult> commit(std::span<const std::vector<dhcp::Change>> commits);

    /// Rewrites the rows' wall time when the wall clock has stepped against the boot clock; true when it did.
    bool follow_clock(Now now);
    /// Folds the log into the database and empties it. False: a reader is in the way.
    bool checkpoint();
    /// Bytes in the write-ahead log.
    [[nodiscard]] std::uint64_t wal_bytes() const;

 private:
    explicit LeaseDatabase(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] Result<void, SqliteError> connect();
    [[nodiscard]] Result<void, SqliteError> prepare_schema();
    [[nodiscard]] Result<void, SqliteError> upgrade(std::int64_t version);
    [[nodiscard]] Result<void, SqliteError> check();
    [[nodiscard]] Result<void, SqliteError> believe_clock(Now now);
    [[nodiscard]] Result<void, SqliteError> reconnect();
    void disconnect();
    /// Makes room in the log for what is to be written next.
    void reserve(std::span<const std::vector<dhcp::Change>> commits);
    [[nodiscard]] Result<void, SqliteError> transact(std::span<const std::vector<dhcp::Change>> commits,
                                                     std::vector<dhcp::CommitResult>& results);
    /// Whether there is a mark before each commit, so that it alone can be taken back.
    enum class Marks : std::uint8_t { none, each };
    /// Without marks a commit that is not stored ends all, and nothing is written.
    [[nodiscard]] Result<void, SqliteError> transact(std::span<const std::vector<dhcp::Change>> commits,
                                                     Marks marks, std::vector<dhcp::CommitResult>& results);
    [[nodiscard]] Result<dhcp::CommitResult, SqliteError> apply_marked(std::span<const dhcp::Change> changes);
    [[nodiscard]] Result<dhcp::CommitResult, SqliteError> apply(std::span<const dhcp::Change> changes);
    [[nodiscard]] Result<bool, SqliteError> apply(const dhcp::Change& change);
    [[nodiscard]] Result<std::optional<dhcp::Lease>, SqliteError> find(Ipv4 address);

    struct Statements {
        Statement insert, update, erase, find, begin, commit;
    };
    std::string path_;
    WallOffset offset_;
    std::int64_t page_size_ = 0;
    std::optional<std::uint64_t> wal_frames_;  ///< up to the last commit that was stored; absent: not known
    std::uint64_t wal_reserved_ = 0;           ///< how far the log's file is known to reach
    bool is_suspect_ = true;  ///< an error of the disk, or not open yet: reconnect before the next use
    std::optional<Sqlite> connection_;
    std::optional<Statements> statements_;  ///< after the connection, so that they end before it
};

}  // namespace pxed::io
