#include "dhcp/destination.hpp"

#include "wire/relayed.hpp"

namespace pxed::dhcp {

namespace {

using Way = Destination::Way;

// RFC 8357 5.2: a relay that sends this sub-option listens on the port it sends from.
std::uint16_t relay_port(const Inquiry& inquiry) {
    const auto relay_agent = inquiry.message().options.find(k_relay_agent);
    const bool names_port = relay_agent && find_suboption(*relay_agent, k_relay_source_port, false);
    return names_port ? inquiry.context.arrival.source_port : inquiry.policy().server_port;
}

bool is_host_address(Ipv4 address) {
    return !address.is_zero() && !address.is_multicast() && !address.is_limited_broadcast();
}

void send_to(Destination& destination, Ipv4 address, std::uint16_t port) {
    destination.way = Way::routed;
    destination.address = address;
    destination.port = port;
}

// A client that has an address: there, and to the port it sent from if it sent from there.
void send_to_client(const Inquiry& inquiry, Ipv4 address, Destination& destination) {
    const Arrival& arrival = inquiry.context.arrival;
    const bool knows_port = arrival.source == address && arrival.source_port != 0;
    send_to(destination, address, knows_port ? arrival.source_port : inquiry.policy().client_port);
}

// RFC 2131 4.3.2: the client of a NAK has the wrong address, so the whole link hears it. One that renews
// from behind a router would not: its own address is the only way to it.
bool may_route_nak(const Inquiry& inquiry) {
    const Ipv4 ciaddr = inquiry.client.ciaddr;
    const Arrival& arrival = inquiry.context.arrival;
    return arrival.was_unicast && is_host_address(ciaddr) && !is_on_link(*arrival.link, ciaddr);
}

}  // namespace

Destination destination_of(const Inquiry& inquiry, const Message& reply, Ipv4 local) {
    const Arrival& arrival = inquiry.context.arrival;
    const Message& asked = arrival.message;
    Destination destination;
    destination.source = local;
    destination.source_port = inquiry.policy().server_port;
    destination.address = k_limited_broadcast;
    destination.port = inquiry.policy().client_port;
    if (arrival.local_port == k_pxe_port) {
        // EDK2 and PXE ROMs take the answer only from the port they asked, at the port they asked from.
        destination.source_port = k_pxe_port;
        destination.port = arrival.source_port;
        const Ipv4 client = is_host_address(inquiry.client.ciaddr) ? inquiry.client.ciaddr : arrival.source;
        if (is_host_address(client)) send_to(destination, client, arrival.source_port);
    } else if (!asked.giaddr.is_zero()) {
        send_to(destination, asked.giaddr, relay_port(inquiry));
    } else if (reply.type() == MessageType::nak) {
        if (may_route_nak(inquiry)) send_to_client(inquiry, inquiry.client.ciaddr, destination);
    } else if (asked.type() == MessageType::inform && is_host_address(arrival.source)) {
        // Tools ask from a port of their own (dhcp_lease_time, dhcping).
        send_to(destination, arrival.source, arrival.source_port);
    } else if (is_host_address(inquiry.client.ciaddr)) {
        send_to_client(inquiry, inquiry.client.ciaddr, destination);
    } else if (!reply.wants_broadcast() && asked.hardware.is_ethernet() && !reply.yiaddr.is_zero()) {
        destination.way = Way::link_layer;
        destination.address = reply.yiaddr;
        destination.hardware = asked.hardware;
    }
    return destination;
}

std::string Destination::text() const {
    const std::string where = address.text() + ":" + std::to_string(port);
    switch (way) {
        case Way::broadcast:
            return "broadcast " + where;
        case Way::routed:
            return "routed " + where;
        case Way::link_layer:
            return "link-layer " + where;
    }
    return where;
}

}  // namespace pxed::dhcp
