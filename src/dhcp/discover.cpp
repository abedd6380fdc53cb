// DHCPDISCOVER (RFC 2131 4.3.1).
#include <algorithm>

#include "dhcp/address.hpp"
#include "dhcp/answer.hpp"

namespace pxed::dhcp {

namespace {

using machine::Stage;

void tell_conflicts(const Inquiry& inquiry, const AddressChoice& choice, Decision& decision) {
    for (const Ipv4 address : choice.conflicts) {
        machine::Event event = event_of(inquiry, Stage::probe, address);
        event.reason = Reason::address_conflict;
        decision.events.push_back(std::move(event));
    }
}

Decision without_address(const Inquiry& inquiry, const AddressChoice& choice) {
    Decision decision = silence(inquiry, Stage::discover, choice.reason, inquiry.client.requested);
    tell_conflicts(inquiry, choice, decision);
    return decision;
}

// RFC 4039 3.2: who sends option 80 may be acknowledged at once, where the administrator wants it.
bool is_committed_rapidly(const Inquiry& inquiry) {
    return inquiry.policy().commits_rapidly && inquiry.message().options.has(k_rapid_commit);
}

Terms terms_for(const Inquiry& inquiry, const AddressChoice& choice, const Subnet& subnet) {
    return {.type = is_committed_rapidly(inquiry) ? MessageType::ack : MessageType::offer,
            .address = *choice.address,
            .subnet = &subnet,
            .lease_time = lease_time_for(inquiry, subnet),
            .server_id = inquiry.server_id(&subnet)};
}

// The OFFER, or the ACK that a client with option 80 gets in its place.
Decision offer(const Inquiry& inquiry, const AddressChoice& choice, const Subnet& subnet) {
    const Terms terms = terms_for(inquiry, choice, subnet);
    const Stage stage = terms.type == MessageType::ack ? Stage::ack : Stage::offer;
    Decision decision = answer(inquiry, stage, terms, choice.line);
    if (choice.reason != Reason::none) {
        machine::Event& event = decision.events.front();
        event.reason = decision.reason = choice.reason;
        event.detail = choice.detail;
        event.line = decision.line = inquiry.who.host->origin;
    }
    tell_conflicts(inquiry, choice, decision);
    if (terms.type != MessageType::ack) return decision;
    // The same promise as after a REQUEST, so it is stored before it leaves, and what was offered is no
    // longer pending. When it cannot be stored the client hears nothing, and asks again.
    put_change(inquiry, bind(inquiry, terms), decision);
    end_other_lease(inquiry, terms.address, decision);
    const Client& client = inquiry.client;
    if (const Hold* hold = inquiry.context.leases.find_hold(client.hardware, client.id, client.recognition))
        decision.released_holds.push_back(hold->address);
    return decision;
}

}  // namespace

Decision discover(const Inquiry& inquiry) {
    const auto& who = inquiry.who;
    if (who.silence != Reason::none)
        return silence(inquiry, Stage::discover, who.silence, inquiry.client.requested, who.silenced_by);
    if (inquiry.place.subnets.empty())
        return silence(inquiry, Stage::discover, Reason::no_range, inquiry.client.requested);
    // An offer that the REQUEST would find no room for only makes the client come again and again.
    if (inquiry.lease == nullptr && is_lease_limit_reached(inquiry))
        return silence(inquiry, Stage::discover, Reason::lease_limit, inquiry.client.requested);

    AddressChoice choice = choose_address(inquiry);
    const Subnet* subnet = choice.address ? subnet_of(inquiry, *choice.address) : nullptr;
    if (subnet == nullptr) {
        if (choice.address) choice.reason = Reason::no_address;
        return without_address(inquiry, choice);
    }
    Decision decision =
        choice.needs_probe ? test_first(inquiry, *choice.address) : offer(inquiry, choice, *subnet);
    if (choice.gives_way) decision.released_holds.push_back(*choice.gives_way);
    // RFC 2131 4.3.1: an address offered to one client is not to be offered to another meanwhile.
    if (!choice.needs_probe && !is_committed_rapidly(inquiry)) {
        Hold hold = hold_for(inquiry, *choice.address);
        // Counted from when the client hears of it, or a long dhcp-reply-delay would eat the time it has.
        if (decision.send_at) hold.expires = std::max(hold.expires, after(*decision.send_at, k_hold_time));
        decision.holds.push_back(hold);
    }
    // The client keeps the address that is tested next: the one found in use would never be told of.
    if (choice.needs_probe) tell_conflicts(inquiry, choice, decision);
    return decision;
}

}  // namespace pxed::dhcp
