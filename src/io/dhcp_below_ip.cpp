// What DhcpService hears by packet sockets: requests to a port that is another program's (dhcp-no-bind), and
// what other servers say.

#include <algorithm>
#include <array>
#include <utility>

#include "dhcp/place.hpp"
#include "io/clock.hpp"
#include "io/dhcp_service.hpp"

namespace pxed::io {

namespace {

// Larger than any DHCP message; one that is not is cut and dropped.
constexpr std::size_t k_tapped_bytes = 4096;

}  // namespace

Result<void, std::string> DhcpService::listen_below_ip(const config::Config& config,
                                                       const std::vector<TapPoint>& points) {
    auto opened = taps_.open(points, interfaces_);
    if (!config.daemon.leaves_dhcp_port) {
        sender_.take_port_back();
        // Nobody's boot depends on what is heard of other servers.
        if (!opened) callbacks_.warn("other DHCP servers cannot be heard: " + opened.error());
        return {};
    }
    if (!opened) return fail("dhcp-no-bind: " + opened.error());
    return sender_.leave_port(config.dhcp.server_port);
}

// What the kernel does for a socket that is bound is done here: only what is meant for us counts, and as much
// of it at a time as a socket gives.
void DhcpService::receive(UdpTap& tap, unsigned interface) {
    interfaces_.catch_up();
    const auto now = read_clocks();
    std::vector<dhcp::Arrival> batch;
    std::array<std::uint8_t, k_tapped_bytes> memory{};
    for (std::size_t most = Inbox::k_datagrams; const auto heard = tap.receive(memory, most);) {
        const auto& frame = heard->datagram;
        const Datagram datagram{frame.payload, Endpoint{frame.source, frame.source_port, interface},
                                Endpoint{frame.destination, 0}, false};
        if (!is_for_us(datagram)) continue;
        ++counts_.received;
        if (auto arrival = read(datagram, frame.destination_port, now.instant))
            batch.push_back(std::move(*arrival));
    }
    receive(std::move(batch), now);
}

// Where this host is a router, frames to us carry others' datagrams too: a REQUEST on its way to the server
// that gave the lease must not look like one to this server.
bool DhcpService::is_for_us(const Datagram& datagram) const {
    const auto destination = datagram.to.ipv4();
    if (!destination) return false;
    if (destination->is_limited_broadcast() || dhcp::is_ours(links_, *destination)) return true;
    const auto link = std::ranges::find(links_, datagram.from.interface(), &dhcp::Link::index);
    return link != links_.end() && std::ranges::any_of(link->addresses, [&](const Network& own) {
               return own.broadcast() == *destination;
           });
}

void DhcpService::hear_others(UdpTap& tap, unsigned interface) {
    // In a storm the first few say all there is to say; the rest waits in a small buffer and may be lost.
    constexpr std::size_t k_most_at_once = 16;
    const auto served = served_.find(interface);
    const auto link = served == served_.end() ? links_.end()
                                              : std::ranges::find(links_, served->second, &dhcp::Link::index);
    std::array<std::uint8_t, k_tapped_bytes> memory{};
    for (std::size_t most = k_most_at_once; const auto heard = tap.receive(memory, most);) {
        auto message = dhcp::parse(heard->datagram.payload);
        if (!message || link == links_.end() || !server_) continue;
        server_->hear({std::move(*message), &*link, heard->datagram.source, heard->sender}, read_clocks());
    }
}

}  // namespace pxed::io
