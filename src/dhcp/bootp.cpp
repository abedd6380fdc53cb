// BOOTP (RFC 951, 1534): a fixed address for a machine that is known, or one of a pool for those the file
// names; for ever, because the protocol has no words for a lease's end.
#include <algorithm>

#include "dhcp/address.hpp"
#include "dhcp/answer.hpp"

namespace pxed::dhcp {

namespace {

using machine::Stage;

// bootp-dynamic: several lines are alternatives.
bool may_use_pools(const Inquiry& inquiry) {
    return std::ranges::any_of(inquiry.policy().bootp_dynamics,
                               [&](const Condition& line) { return inquiry.who.tags.satisfy(line.tests); });
}

bool has_host_address(const Inquiry& inquiry) {
    return inquiry.who.host != nullptr && inquiry.who.host->address;
}

AddressChoice host_address(const Inquiry& inquiry) {
    const Host& host = *inquiry.who.host;
    AddressChoice choice;
    choice.line = host.origin;
    choice.reason = host_address_obstacle(inquiry);
    // Without fall-back to a pool: two addresses for ever are one too many.
    if (choice.reason != Reason::none) return choice;
    if (subnet_of(inquiry, *host.address) == nullptr) {
        choice.reason = Reason::wrong_network;
    } else {
        choice.address = host.address;
    }
    return choice;
}

Decision bind_for_ever(const Inquiry& inquiry, const AddressChoice& choice) {
    const Subnet* subnet = subnet_of(inquiry, *choice.address);
    const Host* host = inquiry.who.host;
    const Terms terms{.type = MessageType::none,
                      .address = *choice.address,
                      .subnet = subnet,
                      .lease_time = host != nullptr && host->lease_time ? *host->lease_time : k_infinite,
                      .server_id = inquiry.server_id(subnet)};
    Decision decision = answer(inquiry, Stage::bootp, terms, choice.line);
    put_change(inquiry, bind(inquiry, terms), decision);
    end_other_lease(inquiry, terms.address, decision);
    if (choice.gives_way) decision.released_holds.push_back(*choice.gives_way);
    // A hold is a promise to this client, kept while the address was tested.
    const Client& client = inquiry.client;
    if (const Hold* hold = inquiry.context.leases.find_hold(client.hardware, client.id, client.recognition))
        decision.released_holds.push_back(hold->address);
    return decision;
}

}  // namespace

Decision bootp(const Inquiry& inquiry) {
    const auto& who = inquiry.who;
    if (inquiry.client.hardware.is_empty()) return silence(inquiry, Stage::bootp, Reason::no_unique_id);
    if (who.silence != Reason::none) return silence(inquiry, Stage::bootp, who.silence, {}, who.silenced_by);
    if (inquiry.place.subnets.empty()) return silence(inquiry, Stage::bootp, Reason::no_range);
    if (!has_host_address(inquiry) && !may_use_pools(inquiry))
        return silence(inquiry, Stage::bootp, Reason::bootp_without_host);

    const AddressChoice choice = has_host_address(inquiry) ? host_address(inquiry) : choose_address(inquiry);
    if (!choice.address || subnet_of(inquiry, *choice.address) == nullptr) {
        const auto wanted = has_host_address(inquiry) ? who.host->address : std::nullopt;
        const Reason reason = choice.reason != Reason::none ? choice.reason : Reason::no_address;
        return silence(inquiry, Stage::bootp, reason, wanted, choice.line);
    }
    if (inquiry.context.leases.find(*choice.address) == nullptr && is_lease_limit_reached(inquiry))
        return silence(inquiry, Stage::bootp, Reason::lease_limit, choice.address);
    return choice.needs_probe ? test_first(inquiry, *choice.address) : bind_for_ever(inquiry, choice);
}

}  // namespace pxed::dhcp
