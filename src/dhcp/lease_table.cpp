#include "dhcp/lease_table.hpp"

#include <algorithm>
#include <utility>

#include "base/reversed.hpp"
#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

/// Whether both are found in the same ways, so that one can stand in the place of the other: most changes are
/// renewals, and the first look for the row has brought in all they touch.
bool is_found_alike(const Lease& a, const Lease& b) {
    return a.state == Lease::State::bound && b.state == Lease::State::bound && a.hardware == b.hardware &&
           a.client_id == b.client_id && a.host_name == b.host_name;
}

}  // namespace

bool is_lease_of(const Lease& row, const HwAddr& hardware, const ClientId& client_id,
                 Recognition recognition) {
    return is_whose(row, hardware, client_id, recognition);
}

// ---- look-ups ----

const Lease* LeaseTable::find(Ipv4 address) const {
    const auto found = leases_.find(address);
    return found == leases_.end() ? nullptr : &found->second;
}

const Lease* LeaseTable::find(const HwAddr& hardware, const ClientId& client_id,
                              Recognition recognition) const {
    // A client may have several rows (its line moved, its id came and went): the one that lasts longest is
    // the one it was told of last.
    const Lease* best = nullptr;
    const auto consider = [&](Ipv4 address) {
        const Lease* row = find(address);
        if (row->state != Lease::State::bound) return;
        if (best == nullptr || row->expires > best->expires) best = row;
    };
    if (!client_id.is_empty()) {
        auto [entry, last] = by_client_id_.equal_range(client_id);
        for (; entry != last; ++entry)
            consider(entry->second);
        if (best != nullptr) return best;
    }
    if (hardware.is_empty()) return nullptr;
    auto [entry, last] = by_hardware_.equal_range(hardware);
    for (; entry != last; ++entry) {
        if (is_whose(*find(entry->second), hardware, client_id, recognition)) consider(entry->second);
    }
    return best;
}

std::vector<const Lease*> LeaseTable::leased_to(const HwAddr& hardware) const {
    std::vector<const Lease*> rows;
    if (hardware.is_empty()) return rows;
    auto [entry, last] = by_hardware_.equal_range(hardware);
    for (; entry != last; ++entry) {
        const Lease* row = find(entry->second);
        if (row->state == Lease::State::bound) rows.push_back(row);
    }
    std::ranges::sort(rows, {}, &Lease::address);
    return rows;
}

std::vector<const Lease*> LeaseTable::named(std::string_view host_name) const {
    std::vector<const Lease*> rows;
    auto [entry, last] = by_name_.equal_range(lower_case(host_name));
    for (; entry != last; ++entry) {
        const Lease* row = find(entry->second);
        if (row->state == Lease::State::bound) rows.push_back(row);
    }
    // By address: the order of a hash is nobody's, and decisions are to be the same each time.
    std::ranges::sort(rows, {}, &Lease::address);
    return rows;
}

std::vector<const Lease*> LeaseTable::declined_by(const HwAddr& hardware) const {
    std::vector<const Lease*> rows;
    auto [entry, last] = by_hardware_.equal_range(hardware);
    for (; entry != last; ++entry) {
        const Lease* row = find(entry->second);
        if (row->state == Lease::State::declined) rows.push_back(row);
    }
    std::ranges::sort(rows, {}, [](const Lease* row) { return std::pair{row->expires, row->address}; });
    return rows;
}

std::optional<Ipv4> LeaseTable::previous_of(const HwAddr& hardware, const ClientId& client_id,
                                            Recognition recognition) const {
    const auto found = previous_.find(hardware);
    if (found == previous_.end()) return std::nullopt;
    const Remembered& last = found->second;
    const bool is_its_own = is_same_client(hardware, client_id, hardware, last.client_id) ||
                            is_known_by_hardware(recognition, last.was_netbooted);
    return is_its_own ? std::optional{last.address} : std::nullopt;
}

bool LeaseTable::is_free_for(Ipv4 address, const HwAddr& hardware, const ClientId& client_id, Instant now,
                             Recognition recognition) const {
    const Hold* hold = find_hold(address);
    const bool is_held = hold != nullptr && hold->expires > now;
    const bool is_held_for_it = is_held && is_whose(*hold, hardware, client_id, recognition);
    if (const Lease* row = find(address); row != nullptr && row->expires > now) {
        if (row->state == Lease::State::declined) return is_held_for_it;
        if (!is_whose(*row, hardware, client_id, recognition)) return false;
    }
    return !is_held || is_held_for_it;
}

std::optional<Ipv4> LeaseTable::first_vacant(Ipv4 from, Ipv4 last, Instant now) const {
    auto first = occupied_.first_gap(from, last);
    // What has ended since the table was told the time is not among the gaps yet. The server tells it before
    // each batch, so there is next to nothing of it.
    const auto consider = [&](Ipv4 address) {
        const bool is_better = from <= address && address <= last && (!first || address < *first);
        if (is_better && is_vacant_at(address, now)) first = address;
    };
    for (auto row = by_expiry_.lower_bound({passed_, Ipv4{}}); row != by_expiry_.end() && row->first <= now;
         ++row)
        consider(row->second);
    for (auto end = holds_.ends().begin(); end != holds_.ends().end() && end->first <= now; ++end)
        consider(end->second);
    return first;
}

bool LeaseTable::is_vacant_at(Ipv4 address, Instant now) const {
    const Lease* row = find(address);
    const Hold* hold = find_hold(address);
    return (row == nullptr || row->expires <= now) && (hold == nullptr || hold->expires <= now) &&
           !aside_.contains(address);
}

bool LeaseTable::is_occupied(Ipv4 address) const {
    if (find_hold(address) != nullptr || aside_.contains(address)) return true;
    const Lease* row = find(address);
    return row != nullptr && row->expires > passed_;
}

bool LeaseTable::is_unstored(Ipv4 address) const {
    return unstored_.contains(address);
}

std::optional<Ipv4> LeaseTable::highest_between(Ipv4 first, Ipv4 last) const {
    auto after_last = leases_.upper_bound(last);
    while (after_last != leases_.begin()) {
        --after_last;
        if (after_last->first < first) break;
        if (after_last->second.state == Lease::State::bound) return after_last->first;
    }
    return std::nullopt;
}

const Lease* LeaseTable::oldest_declined_between(Ipv4 first, Ipv4 last) const {
    const auto oldest = declined_ends_.first_between(first, last);
    return oldest ? find(oldest->second) : nullptr;
}

std::vector<Change> LeaseTable::expired(Instant now, std::size_t limit) const {
    std::vector<Change> changes;
    for (const auto& [expires, address] : by_expiry_) {
        if (expires > now || expires == k_never || changes.size() == limit) break;
        changes.push_back({.address = address, .row = std::nullopt, .replaces = find(address)->version});
    }
    return changes;
}

std::optional<Instant> LeaseTable::next_expiry() const {
    if (by_expiry_.empty() || by_expiry_.begin()->first == k_never) return std::nullopt;
    return by_expiry_.begin()->first;
}

// ---- rows ----

void LeaseTable::load(std::span<const Lease> rows) {
    const auto aside = std::exchange(aside_, {});
    *this = LeaseTable{};
    aside_ = aside;
    by_hardware_.reserve(rows.size());
    by_client_id_.reserve(rows.size());
    for (const Ipv4 address : aside_)
        note_occupation(address);
    for (const auto& row : rows)
        put(row);
}

void LeaseTable::put(const Lease& lease) {
    if (const auto row = leases_.find(lease.address);
        row != leases_.end() && is_found_alike(row->second, lease)) {
        renew(row->second, lease);
        return;
    }
    drop(lease.address);
    leases_.emplace(lease.address, lease);
    if (!lease.hardware.is_empty()) by_hardware_.emplace(lease.hardware, lease.address);
    if (!lease.client_id.is_empty()) by_client_id_.emplace(lease.client_id, lease.address);
    if (!lease.host_name.empty()) by_name_.emplace(lower_case(lease.host_name), lease.address);
    by_expiry_.emplace(lease.expires, lease.address);
    if (lease.state == Lease::State::declined) declined_ends_.insert({lease.address, lease.expires});
    note_occupation(lease.address);
}

void LeaseTable::renew(Lease& row, const Lease& lease) {
    auto end = by_expiry_.extract({row.expires, row.address});
    end.value().first = lease.expires;
    by_expiry_.insert(std::move(end));
    row = lease;
    note_occupation(row.address);
}

void LeaseTable::erase(Ipv4 address) {
    drop(address);
    note_occupation(address);
}

void LeaseTable::drop(Ipv4 address) {
    const auto found = leases_.find(address);
    if (found == leases_.end()) return;
    const auto forget_in = [&](auto& index, const auto& key) {
        const auto [first, last] = index.equal_range(key);
        const auto entry = std::find_if(first, last, [&](const auto& e) { return e.second == address; });
        if (entry != last) index.erase(entry);
    };
    const Lease& lease = found->second;
    forget_in(by_hardware_, lease.hardware);
    forget_in(by_client_id_, lease.client_id);
    forget_in(by_name_, lower_case(lease.host_name));
    by_expiry_.erase({lease.expires, address});
    declined_ends_.erase(address);
    leases_.erase(found);
}

void LeaseTable::remember(const Lease& ended) {
    if (ended.state != Lease::State::bound || ended.hardware.is_empty()) return;
    const auto [entry, is_new] = previous_.insert_or_assign(
        ended.hardware, Remembered{ended.address, ended.client_id, ended.was_netbooted});
    if (!is_new) return;
    remembered_order_.push_back(ended.hardware);
    if (remembered_order_.size() > k_most_remembered) {
        previous_.erase(remembered_order_.front());
        remembered_order_.pop_front();
    }
}

void LeaseTable::apply(std::span<const Change> changes, std::uint64_t ticket) {
    for (const auto& change : changes) {
        const Lease* before = find(change.address);
        pending_[ticket].push_back({.address = change.address,
                                    .previous = before == nullptr ? std::nullopt : std::optional{*before}});
        ++unstored_[change.address].changes;
        if (change.row) {
            Lease row = *change.row;
            row.address = change.address;
            row.version = std::max(row.version, change.replaces + 1);
            put(row);
        } else {
            if (before != nullptr) remember(*before);
            erase(change.address);
        }
    }
}

void LeaseTable::settle(std::uint64_t ticket, const CommitResult& result) {
    const auto found = pending_.find(ticket);
    if (found == pending_.end()) return;
    auto pending = std::move(found->second);
    pending_.erase(found);
    const bool is_stored = std::holds_alternative<Stored>(result);
    const auto* conflict = std::get_if<Conflict>(&result);
    if (conflict != nullptr) {
        // The store knows better than we did: its row is what the first of our changes replaced.
        const auto first = std::ranges::find(pending, conflict->address, &Pending::address);
        if (first != pending.end()) first->previous = conflict->row;
    }
    // Backwards: a row that changed twice under one ticket returns to what it was before the first time.
    for (const auto& change : reversed(pending)) {
        // Answers may come out of order, and an old one knows less than one that was heard already.
        std::uint64_t& known = unstored_.at(change.address).known;
        const bool is_news = ticket >= known;
        const bool tells_truth = is_stored || (conflict != nullptr && conflict->address == change.address);
        if (is_news && tells_truth) known = ticket;
        land(change.address);
        if (is_news && !is_stored) settle_failed(ticket, change);
    }
}

void LeaseTable::land(Ipv4 address) {
    const auto in_flight = unstored_.find(address);
    if (--in_flight->second.changes == 0) unstored_.erase(in_flight);
}

void LeaseTable::settle_failed(std::uint64_t ticket, const Pending& pending) {
    // Only where a change to the address is still on its way: a disk that fails, fails for thousands at once,
    // and the tickets of all of them would be looked through for each.
    const bool is_last = !unstored_.contains(pending.address);
    // A later ticket built on the row that was never stored: should it fail as well, it must fall back to
    // what is really there, not to this ticket's row.
    for (auto later = is_last ? pending_.end() : pending_.upper_bound(ticket); later != pending_.end();
         ++later) {
        const auto same = std::ranges::find(later->second, pending.address, &Pending::address);
        if (same == later->second.end()) continue;
        same->previous = pending.previous;
        return;
    }
    if (pending.previous) {
        put(*pending.previous);
    } else {
        erase(pending.address);
    }
}

// ---- holds ----

void LeaseTable::hold(Hold hold) {
    if (const Hold* old = find_hold(hold.hardware, hold.client_id)) release_hold(old->address);
    release_hold(hold.address);
    if (holds_.size() >= k_most_holds) release_hold(holds_.ends().begin()->second);
    const Ipv4 address = hold.address;
    holds_.put(std::move(hold));
    note_occupation(address);
}

void LeaseTable::release_hold(Ipv4 address) {
    if (holds_.erase(address)) note_occupation(address);
}

void LeaseTable::pass_time(Instant now) {
    while (holds_.size() > 0 && holds_.ends().begin()->first <= now)
        release_hold(holds_.ends().begin()->second);
    const auto first = by_expiry_.lower_bound({passed_, Ipv4{}});
    passed_ = std::max(passed_, now);
    for (auto row = first; row != by_expiry_.end() && row->first <= now; ++row)
        note_occupation(row->second);
}

void LeaseTable::set_aside(std::span<const Ipv4> addresses) {
    const auto before = std::exchange(aside_, {addresses.begin(), addresses.end()});
    for (const Ipv4 address : before)
        note_occupation(address);
    for (const Ipv4 address : addresses)
        note_occupation(address);
}

}  // namespace pxed::dhcp
