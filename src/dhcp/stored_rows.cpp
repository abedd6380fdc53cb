#include "dhcp/stored_rows.hpp"

#include <algorithm>
#include <utility>

namespace pxed::dhcp {

namespace {

// The one row of that address; the store, too, sees one step of a batch.
StoredLease& row_of(std::vector<StoredLease>& rows, Ipv4 address) {
    const auto found = std::ranges::find(rows, address, &StoredLease::address);
    if (found != rows.end()) return *found;
    return rows.emplace_back(
        StoredLease{.address = address, .row = {}, .interface = {}, .relay = {}, .facts = {}});
}

}  // namespace

void note_rows(Decision& decision, const Arrival& arrival, std::vector<StoredLease>& rows) {
    for (const Change& change : decision.changes) {
        StoredLease& stored = row_of(rows, change.address);
        stored.row = change.row;
        // Other rows may change along with the client's own; they are not where it is.
        const bool is_its_own = change.row && decision.reply && decision.reply->yiaddr == change.address;
        if (!is_its_own) continue;
        stored.interface = arrival.link->name;
        stored.relay = arrival.message.giaddr;
        // A renewal in the same batch takes nothing from what the request before it told.
        if (decision.facts) stored.facts = std::exchange(decision.facts, std::nullopt);
    }
}

void note_ended(std::span<const Change> changes, std::vector<StoredLease>& rows) {
    for (const Change& change : changes)
        row_of(rows, change.address).row = change.row;
}

machine::Event end_event(const Lease& lease) {
    machine::Event event;
    event.stage = machine::Stage::lease_expired;
    if (lease.state == Lease::State::declined) event.reason = Reason::address_declined;
    event.machine = lease.hardware;
    event.peer = Endpoint{lease.address, 0};
    event.client_id = lease.client_id;
    event.host_name = lease.host_name;
    return event;
}

}  // namespace pxed::dhcp
