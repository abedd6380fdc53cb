#include "dhcp/lease_news.hpp"

#include <utility>

#include "dhcp/lease_table.hpp"

namespace pxed::dhcp {

namespace {

bool is_same_lease(const Lease& before, const Lease& after) {
    // The next stage of one boot goes on with the lease under a client id of its own: nothing ended.
    const bool is_one_machine = before.was_netbooted || after.was_netbooted;
    if (is_one_machine && !after.hardware.is_empty() && before.hardware == after.hardware) return true;
    return is_same_client(before.hardware, before.client_id, after.hardware, after.client_id);
}

}  // namespace

void LeaseNews::load(std::span<const Lease> rows) {
    known_.clear();
    ended_.clear();
    names_lost_.clear();
    changed_.clear();
    for (const Lease& row : rows) {
        if (row.state != Lease::State::bound) continue;
        Known known;
        known.now = row;
        // Whoever listens knew it before we started, or hears of it in the repetition.
        known.was_told = true;
        known.told_name = row.host_name;
        known_.emplace(row.address, std::move(known));
    }
    if (!known_.empty()) {
        repeat_all();
        return;
    }
    repeat_from_.reset();
    repeats_all_ = false;
}

void LeaseNews::repeat_all() {
    repeat_from_ = Ipv4{};
    repeats_all_ = true;
    ++repetition_;
}

void LeaseNews::learn(StoredLease stored) {
    const auto entry = known_.find(stored.address);
    // A declined address is nobody's: to a listener its lease has ended.
    const bool is_leased = stored.row && stored.row->state == Lease::State::bound;
    if (entry == known_.end()) {
        if (is_leased) begin(std::move(stored));
    } else if (!is_leased) {
        end(entry);
    } else if (is_same_lease(entry->second.now, *stored.row)) {
        follow(entry->second, std::move(stored));
    } else {
        // One transaction may end a lease and give the address to the next machine.
        end(entry);
        begin(std::move(stored));
    }
}

void LeaseNews::begin(StoredLease stored) {
    const Ipv4 address = stored.address;
    Known& known = known_[address];
    known = {};
    known.now = std::move(*stored.row);
    known.interface = std::move(stored.interface);
    known.relay = stored.relay;
    known.facts = std::move(stored.facts);
    queue(address, known);
}

void LeaseNews::end(Entry entry) {
    Known& known = entry->second;
    // Nobody heard that it began, so nobody is to hear that it ended. Its place in the line comes to
    // nothing.
    if (known.was_told) {
        move_lost_names(entry->first);
        known.now.host_name = std::move(known.told_name);
        ended_.push_back({LeaseEvent::Kind::deleted, std::move(known.now), std::move(known.interface),
                          known.relay, std::nullopt});
    }
    known_.erase(entry);
}

// What waits of the lease goes before its end: afterwards it would speak of a lease that is not.
void LeaseNews::move_lost_names(Ipv4 address) {
    for (auto event = names_lost_.begin(); event != names_lost_.end();) {
        if (event->lease.address == address) {
            ended_.push_back(std::move(*event));
            event = names_lost_.erase(event);
        } else {
            ++event;
        }
    }
}

void LeaseNews::follow(Known& known, StoredLease stored) {
    const Lease before = std::exchange(known.now, std::move(*stored.row));
    const Lease& now = known.now;
    if (!stored.interface.empty()) known.interface = std::move(stored.interface);
    if (!stored.relay.is_zero()) known.relay = stored.relay;
    // A renewal says less than the request that made the lease: what waits to be told stays.
    if (stored.facts) known.facts = std::move(stored.facts);
    // The loss of a name is told before anybody else can be told to have it.
    if (known.was_told && !known.told_name.empty() && known.told_name != now.host_name) {
        LeaseEvent event{LeaseEvent::Kind::lost_name, now, known.interface, known.relay, known.facts};
        event.lease.host_name = std::exchange(known.told_name, {});
        put_lost_name(std::move(event));
    }
    const bool is_other = now.host_name != before.host_name || now.hardware != before.hardware ||
                          now.client_id != before.client_id;
    const bool is_renewed = tells_renewals_ && now.expires != before.expires;
    if (is_other || is_renewed) {
        queue(now.address, known);
    } else if (!known.is_queued) {
        known.facts.reset();  // they belong to an event that there is none of
    }
}

void LeaseNews::queue(Ipv4 address, Known& known) {
    if (known.is_queued) return;
    if (waiting() >= k_most_waiting) {
        // The lease is still here when there is room again: nothing is lost but time.
        known.is_overdue = has_overdue_ = true;
        return;
    }
    known.is_queued = true;
    changed_.push_back(address);
}

void LeaseNews::put_lost_name(LeaseEvent event) {
    if (waiting() >= k_most_waiting) {
        ++lost_;
        return;
    }
    names_lost_.push_back(std::move(event));
}

std::size_t LeaseNews::waiting() const {
    return ended_.size() + names_lost_.size() + changed_.size() + (repeat_from_ ? 1 : 0);
}

std::optional<LeaseEvent> LeaseNews::next() {
    for (auto* events : {&ended_, &names_lost_}) {
        if (events->empty()) continue;
        LeaseEvent event = std::move(events->front());
        events->pop_front();
        return event;
    }
    if (auto event = next_changed()) return event;
    return next_repeated();
}

LeaseEvent LeaseNews::tell(Known& known) {
    known.told_name = known.now.host_name;
    known.is_overdue = false;
    known.repetition = repetition_;
    const bool was_told = std::exchange(known.was_told, true);
    return {was_told ? LeaseEvent::Kind::changed : LeaseEvent::Kind::added, known.now, known.interface,
            known.relay, std::exchange(known.facts, std::nullopt)};
}

std::optional<LeaseEvent> LeaseNews::next_changed() {
    while (!changed_.empty()) {
        const auto entry = known_.find(changed_.front());
        changed_.pop_front();
        // It ended meanwhile, or ended and began anew and has another place in the line.
        if (entry == known_.end() || !std::exchange(entry->second.is_queued, false)) continue;
        return tell(entry->second);
    }
    return std::nullopt;
}

std::optional<LeaseEvent> LeaseNews::next_repeated() {
    if (!repeat_from_ && std::exchange(has_overdue_, false)) repeat_from_ = Ipv4{};
    while (repeat_from_) {
        // The leases may change between two calls: the place is an address, not an iterator.
        const auto entry = known_.lower_bound(*repeat_from_);
        if (entry == known_.end() || entry->first == k_limited_broadcast) {
            repeat_from_.reset();
            repeats_all_ = false;
            break;
        }
        repeat_from_ = entry->first.next();
        // What was told since the repetition was asked for is no news.
        const bool is_due = repeats_all_ && entry->second.repetition != repetition_;
        if (is_due || entry->second.is_overdue) return tell(entry->second);
    }
    return std::nullopt;
}

}  // namespace pxed::dhcp
