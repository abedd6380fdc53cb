#include "io/lease_store.hpp"

#include <algorithm>
#include <utility>

#include "io/lease_database.hpp"
#include "io/lease_start.hpp"
#include "io/lease_wal.hpp"

namespace pxed::io {

namespace {

// More in one transaction would only make the first of them wait longer: 64 of a lease each take 2 ms here.
constexpr std::size_t k_most_joined = 64;
// A checkpoint costs two more waits for the disk, so it happens when nobody waits, or when the log is long.
constexpr seconds k_idle{2};
// Early enough that a log which no reader holds on to never grows beyond what its file may keep: giving the
// space back and asking for it anew in each round would cost more than the checkpoint.
constexpr std::uint64_t k_longest_wal = k_longest_wal_file / 4 * 3;

// A transaction costs as much as some ten leases in it. After one of this many commits there is a storm, and
// the next one waits for more to come, unless it is full already.
constexpr std::size_t k_storm = 4;
constexpr nanoseconds k_commit_delay = milliseconds{2};

}  // namespace

// What the disk thread writes, and what it found out. The loop touches it only before and after.
struct SqliteLeaseStore::Batch {
    std::vector<std::vector<dhcp::Change>> commits;
    std::vector<Done> done;
    std::vector<dhcp::CommitResult> results;  ///< empty: not written yet
    std::uint64_t wal_bytes = 0;

    void write(LeaseDatabase& database) {
        results = database.commit(commits);
        wal_bytes = database.wal_bytes();
    }
};

Result<SqliteLeaseStore::Opened, std::string> SqliteLeaseStore::open(ev::loop_ref loop,
                                                                     const Settings& settings, Now now) {
    TRY(auto start, start_leases(settings, now));
    std::unique_ptr<SqliteLeaseStore> store{
        new SqliteLeaseStore{loop, std::move(start.lock), std::move(start.database)}};
    return Opened{std::move(store), std::move(start.rows), std::move(start.notes)};
}

SqliteLeaseStore::SqliteLeaseStore(ev::loop_ref loop, FileDescriptor lock,
                                   std::unique_ptr<LeaseDatabase> database)
    : lock_(std::move(lock)), database_(std::move(database)), idle_(loop), gather_(loop) {
    idle_.set<SqliteLeaseStore, &SqliteLeaseStore::checkpoint>(this);
    gather_.set<SqliteLeaseStore, &SqliteLeaseStore::on_gathered>(this);
    disk_.emplace(loop);
}

SqliteLeaseStore::~SqliteLeaseStore() = default;

void SqliteLeaseStore::commit(std::vector<dhcp::Change> changes, Done done) {
    waiting_.push_back({std::move(changes), std::move(done)});
    const bool may_wait = gather_.is_active() && waiting_.size() < k_most_joined;
    if (!running_ && !may_wait) start_batch();
}

void SqliteLeaseStore::start_batch() {
    if (waiting_.empty()) return;
    // All that came while the last transaction was written, and since, goes into the next one: the more come,
    // the fewer waits for the disk each of them costs.
    idle_.stop();
    gather_.stop();
    running_ = std::make_unique<Batch>();
    for (std::size_t i = 0; i < k_most_joined && !waiting_.empty(); ++i) {
        running_->commits.push_back(std::move(waiting_.front().changes));
        running_->done.push_back(std::move(waiting_.front().done));
        waiting_.pop_front();
    }
    if (disk_) {
        disk_->submit([this, batch = running_.get()] { batch->write(*database_); }, [this] { end_batch(); });
    } else {
        // After finish(): the loop is over, and what comes now is the last will of the services.
        running_->write(*database_);
        end_batch();
    }
}

void SqliteLeaseStore::end_batch() {
    const auto batch = std::move(running_);
    if (batch->wal_bytes > k_longest_wal) checkpoint();
    // In a storm the next ones wait for some more to come; without one the disk works on them while these are
    // answered, and what an answer commits joins those after.
    if (disk_ && batch->commits.size() >= k_storm && waiting_.size() < k_most_joined)
        gather_.start(ev_seconds(k_commit_delay));
    else if (disk_)
        start_batch();
    answer(*batch);
    if (gather_.is_active()) return;
    if (!running_ && !waiting_.empty()) start_batch();
    // An answer that committed has begun a batch by itself already.
    if (!running_ && disk_) idle_.start(ev_seconds(k_idle));
}

void SqliteLeaseStore::on_gathered(ev::timer&, int) {
    start_batch();
    if (!running_ && disk_) idle_.start(ev_seconds(k_idle));
}

void SqliteLeaseStore::answer(const Batch& batch) {
    bool has_stored = false;
    for (std::size_t i = 0; i < batch.done.size(); ++i) {
        has_stored = has_stored || std::holds_alternative<dhcp::Stored>(batch.results[i]);
        batch.done[i](batch.results[i]);
    }
    if (has_stored && stored_) stored_();
}

void SqliteLeaseStore::checkpoint() {
    if (!disk_) return;
    disk_->submit_with(
        true, [this](bool& is_done) { is_done = database_->checkpoint(); },
        [this](bool is_done) {
            // A reader, such as our own mirror, was in the way, and perhaps no commit comes for a long time.
            if (!is_done && !running_ && disk_) idle_.start(ev_seconds(k_idle));
        });
}

void SqliteLeaseStore::on_clock_step(Now now) {
    if (!disk_) return;
    // Two steps may be under way; what the first found out must not be lost to the second.
    disk_->submit(
        [this, now] {
            if (database_->follow_clock(now)) has_followed_ = true;
        },
        [this] {
            if (has_followed_.exchange(false) && stored_) stored_();
        });
}

void SqliteLeaseStore::finish() {
    idle_.stop();
    gather_.stop();
    // Its thread ends the job it is at and drops the others: a batch without results was among those.
    disk_.reset();
    if (running_) {
        if (running_->results.empty()) running_->write(*database_);
        end_batch();
    }
    start_batch();
    database_->checkpoint();
}

std::size_t SqliteLeaseStore::waiting() const {
    return waiting_.size() + (running_ ? running_->done.size() : 0);
}

}  // namespace pxed::io
