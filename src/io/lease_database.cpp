#include "io/lease_database.hpp"

#include <algorithm>
#include <utility>

#include "io/lease_wal.hpp"

// The power-cut test builds this file once more with OFF and shows that leases are lost then.
#ifndef PXED_SQLITE_SYNCHRONOUS
#define PXED_SQLITE_SYNCHRONOUS FULL
#endif
#define PXED_TEXT_(word) #word
#define PXED_TEXT(word) PXED_TEXT_(word)

namespace pxed::io {

namespace {

// A reader (an administrator's sqlite3) that has to be the only one holds its lock for milliseconds.
constexpr int k_busy_milliseconds = 2000;
// quick_check reads the whole file: 64 MiB is some 500,000 leases and a fraction of a second.
constexpr std::int64_t k_largest_checked = std::int64_t{64} << 20;
// The clock is steered continuously by NTP; only what it jumps by counts.
constexpr seconds k_clock_step{5};
// A wall clock before 2025 has not been set: machines without a battery start in 1970.
constexpr WallTime k_first_believable{seconds{1'735'689'600}};
// How long a row lasts at most that does not say what was granted.
constexpr seconds k_longest_unknown{24 * 3600};

// Nothing is wrong with the file, but it is not for us.
SqliteError refusal(std::string why) {
    return {SQLITE_CANTOPEN, std::move(why)};
}

}  // namespace

Result<std::unique_ptr<LeaseDatabase>, SqliteError> LeaseDatabase::open(const std::string& path, Now now) {
    // A pxed that was killed right after a failed fsync() may have left such a log.
    if (const auto whole = rewrite_wal(path + "-wal", std::nullopt); !whole)
        return fail(refusal(whole.error()));
    std::unique_ptr<LeaseDatabase> database{new LeaseDatabase{path}};
    const auto opened = database->connect();
    if (!opened) return fail(opened.error());
    if (const auto sound = database->check(); !sound) return fail(sound.error());
    if (const auto known = database->believe_clock(now); !known) return fail(known.error());
    database->is_suspect_ = false;
    database->checkpoint();
    return database;
}

LeaseDatabase::~LeaseDatabase() {
    // A sound log is folded into the database by closing it, and the next start has less to read.
    if (is_suspect_) disconnect();
}

Result<void, SqliteError> LeaseDatabase::connect() {
    TRY(connection_, Sqlite::open(path_));
    sqlite3_busy_timeout(connection_->handle(), k_busy_milliseconds);
    // Little is read twice: the working set is the lease table's. The rest is for a transaction's pages.
    const auto mode = connection_->text("PRAGMA journal_mode=WAL");
    if (!mode) return fail(mode.error());
    // SQLite takes an unknown format number in the header for a database of the future, and reads only; the
    // file itself was opened for writing before.
    if (sqlite3_db_readonly(connection_->handle(), "main") == 1)
        return fail(SqliteError{SQLITE_CORRUPT, "the header is damaged"});
    // Without shared memory SQLite falls back to another journal in silence.
    if (*mode != "wal") {
        return fail(
            refusal("the file system below " + directory_of(path_) +
                    " cannot carry a write-ahead log (a network file system?): set lease-database= to a "
                    "path on a local disk"));
    }
    // FULL waits for the disk in every commit; NORMAL, the usual advice for WAL, waits in checkpoints only
    // and loses acknowledged leases in a power cut. The checkpoint is the owner's to time.
    if (const auto set = connection_->execute("PRAGMA synchronous=" PXED_TEXT(
            PXED_SQLITE_SYNCHRONOUS) "; PRAGMA cache_size=-512; PRAGMA wal_autocheckpoint=0");
        !set)
        return set;
    if (const auto made = prepare_schema(); !made) return made;
    TRY(page_size_, connection_->number("PRAGMA page_size"));
    TRY(auto insert, connection_->prepare(k_insert_lease));
    TRY(auto update, connection_->prepare(k_update_lease));
    TRY(auto erase, connection_->prepare("DELETE FROM leases WHERE address = ?1 AND version = ?2"));
    TRY(auto find, connection_->prepare(std::string{k_select_leases} + "WHERE address = ?1"));
    TRY(auto begin, connection_->prepare("BEGIN IMMEDIATE"));
    TRY(auto commit, connection_->prepare("COMMIT"));
    statements_.emplace(Statements{std::move(insert), std::move(update), std::move(erase), std::move(find),
                                   std::move(begin), std::move(commit)});
    wal_reserved_ = 0;
    // The only word SQLite gives of where the log ends for it: the file may be longer by what was rolled
    // back.
    const auto on_commit = [](void* frames, sqlite3*, const char*, int count) {
        *static_cast<std::optional<std::uint64_t>*>(frames) = static_cast<std::uint64_t>(count);
        return SQLITE_OK;
    };
    wal_frames_.reset();
    sqlite3_wal_hook(connection_->handle(), on_commit, &wal_frames_);
    return {};
}

Result<void, SqliteError> LeaseDatabase::prepare_schema() {
    TRY(const auto version, connection_->number("PRAGMA user_version"));
    TRY(const auto application, connection_->number("PRAGMA application_id"));
    TRY(const auto tables, connection_->number("SELECT count(*) FROM sqlite_schema"));
    if (tables == 0) {
        // In one transaction: a crash leaves an empty file or a whole schema.
        return connection_->execute("BEGIN IMMEDIATE; PRAGMA user_version=" + std::to_string(k_lease_schema) +
                                    "; PRAGMA application_id=" + std::to_string(k_lease_application) + ';' +
                                    k_lease_table + "; COMMIT");
    }
    TRY(const auto has_leases,
        connection_->number("SELECT count(*) FROM sqlite_schema WHERE name = 'leases'"));
    // Somebody's bookmarks, named by mistake: setting them aside as damaged would be no kindness.
    if (application != k_lease_application && has_leases == 0) {
        return fail(
            refusal(path_ + " is a database, but not pxed's: set lease-database= to a path of its own"));
    }
    if (version > k_lease_schema) {
        return fail(refusal(path_ + " was written by a newer pxed (schema " + std::to_string(version) +
                            ", this one knows " + std::to_string(k_lease_schema) +
                            "): install that version, or set lease-database= to a new path"));
    }
    if (application != k_lease_application || version < 1)
        return fail(SqliteError{SQLITE_CORRUPT, "the header is damaged"});
    return version < k_lease_schema ? upgrade(version) : Result<void, SqliteError>{};
}

// A database of an earlier schema. In one transaction as well: a crash leaves the one schema or the other.
Result<void, SqliteError> LeaseDatabase::upgrade(std::int64_t version) {
    const auto upgraded =
        connection_->execute(std::string{"BEGIN IMMEDIATE; "} + (version < 2 ? k_upgrade_from_1 : "") +
                             (version < 3 ? k_upgrade_from_2 : "") +
                             "PRAGMA user_version=" + std::to_string(k_lease_schema) + "; COMMIT");
    if (!upgraded && connection_->is_in_transaction()) static_cast<void>(connection_->execute("ROLLBACK"));
    return upgraded;
}

Result<void, SqliteError> LeaseDatabase::check() {
    TRY(const auto pages, connection_->number("PRAGMA page_count"));
    if (pages * page_size_ > k_largest_checked) return {};
    const auto verdict = connection_->text("PRAGMA quick_check(1)");
    if (!verdict) return fail(verdict.error());
    if (*verdict != "ok") return fail(SqliteError{SQLITE_CORRUPT, *verdict});
    return {};
}

// A machine without a battery starts in 1970. Its clock counts from the last lease it granted then, so that
// leases written before NTP has set the clock do not look expired after the next start.
Result<void, SqliteError> LeaseDatabase::believe_clock(Now now) {
    if (now.wall < k_first_believable) {
        TRY(const auto last_grant,
            connection_->number("SELECT max(expires - granted) FROM leases "
                                "WHERE expires BETWEEN 1 AND 8589934592 AND granted > 0"));
        now.wall = std::max(now.wall, WallTime{seconds{last_grant}});
    }
    offset_ = WallOffset{now};
    return {};
}

void LeaseDatabase::disconnect() {
    // Closing would fold the log into the database, and this log is not to be trusted.
    if (connection_) sqlite3_db_config(connection_->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    statements_.reset();
    connection_.reset();
}

Result<void, SqliteError> LeaseDatabase::reconnect() {
    if (!is_suspect_) return {};
    disconnect();
    const auto committed =
        wal_frames_ ? std::optional{*wal_frames_ == 0 ? 0 : wal_bytes()} : std::optional<std::uint64_t>{};
    if (const auto whole = rewrite_wal(path_ + "-wal", committed); !whole)
        return fail(refusal(whole.error()));
    // The log holds what it held: connect() alone would forget how far it is good, and the next failure could
    // not be cut off.
    const auto frames = wal_frames_;
    const auto connected = connect();
    wal_frames_ = frames;
    if (!connected) return connected;
    if (const auto sound = check(); !sound) return sound;
    is_suspect_ = false;
    return {};
}

std::uint64_t LeaseDatabase::wal_bytes() const {
    const auto frame = k_wal_frame_header + static_cast<std::uint64_t>(page_size_);
    return k_wal_header + wal_frames_.value_or(0) * frame;
}

Result<LeaseRows, SqliteError> LeaseDatabase::rows(Now now) {
    LeaseRows rows;
    if (const auto read = read_leases(*connection_, "ORDER BY address", offset_, rows); !read)
        return fail(read.error());
    for (auto& lease : rows.leases) {
        const seconds longest = lease.duration > seconds{0} ? lease.duration : k_longest_unknown;
        if (lease.expires != k_never) lease.expires = std::min(lease.expires, after(now.instant, longest));
    }
    return rows;
}

Result<void, SqliteError> LeaseDatabase::drop_damaged_rows() {
    std::vector<std::string> damaged;
    {
        TRY(auto all, connection_->prepare(k_select_leases));
        for (;;) {
            TRY(const bool has_row, all.step());
            if (!has_row) break;
            if (!lease_of_row(all, offset_)) damaged.emplace_back(all.text(0));
        }
    }
    TRY(auto erase, connection_->prepare("DELETE FROM leases WHERE address = ?1"));
    for (const auto& address : damaged) {
        if (const auto erased = erase.bind(0, address).run(); !erased) return erased;
    }
    return {};
}

Result<bool, SqliteError> LeaseDatabase::has_imported() {
    TRY(const auto marks, connection_->number("SELECT count(*) FROM sqlite_schema WHERE name = 'imported'"));
    return marks > 0;
}

Result<void, SqliteError> LeaseDatabase::note_import() {
    return connection_->execute(k_import_mark);
}

bool LeaseDatabase::follow_clock(Now now) {
    const WallOffset offset{now};
    const auto step = std::chrono::round<seconds>(offset.since(offset_));
    if (now.wall < k_first_believable || std::chrono::abs(step) <= k_clock_step) return false;
    if (!reconnect()) return false;
    // A row written while the clock was wrong may be decades away: bounded by what was granted, it is right
    // again.
    const std::string latest = std::to_string(now.wall.time_since_epoch().count()) +
                               " + iif(granted > 0, granted, " + std::to_string(k_longest_unknown.count()) +
                               ')';
    const auto moved =
        connection_->execute("UPDATE leases SET expires = max(1, min(expires + " +
                             std::to_string(step.count()) + ", " + latest + ")) WHERE expires != 0");
    // Rows and offset belong together: after a failure the old ones go on, and the next minute tries again.
    is_suspect_ = !moved && !moved.error().is_busy();
    if (!moved) return false;
    offset_ = offset;
    return true;
}

bool LeaseDatabase::checkpoint() {
    if (is_suspect_ || wal_frames_ == std::uint64_t{0}) return true;
    // RESTART, so that the log begins from its start again, in the file as it is: a shorter one would have to
    // grow again, see reserve_wal(). But what a burst or a reader that stayed long has made of it is given
    // back to the disk, whole and by SQLite: cut in the middle, the frames that are left would be taken for
    // the last word after a crash, though the database is newer than they are.
    const std::string log = path_ + "-wal";
    const bool is_too_long = wal_file_size(log) > k_longest_wal_file;
    // A reader's lock must not hold up the commits that wait behind this: better later than waited for.
    sqlite3_busy_timeout(connection_->handle(), 0);
    const int code = sqlite3_wal_checkpoint_v2(
        connection_->handle(), nullptr, is_too_long ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART,
        nullptr, nullptr);
    sqlite3_busy_timeout(connection_->handle(), k_busy_milliseconds);
    if (code == SQLITE_OK) {
        wal_frames_ = 0;
        // What was reserved is gone with the file's length; the next commit asks for it anew.
        if (is_too_long) wal_reserved_ = 0;
    }
    const bool is_busy = SqliteError{code, {}}.is_busy();
    is_suspect_ = code != SQLITE_OK && !is_busy;
    return !is_busy;
}

}  // namespace pxed::io
