#include "dhcp/answer.hpp"

#include "dhcp/client_facts.hpp"
#include "dhcp/delay.hpp"
#include "dhcp/destination.hpp"
#include "dhcp/name.hpp"
#include "dhcp/offer_shape.hpp"
#include "dhcp/trace.hpp"

namespace pxed::dhcp {

namespace {

// What the relay is to the client besides: its way out, unless that is us.
std::optional<Ipv4> relay_of(const Inquiry& inquiry, const Terms& terms) {
    if (inquiry.message().giaddr.is_zero() || terms.subnet == nullptr) return std::nullopt;
    const Ipv4 router = terms.subnet->router;
    return router.is_zero() || is_ours(inquiry.context.links, router) ? std::nullopt : std::optional{router};
}

}  // namespace

Decision answer(const Inquiry& inquiry, machine::Stage stage, const Terms& terms, Origin given_by) {
    Reply reply = build_reply(inquiry, terms);
    const Ipv4 address = terms.address.is_zero() ? inquiry.client.ciaddr : terms.address;
    machine::Event event = event_of(inquiry, stage, address);
    event.file = reply.boot_file;
    if (have_tags(inquiry.policy().linux_boots))
        event.tags.emplace(reply.tags.names().begin(), reply.tags.names().end());
    Name name = name_for(inquiry, terms);
    event.host_name = std::move(name.host);
    event.reason = reply.note;
    event.detail = std::move(reply.detail);
    event.offer_shape = reply.shape;
    if (stage == machine::Stage::offer) explain_shape(inquiry, false, event);
    if (stage == machine::Stage::offer) explain_quirk(inquiry, event);
    // Said once, with the binding; as in dnsmasq.
    if (event.reason == Reason::none && terms.type == MessageType::ack && !name.foreign_domain.empty()) {
        event.reason = Reason::domain_ignored;
        event.detail = std::move(name.foreign_domain);
    }
    event.line = given_by;
    if (reply.boot_line.is_known()) event.line = reply.boot_line;
    if (!event.line.is_known() && terms.subnet != nullptr) event.line = terms.subnet->range->origin;

    Decision decision;
    decision.reply_limit = reply_limit(inquiry.message());
    decision.destination = destination_of(inquiry, reply.message, local_address(inquiry, terms.subnet));
    decision.reason = event.reason;
    decision.line = event.line;
    if (inquiry.context.traces) decision.trace = trace_of(inquiry, reply.tags, &reply.message);
    if (stage == machine::Stage::offer) delay(inquiry, reply.tags, decision);
    if (inquiry.context.tells_leases && terms.type == MessageType::ack && !terms.address.is_zero())
        decision.facts = facts_of(inquiry, reply.tags);
    decision.reply = std::move(reply.message);
    decision.events.push_back(std::move(event));
    return decision;
}

Decision refuse(const Inquiry& inquiry, Reason reason, Ipv4 address, Ipv4 server_id) {
    Decision decision = silence(inquiry, machine::Stage::nak, reason, address);
    decision.reply = build_nak(inquiry, reason, server_id);
    decision.reply_limit = reply_limit(inquiry.message());
    decision.destination = destination_of(inquiry, *decision.reply, inquiry.place.local);
    // As dnsmasq: the flag says what was done, and a bridge or snooping switch on the way reads it.
    if (decision.destination.way == Destination::Way::broadcast) decision.reply->flags |= k_broadcast_flag;
    if (inquiry.context.traces) decision.trace = trace_of(inquiry, inquiry.who.tags, &*decision.reply);
    return decision;
}

Decision test_first(const Inquiry& inquiry, Ipv4 address) {
    Decision decision;
    decision.reason = Reason::waiting_for_probe;
    decision.probe = address;
    decision.holds.push_back(hold_for(inquiry, address));
    return decision;
}

Hold hold_for(const Inquiry& inquiry, Ipv4 address) {
    return {.address = address,
            .hardware = inquiry.client.hardware,
            .client_id = inquiry.client.id,
            .expires = after(inquiry.context.now.instant, k_hold_time),
            .was_netbooted = inquiry.client.recognition == Recognition::hardware_alone};
}

Change bind(const Inquiry& inquiry, const Terms& terms) {
    const Client& client = inquiry.client;
    const Lease* before = inquiry.context.leases.find(terms.address);
    const bool is_its_own = before != nullptr && before == inquiry.lease;
    Change change{.address = terms.address, .row = {}, .replaces = before == nullptr ? 0 : before->version};
    Lease row{.address = terms.address,
              .state = Lease::State::bound,
              .hardware = client.hardware,
              .client_id = client.id,
              .host_name = name_for(inquiry, terms).host,
              .expires = after(inquiry.context.now.instant, terms.lease_time),
              .duration = terms.lease_time,
              .server_id = inquiry.place.override_id,
              .relay = relay_of(inquiry, terms),
              .was_netbooted = client.recognition == Recognition::hardware_alone,
              .version = change.replaces + 1};
    if (is_its_own) {
        // A packet without a client id or name takes nothing from what earlier ones told; a renewal that
        // comes past the relay keeps the name the relay gave us.
        if (row.client_id.is_empty() && !inquiry.policy().ignores_client_ids)
            row.client_id = before->client_id;
        if (row.host_name.empty()) row.host_name = before->host_name;
        // Past the relay nobody names it.
        if (inquiry.message().giaddr.is_zero()) row.relay = before->relay;
        // The system has it with an id of its own now; at the next boot the ROM comes again with its own.
        row.was_netbooted = row.was_netbooted || before->was_netbooted;
        const auto named = inquiry.message().options.address(k_server_id);
        // Unless it has just chosen us under another name: it will ask there from now on.
        if (!row.server_id && (!named || named == before->server_id)) row.server_id = before->server_id;
    }
    change.row = std::move(row);
    return change;
}

void put_change(const Inquiry& inquiry, Change change, Decision& decision) {
    if (change.row) settle_name(inquiry, change, decision);
    const Lease* before = inquiry.context.leases.find(change.address);
    if (before != nullptr && change.row && !inquiry.context.leases.is_unstored(change.address)) {
        Lease unchanged = *change.row;
        unchanged.version = before->version;
        if (unchanged == *before) return;  // an infinite lease that is renewed
    }
    decision.changes.push_back(std::move(change));
}

void end_other_lease(const Inquiry& inquiry, Ipv4 address, Decision& decision) {
    const Lease* lease = inquiry.lease;
    if (lease == nullptr || lease->address == address) return;
    decision.changes.push_back({.address = lease->address, .row = std::nullopt, .replaces = lease->version});
}

bool is_lease_limit_reached(const Inquiry& inquiry, std::size_t ending) {
    const auto limit = inquiry.policy().lease_max;
    return limit && inquiry.context.leases.bound_count() >= *limit + ending;
}

}  // namespace pxed::dhcp
