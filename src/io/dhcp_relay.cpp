#include "io/dhcp_relay.hpp"

#include "dhcp/place.hpp"

namespace pxed::io {

bool DhcpRelay::take(const dhcp::RelayContext& context) {
    auto decision = dhcp::relay(context);
    if (!decision) return false;
    if (decision->forwarded.empty()) ++counts_.dropped;
    for (const auto& forwarded : decision->forwarded) {
        const bool is_sent = sender_.send({.payload = forwarded.datagram,
                                           .destination = forwarded.destination,
                                           .interface = forwarded.interface,
                                           .client = {}});
        ++(is_sent ? counts_.relayed : counts_.dropped);
    }
    for (auto& event : decision->events)
        tell_(std::move(event));
    return true;
}

std::vector<ListenPoint> relay_points(const config::Config& config, std::span<const dhcp::Link> links) {
    std::vector<ListenPoint> points;
    if (!config.daemon.binds_interfaces) return points;
    for (const auto& line : config.dhcp.relays) {
        const auto giaddr = dhcp::giaddr_of(line, links);
        // An address that nobody has yet cannot be bound to; it is waited for like an interface.
        if (giaddr && dhcp::is_ours(links, *giaddr))
            points.push_back({config.dhcp.server_port, 0, {}, *giaddr});
    }
    return points;
}

}  // namespace pxed::io
