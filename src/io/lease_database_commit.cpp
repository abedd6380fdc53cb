// How the lease database writes: all that waits as one transaction, and one wait for the disk.
#include <algorithm>
#include <bit>
#include <utility>

#include "io/lease_database.hpp"
#include "io/lease_wal.hpp"

namespace pxed::io {

namespace {

// The log's file grows in steps that double up to the largest, so that few commits wait for it to grow. The
// least is a thousand leases' worth of a small site.
constexpr std::uint64_t k_least_step = std::uint64_t{1} << 20;
constexpr std::uint64_t k_largest_step = std::uint64_t{16} << 20;
// Pages that a transaction writes besides one for each row: inner ones, and halves of those that were split.
constexpr std::uint64_t k_spare_pages = 16;

// An error that spoils only the statement it happened in, not the transaction around it.
bool is_of_the_data(const SqliteError& error) {
    const int code = error.primary_code();
    return code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH;
}

}  // namespace

std::vector<dhcp::CommitResult> LeaseDatabase::commit(std::span<const std::vector<dhcp::Change>> commits) {
    std::vector<dhcp::CommitResult> results;
    results.reserve(commits.size());
    auto done = reconnect();
    if (done) done = transact(commits, results);
    if (!done) {
        // Whatever was found out inside a transaction that failed does not count.
        is_suspect_ = is_suspect_ || !done.error().is_busy();
        results.assign(commits.size(), dhcp::Failed{"lease database: " + done.error().why});
    }
    return results;
}

void LeaseDatabase::reserve(std::span<const std::vector<dhcp::Change>> commits) {
    std::uint64_t pages = k_spare_pages;
    for (const auto& changes : commits)
        pages += changes.size();
    const auto frame = k_wal_frame_header + static_cast<std::uint64_t>(page_size_);
    const auto needed = wal_bytes() + pages * frame;
    if (needed <= wal_reserved_) return;
    const auto step = std::bit_ceil(std::clamp(needed, k_least_step, k_largest_step));
    const auto wanted = (needed + step - 1) / step * step;
    // Once for each size, whatever came of it: a full disk is not asked again with each commit.
    static_cast<void>(reserve_wal(path_ + "-wal", wanted));
    wal_reserved_ = wanted;
}

Result<void, SqliteError> LeaseDatabase::transact(std::span<const std::vector<dhcp::Change>> commits,
                                                  std::vector<dhcp::CommitResult>& results) {
    // All as one: marks to go back to cost SQLite a copy of every page that is changed behind them, and
    // nobody else writes here. Should one commit not fit all the same, they are tried again, each for itself.
    auto done = transact(commits, Marks::none, results);
    const bool all_stored =
        std::ranges::all_of(results, [](const auto& r) { return std::holds_alternative<dhcp::Stored>(r); });
    if (!done || all_stored) return done;
    results.clear();
    return transact(commits, Marks::each, results);
}

Result<void, SqliteError> LeaseDatabase::transact(std::span<const std::vector<dhcp::Change>> commits,
                                                  Marks marks, std::vector<dhcp::CommitResult>& results) {
    // IMMEDIATE takes the write lock at once: a lock asked for in the middle may be refused without a wait.
    if (auto begun = statements_->begin.run(); !begun) return begun;
    // With the write lock: another program's frames may end where ours begin.
    if (marks == Marks::none) reserve(commits);
    Result<void, SqliteError> done;
    bool is_to_be_undone = false;
    for (const auto& changes : commits) {
        auto applied = marks == Marks::each ? apply_marked(changes) : apply(changes);
        if (!applied) {
            done = fail(applied.error());
            break;
        }
        is_to_be_undone = marks == Marks::none && !std::holds_alternative<dhcp::Stored>(*applied);
        results.push_back(std::move(*applied));
        if (is_to_be_undone) break;
    }
    if (done && is_to_be_undone) return connection_->execute("ROLLBACK");
    if (done) done = statements_->commit.run();
    // The error says why; a ROLLBACK that fails has nothing to add, the connection is closed next.
    if (!done && connection_->is_in_transaction()) static_cast<void>(connection_->execute("ROLLBACK"));
    return done;
}

// Commits share the transaction and its wait for the disk, but not each other's conflicts.
Result<dhcp::CommitResult, SqliteError> LeaseDatabase::apply_marked(std::span<const dhcp::Change> changes) {
    if (auto marked = connection_->execute("SAVEPOINT one"); !marked) return fail(marked.error());
    TRY(auto result, apply(changes));
    const bool is_stored = std::holds_alternative<dhcp::Stored>(result);
    const auto* const end = is_stored ? "RELEASE one" : "ROLLBACK TO one; RELEASE one";
    if (auto ended = connection_->execute(end); !ended) return fail(ended.error());
    if (auto* conflict = std::get_if<dhcp::Conflict>(&result)) {
        // Read after the rollback: the store's row, not what this commit made of it on the way.
        TRY(conflict->row, find(conflict->address));
    }
    return result;
}

// Up to the first change that does not fit. The row of a conflict is left to be found.
Result<dhcp::CommitResult, SqliteError> LeaseDatabase::apply(std::span<const dhcp::Change> changes) {
    for (const auto& change : changes) {
        const auto fits = apply(change);
        if (!fits && !is_of_the_data(fits.error())) return fail(fits.error());
        if (!fits) return dhcp::CommitResult{dhcp::Failed{"lease database: " + fits.error().why}};
        if (!*fits) return dhcp::CommitResult{dhcp::Conflict{change.address, std::nullopt}};
    }
    return dhcp::CommitResult{dhcp::Stored{}};
}

Result<bool, SqliteError> LeaseDatabase::apply(const dhcp::Change& change) {
    if (change.row) {
        // The version is compared by the very statement that writes, so nothing comes in between. A row that
        // merges several changes of one batch has counted each of them already.
        dhcp::Lease row = *change.row;
        row.address = change.address;
        row.version = std::max(row.version, change.replaces + 1);
        const auto written = change.replaces == 0
                                 ? run_with_row(statements_->insert, row, std::nullopt, offset_)
                                 : run_with_row(statements_->update, row, change.replaces, offset_);
        if (!written) return fail(written.error());
        return connection_->changes() == 1;
    }
    if (change.replaces == 0) {
        // Deleting what is not there has nothing to write, but somebody may have come first.
        TRY(const auto row, find(change.address));
        return !row.has_value();
    }
    const std::string address = change.address.text();
    const auto erased =
        statements_->erase.bind(0, address).bind(1, static_cast<std::int64_t>(change.replaces)).run();
    if (!erased) return fail(erased.error());
    return connection_->changes() == 1;
}

Result<std::optional<dhcp::Lease>, SqliteError> LeaseDatabase::find(Ipv4 address) {
    const std::string text = address.text();
    auto& find = statements_->find;
    // Reset before any return: an open statement would keep its read lock, and the log could never be
    // emptied.
    const auto has_row = find.bind(0, text).step();
    std::optional<dhcp::Lease> row;
    const bool is_there = has_row && *has_row;
    if (is_there) row = lease_of_row(find, offset_);
    find.reset();
    if (!has_row) return fail(has_row.error());
    if (is_there && !row) return fail(SqliteError{SQLITE_CORRUPT, "the row of " + text + " is damaged"});
    return row;
}

}  // namespace pxed::io
