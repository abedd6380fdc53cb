// DHCPREQUEST in its four states (RFC 2131 4.3.2; order of the tests and words: reference dnsmasq-directives
// A.6.1).
#include "dhcp/address.hpp"
#include "dhcp/answer.hpp"
#include "dhcp/host.hpp"

namespace pxed::dhcp {

namespace {

using machine::Stage;

enum class State { selecting, init_reboot, renewing, rebinding };

// What the client asks for.
struct Ask {
    State state;
    Ipv4 address;
    std::optional<Ipv4> server_id;
};

struct Verdict {
    enum class Kind { grant, refuse, ignore };
    Kind kind = Kind::grant;
    Reason reason = Reason::none;
};

constexpr Verdict k_granted{};

Verdict refused(Reason reason) {
    return {Verdict::Kind::refuse, reason};
}
Verdict ignored(Reason reason) {
    return {Verdict::Kind::ignore, reason};
}

// RFC 2131 table 4: options 50 and 54 tell the states apart, and how it came the last two.
Ask ask_of(const Inquiry& inquiry) {
    const auto server_id = inquiry.message().options.address(k_server_id);
    if (const auto requested = inquiry.client.requested)
        return {server_id ? State::selecting : State::init_reboot, *requested, server_id};
    const bool was_unicast = inquiry.place.was_unicast_to_relay.value_or(inquiry.context.arrival.was_unicast);
    return {was_unicast ? State::renewing : State::rebinding, inquiry.client.ciaddr, server_id};
}

// The client's lease on the address it asks for.
const Lease* lease_on(const Inquiry& inquiry, Ipv4 address) {
    return inquiry.lease != nullptr && inquiry.lease->address == address ? inquiry.lease : nullptr;
}

// May a client in this state come to us with this address at all?
Verdict judge_state(const Inquiry& inquiry, const Ask& ask) {
    const bool is_authoritative = inquiry.policy().is_authoritative;
    const bool is_leased = lease_on(inquiry, ask.address) != nullptr;
    switch (ask.state) {
        case State::selecting:
            if (inquiry.is_server_id(*ask.server_id)) return k_granted;
            // RFC 2131 3.1(4): a client that takes another server's offer is none of our business.
            return is_authoritative ? refused(Reason::wrong_server_id) : ignored(Reason::other_server);
        case State::init_reboot:
            // RFC 2131 4.3.2: no record of the client, no answer; servers that share a wire rely on it.
            if (inquiry.lease == nullptr && !is_authoritative) return ignored(Reason::unknown_lease);
            return inquiry.lease == nullptr || is_leased ? k_granted : refused(Reason::wrong_address);
        case State::renewing:
        case State::rebinding:
            if (is_leased || (inquiry.lease == nullptr && is_authoritative)) return k_granted;
            // A rebinding client asks everybody: another server may have its lease. A renewing one asked us.
            return ask.state == State::rebinding ? ignored(Reason::unknown_rebinding)
                                                 : refused(Reason::lease_not_found);
    }
    return k_granted;
}

// A dhcp-host line gives the client another address, and it would get it if it asked anew.
bool is_better_address_free(const Inquiry& inquiry, const Ask& ask) {
    const Host* host = inquiry.who.host;
    if (host == nullptr || !host->address || *host->address == ask.address) return false;
    if (host_address_obstacle(inquiry) != Reason::none) return false;
    const Lease* row = inquiry.context.leases.find(*host->address);
    return row == nullptr || row == inquiry.lease || row->expires <= inquiry.context.now.instant;
}

// Somebody else has the address: by a lease, an offer not yet answered, or without asking us.
bool is_taken(const Inquiry& inquiry, const Ask& ask) {
    const Context& context = inquiry.context;
    const Client& client = inquiry.client;
    if (lease_on(inquiry, ask.address) != nullptr) return false;
    if (ask.state == State::init_reboot && context.probed.find(ask.address) == Probed::Answer::in_use)
        return true;
    return !context.leases.is_free_for(ask.address, client.hardware, client.id, context.now.instant,
                                       client.recognition);
}

// The other hardware address of the client's dhcp-host line that has the address now, if that is all that is
// in the way.
const Lease* sibling_lease(const Inquiry& inquiry, Ipv4 address) {
    const Lease* row = inquiry.context.leases.find(address);
    if (row == nullptr || row == inquiry.lease || row->state != Lease::State::bound) return nullptr;
    const Host* host = inquiry.who.host;
    return host != nullptr && has_hardware(*host, row->hardware) ? row : nullptr;
}

Verdict judge_address(const Inquiry& inquiry, const Ask& ask) {
    const Host* host = inquiry.who.host;
    const bool is_host_address = host != nullptr && host->address == ask.address;
    if (subnet_of(inquiry, ask.address) == nullptr) return refused(Reason::wrong_network);
    if (pool_of(inquiry, ask.address) == nullptr && !is_host_address)
        return refused(Reason::address_not_available);
    // Not when selecting: what was offered a moment ago is not taken back, or it would go on for ever.
    if (ask.state != State::selecting && is_better_address_free(inquiry, ask))
        return refused(Reason::static_lease_available);
    const Host* reservation = find_reservation(inquiry.policy(), ask.address);
    if (reservation != nullptr && reservation != host) return refused(Reason::address_reserved);
    if (is_taken(inquiry, ask) && sibling_lease(inquiry, ask.address) == nullptr)
        return refused(Reason::address_in_use);
    if (inquiry.client.is_anonymous()) return refused(Reason::no_unique_id);
    return k_granted;
}

// When selecting, the client's lease on another address ends, whatever becomes of the new one.
const Lease* ending_lease(const Inquiry& inquiry, const Ask& ask) {
    const bool has_another = inquiry.lease != nullptr && inquiry.lease->address != ask.address;
    return ask.state == State::selecting && has_another ? inquiry.lease : nullptr;
}

Verdict judge(const Inquiry& inquiry, const Ask& ask) {
    if (const Verdict verdict = judge_state(inquiry, ask); verdict.kind != Verdict::Kind::grant)
        return verdict;
    if (const Verdict verdict = judge_address(inquiry, ask); verdict.kind != Verdict::Kind::grant)
        return verdict;
    const Lease* row = inquiry.context.leases.find(ask.address);
    const bool is_new = row == nullptr || row->state == Lease::State::declined;
    const std::size_t ending = ending_lease(inquiry, ask) != nullptr ? 1 : 0;
    return is_new && is_lease_limit_reached(inquiry, ending) ? refused(Reason::lease_limit) : k_granted;
}

Decision acknowledge(const Inquiry& inquiry, const Ask& ask) {
    const Subnet& subnet = *subnet_of(inquiry, ask.address);
    const Terms terms{.type = MessageType::ack,
                      .address = ask.address,
                      .subnet = &subnet,
                      .lease_time = lease_time_for(inquiry, subnet),
                      // The name the client knows us by; it compares.
                      .server_id = ask.server_id.value_or(inquiry.server_id(&subnet)),
                      .is_renewal = ask.state == State::renewing || ask.state == State::rebinding};
    const Host* host = inquiry.who.host;
    const bool is_host_address = host != nullptr && host->address == ask.address;
    Decision decision = answer(inquiry, Stage::ack, terms, is_host_address ? host->origin : Origin{});
    if (const Lease* sibling = sibling_lease(inquiry, ask.address)) {
        machine::Event& event = decision.events.front();
        event.reason = decision.reason = Reason::abandoned_sibling_lease;
        event.detail = sibling->hardware.text();
    }
    put_change(inquiry, bind(inquiry, terms), decision);
    // What dhcp-script is told of the client is of the request that made the lease: dnsmasq says nothing new
    // with a renewal, and its scripts keep what they were told first.
    const bool is_renewal = (ask.state == State::renewing || ask.state == State::rebinding) &&
                            lease_on(inquiry, ask.address) != nullptr;
    if (is_renewal) decision.facts.reset();
    return decision;
}

}  // namespace

Decision request(const Inquiry& inquiry) {
    const Ask ask = ask_of(inquiry);
    const auto& who = inquiry.who;
    if (who.silence != Reason::none)
        return silence(inquiry, Stage::request, who.silence, ask.address, who.silenced_by);
    if (inquiry.place.subnets.empty()) return silence(inquiry, Stage::request, Reason::no_range, ask.address);
    // A renewal without an address is no request at all; who asks for 0.0.0.0 is told that it is on no
    // network.
    if (ask.address.is_zero() && !inquiry.client.requested)
        return silence(inquiry, Stage::request, Reason::malformed);

    const Verdict verdict = judge(inquiry, ask);
    // Only a client back from a reboot may be told an address nobody tested; one that renews uses it and
    // would answer the test itself.
    if (verdict.kind == Verdict::Kind::grant && ask.state == State::init_reboot &&
        needs_probe(inquiry, ask.address))
        return test_first(inquiry, ask.address);

    Decision decision;
    switch (verdict.kind) {
        case Verdict::Kind::grant:
            decision = acknowledge(inquiry, ask);
            break;
        case Verdict::Kind::refuse:
            decision = refuse(inquiry, verdict.reason, ask.address,
                              inquiry.server_id(subnet_of(inquiry, ask.address)));
            break;
        case Verdict::Kind::ignore:
            decision = silence(inquiry, Stage::request, verdict.reason, ask.address);
            break;
    }
    const Client& client = inquiry.client;
    // Whatever the client chose, what we offered is no longer pending.
    if (const Hold* hold = inquiry.context.leases.find_hold(client.hardware, client.id, client.recognition))
        decision.released_holds.push_back(hold->address);
    const Lease* ending = ending_lease(inquiry, ask);
    if (ending != nullptr && verdict.kind != Verdict::Kind::ignore) {
        // It may have lost its name to the new one a moment ago; going altogether says that too.
        std::erase_if(decision.changes, [&](const Change& c) { return c.address == ending->address; });
        decision.changes.push_back(
            {.address = ending->address, .row = std::nullopt, .replaces = ending->version});
    }
    return decision;
}

}  // namespace pxed::dhcp
