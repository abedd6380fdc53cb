// DHCPINFORM (RFC 2131 4.3.5): a machine that has an address asks for the rest.
#include "dhcp/address.hpp"
#include "dhcp/answer.hpp"

namespace pxed::dhcp {

Decision inform(const Inquiry& inquiry) {
    using machine::Stage;
    const auto& who = inquiry.who;
    const Ipv4 address = inquiry.client.ciaddr;
    if (who.silence != Reason::none)
        return silence(inquiry, Stage::inform, who.silence, address, who.silenced_by);
    // A relay that names a network nobody configured gets nothing; without a range on the wire itself the
    // options that hold for everybody are still an answer.
    if (inquiry.place.is_named && inquiry.place.subnets.empty())
        return silence(inquiry, Stage::inform, Reason::no_range, address);
    if (address.is_zero() || address.is_multicast() || address.is_limited_broadcast())
        return silence(inquiry, Stage::inform, Reason::malformed);
    const Subnet* subnet = subnet_of(inquiry, address);
    return answer(inquiry, Stage::inform,
                  {.type = MessageType::ack,
                   .address = {},
                   .subnet = subnet,
                   .lease_time = seconds{0},
                   .server_id = inquiry.server_id(subnet)});
}

}  // namespace pxed::dhcp
