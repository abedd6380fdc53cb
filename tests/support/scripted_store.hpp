#pragma once
// The second LeaseStore: it answers late, out of order, fails or conflicts as a test tells it, and refuses a
// wrong `replaces` just as the real one does.

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dhcp/lease.hpp"

namespace pxed::test {

class ScriptedStore : public dhcp::LeaseStore {
 public:
    enum class Pace {
        at_once,    ///< commit() answers before it returns
        late,       ///< rows are written in the order they come; answers wait to be let out
        reordered,  ///< rows are written when the answer is let out: in any order
    };
    enum class Which { oldest, newest };

    explicit ScriptedStore(Pace pace) : pace_(pace) {}

    void commit(std::vector<dhcp::Change> changes, Done done) override {
        ++commits_;
        Commit commit{std::move(changes), std::move(done), std::nullopt};
        if (pace_ == Pace::at_once && !is_holding_) {
            const auto result = write(commit.changes);
            commit.done(result);
            return;
        }
        if (pace_ != Pace::reordered) commit.result = write(commit.changes);
        pending_.push_back(std::move(commit));
    }

    // The script.

    /// The next `count` commits fail with `why`.
    void fail_next(std::size_t count, std::string why) {
        failures_ = count;
        why_ = std::move(why);
    }
    /// The next `count` commits meet a conflict though nobody changed anything.
    void conflict_next(std::size_t count) { conflicts_ = count; }
    /// Whether answers wait to be let out even at Pace::at_once.
    void hold(bool is_holding) { is_holding_ = is_holding; }
    [[nodiscard]] bool is_holding() const { return is_holding_; }
    /// Another server writes a row (or deletes it) behind this one's back.
    void write_behind(Ipv4 address, std::optional<dhcp::Lease> row) {
        const auto found = rows_.find(address);
        const auto version = found == rows_.end() ? 0 : found->second.version;
        if (row) {
            row->version = version + 1;
            rows_.insert_or_assign(address, *row);
        } else {
            rows_.erase(address);
        }
    }

    /// Lets one answer out; false when none waits.
    bool answer(Which which) {
        if (pending_.empty()) return false;
        Commit commit = which == Which::oldest ? std::move(pending_.front()) : std::move(pending_.back());
        which == Which::oldest ? pending_.pop_front() : pending_.pop_back();
        const auto result = commit.result ? *commit.result : write(commit.changes);
        commit.done(result);
        return true;
    }
    void answer_all(Which which) {
        while (answer(which)) {
        }
    }
    /// kill -9: what waits is never answered; what is written stays.
    void forget_pending() { pending_.clear(); }

    [[nodiscard]] std::size_t pending() const { return pending_.size(); }
    [[nodiscard]] std::size_t commits() const { return commits_; }
    /// What survives a power cut.
    [[nodiscard]] const std::map<Ipv4, dhcp::Lease>& rows() const { return rows_; }
    void load(const dhcp::Lease& row) { rows_.insert_or_assign(row.address, row); }

 private:
    struct Commit {
        std::vector<dhcp::Change> changes;
        Done done;
        std::optional<dhcp::CommitResult> result;  ///< none: not written yet
    };

    /// All of the changes or none.
    dhcp::CommitResult write(const std::vector<dhcp::Change>& changes) {
        if (failures_ > 0) {
            --failures_;
            return dhcp::Failed{why_};
        }
        if (conflicts_ > 0 && !changes.empty()) {
            --conflicts_;
            return conflict_at(changes.front().address);
        }
        auto rows = rows_;
        for (const dhcp::Change& change : changes) {
            const auto found = rows.find(change.address);
            const auto version = found == rows.end() ? 0 : found->second.version;
            if (version != change.replaces) return conflict_at(change.address);
            if (change.row) {
                rows.insert_or_assign(change.address, *change.row);
            } else {
                rows.erase(change.address);
            }
        }
        rows_ = std::move(rows);
        return dhcp::Stored{};
    }
    [[nodiscard]] dhcp::Conflict conflict_at(Ipv4 address) const {
        const auto found = rows_.find(address);
        if (found == rows_.end()) return {address, std::nullopt};
        return {address, found->second};
    }

    Pace pace_;
    bool is_holding_ = false;
    std::size_t failures_ = 0;
    std::size_t conflicts_ = 0;
    std::size_t commits_ = 0;
    std::string why_;
    std::deque<Commit> pending_;
    std::map<Ipv4, dhcp::Lease> rows_;
};

}  // namespace pxed::test
