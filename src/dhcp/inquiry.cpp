#include "dhcp/inquiry.hpp"

#include <algorithm>

#include "dhcp/configured.hpp"
#include "dhcp/trace.hpp"
#include "wire/pxe_vendor.hpp"

namespace pxed::dhcp {

namespace {

// Which network a range was looked for in: with the reason, it says what line is missing.
std::string sought(const Inquiry& inquiry) {
    if (inquiry.place.selector) return "subnet selector " + inquiry.place.selector->text();
    const Ipv4 giaddr = inquiry.message().giaddr;
    if (!giaddr.is_zero()) return "relay " + giaddr.text();
    const Link& link = *inquiry.context.arrival.link;
    if (link.addresses.empty()) return link.name + " has no address";
    std::string text = link.name + " has";
    for (const auto& own : link.addresses)
        text += " " + own.address.text() + "/" + own.netmask.text();
    return text;
}

// One machine, one address. BOOTP has no client ids to tell stages apart by.
Recognition recognition_of(const Policy& policy, const BootClient& boots) {
    if (!policy.keeps_address_between_stages) return Recognition::client_id;
    return boots.boots() ? Recognition::hardware_alone : Recognition::netbooted;
}

// One machine, one address on each network: what is known by the hardware address alone is the client's where
// it lies here. Elsewhere, behind the machine's other port or on another VLAN with the same address, another
// system of it may be at work that renews there, and its lease must not end for what happens here.
const Lease* lease_of(const LeaseTable& leases, const Client& client, const Place& place) {
    const auto is_its_own = [&](const Lease& row) {
        if (is_lease_of(row, client.hardware, client.id, Recognition::client_id)) return true;
        const bool is_here = std::ranges::any_of(
            place.subnets, [&](const Subnet& subnet) { return subnet.contains(row.address); });
        return is_here && is_lease_of(row, client.hardware, client.id, client.recognition);
    };
    const Lease* best = leases.find(client.hardware, client.id, client.recognition);
    if (best == nullptr || is_its_own(*best)) return best;
    best = nullptr;
    for (const Lease* row : leases.leased_to(client.hardware)) {
        if (is_its_own(*row) && (best == nullptr || row->expires > best->expires)) best = row;
    }
    return best;
}

// A renewal that comes past the relay does not name it, and an ACK without a router takes the machine its way
// out: systemd-networkd and NetworkManager drop a route that the new lease no longer has. The lease knows the
// relay, also after a restart.
void recall_router(const Message& message, const Lease* lease, Place& place) {
    const bool is_past_relay = message.giaddr.is_zero() && lease != nullptr && lease->relay;
    if (!is_past_relay || lease->address != message.ciaddr) return;
    for (Subnet& subnet : place.subnets) {
        const bool is_its_own = subnet.contains(lease->address) && subnet.contains(*lease->relay);
        if (is_its_own && subnet.router.is_zero()) subnet.router = *lease->relay;
    }
}

// Whether the file's own options speak to firmware that a profile has a menu for.
bool speaks_in_options(const Policy& policy, const Classification& who, const Client& client) {
    const ChosenOptions chosen{policy, who.tags, who.tags, Audience::pxe};
    return chosen.has(k_vendor_options) || chosen.has_vendor(client, pxe::k_boot_menu);
}

}  // namespace

bool Inquiry::is_server_id(Ipv4 id) const {
    if (is_ours(context.links, id)) return true;
    // RFC 5107 4: a request that names the relay's address for us MUST be accepted.
    return place.override_id == id || (lease != nullptr && lease->server_id == id);
}

Ipv4 Inquiry::server_id(const Subnet* subnet) const {
    if (place.override_id) return *place.override_id;
    // The override is kept with the lease: a renewal that comes past the relay names it without option 82. A
    // client that asks anew is told what holds where it is now; its old relay may be far away.
    const bool asks_anew = message().type() == MessageType::discover;
    if (!asks_anew && lease != nullptr && lease->server_id) return *lease->server_id;
    return local_address(*this, subnet);
}

Ipv4 local_address(const Inquiry& inquiry, const Subnet* subnet) {
    return subnet == nullptr ? inquiry.place.local : subnet->local;
}

Inquiry inquire(const Context& context) {
    const Arrival& arrival = context.arrival;
    Client client = client_of(arrival.message, context.policy.ignores_client_ids);
    BootClient boots = boot_client_of(arrival.message);
    client.recognition = recognition_of(context.policy, boots);
    const Quirk* quirk = find_quirk(context.policy, arrival.message);
    const auto said = client.arch;
    // Before tags are set and programs chosen: nothing for a BIOS goes to a machine that only says it is one.
    if (quirk != nullptr && quirk->arch) client.arch = boots.arch = quirk->arch;
    Place place = place_of(context.policy, arrival, context.links, client);
    Classification who = classify(context.policy, arrival.message, arrival.link->name, place, client);
    // The file goes before the profile, as it does with a pxe-service of its own; then the machine is what it
    // says it is, for the tags as well.
    if (quirk != nullptr && quirk->pxe.shows_menu() && speaks_in_options(context.policy, who, client)) {
        quirk = nullptr;
        client.arch = said;
        boots = boot_client_of(arrival.message);
        who = classify(context.policy, arrival.message, arrival.link->name, place, client);
    }
    const Lease* lease = lease_of(context.leases, client, place);
    recall_router(arrival.message, lease, place);
    return {context, std::move(client), boots, std::move(place), std::move(who), lease, quirk};
}

machine::Event event_of(const Inquiry& inquiry, machine::Stage stage, std::optional<Ipv4> address) {
    const Arrival& arrival = inquiry.context.arrival;
    machine::Event event;
    event.stage = stage;
    event.machine = inquiry.client.hardware;
    if (address && !address->is_zero()) event.peer = Endpoint{*address, 0, arrival.link->index};
    event.interface = arrival.link->name;
    event.xid = arrival.message.xid;
    event.arch = inquiry.client.arch;
    event.client_id = inquiry.client.id_as_sent;
    event.vendor_class = inquiry.client.vendor_class;
    event.is_ipxe = inquiry.boots.is_ipxe;
    event.host_name = inquiry.client.host_name;
    return event;
}

void explain_quirk(const Inquiry& inquiry, machine::Event& event) {
    if (inquiry.quirk == nullptr || event.reason != Reason::none) return;
    event.reason = Reason::quirk_profile;
    event.detail = inquiry.quirk->name;
}

Decision silence(const Inquiry& inquiry, machine::Stage stage, Reason reason, std::optional<Ipv4> address,
                 Origin line) {
    Decision decision;
    decision.reason = reason;
    decision.line = line;
    decision.events.push_back(event_of(inquiry, stage, address));
    decision.events.front().reason = reason;
    decision.events.front().line = line;
    if (reason == Reason::no_range) decision.events.front().detail = sought(inquiry);
    if (inquiry.context.traces) decision.trace = trace_of(inquiry, inquiry.who.tags, nullptr);
    return decision;
}

}  // namespace pxed::dhcp
