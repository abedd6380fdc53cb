// BOOTP (RFC 951, 1534): a fixed address for a machine that is known, for ever.
#include "dhcp/address.hpp"
#include "dhcp/answer.hpp"

namespace pxed::dhcp {

Decision bootp(const Inquiry& inquiry) {
    using machine::Stage;
    const auto& who = inquiry.who;
    if (inquiry.client.hardware.is_empty()) return silence(inquiry, Stage::bootp, Reason::no_unique_id);
    if (who.silence != Reason::none) return silence(inquiry, Stage::bootp, who.silence, {}, who.silenced_by);
    if (inquiry.place.subnets.empty()) return silence(inquiry, Stage::bootp, Reason::no_range);
    if (who.host == nullptr || !who.host->address)
        return silence(inquiry, Stage::bootp, Reason::bootp_without_host);

    const Ipv4 address = *who.host->address;
    const Origin line = who.host->origin;
    if (const Reason obstacle = host_address_obstacle(inquiry); obstacle != Reason::none)
        return silence(inquiry, Stage::bootp, obstacle, address, line);
    const Subnet* subnet = subnet_of(inquiry, address);
    if (subnet == nullptr) return silence(inquiry, Stage::bootp, Reason::wrong_network, address, line);
    if (inquiry.context.leases.find(address) == nullptr && is_lease_limit_reached(inquiry))
        return silence(inquiry, Stage::bootp, Reason::lease_limit, address);

    const Terms terms{.type = MessageType::none,
                      .address = address,
                      .subnet = subnet,
                      .lease_time = who.host->lease_time.value_or(k_infinite),
                      .server_id = inquiry.server_id(subnet)};
    Decision decision = answer(inquiry, Stage::bootp, terms, line);
    put_change(inquiry, bind(inquiry, terms), decision);
    return decision;
}

}  // namespace pxed::dhcp
