#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/time.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// An interface as a decision needs to know it.
struct Link {
    std::string name;
    unsigned index = 0;
    HwAddr hardware;
    std::vector<Network> addresses;  ///< its IPv4 addresses with their netmasks, the primary one first
    bool is_loopback = false;
};

/// One message and how it came.
struct Arrival {
    Message message;
    const Link* link = nullptr;  ///< the interface it came by, or is taken to have come by; never null
    unsigned leaves_by = 0;      ///< index of the interface the reply leaves by; 0: that of `link`
    Ipv4 source;                 ///< the sender's IP address, 0.0.0.0 for a client without one
    std::uint16_t source_port = 0;
    bool was_unicast = false;                  ///< it was sent to an address of ours
    std::uint16_t local_port = k_server_port;  ///< the port it came to: 67 (or the alternate), or 4011
    Instant received{};
};

/// Where a reply goes (RFC 2131 4.1). It always leaves by the interface the request came by: with
/// bridge-interface that is another one than the link it is decided for.
struct Destination {
    enum class Way : std::uint8_t {
        broadcast,   ///< to 255.255.255.255 on the link
        routed,      ///< to `address` as any datagram: a relay, a renewing client
        link_layer,  ///< to `address` at `hardware`, a client that cannot answer ARP yet
    };
    Way way = Way::broadcast;
    Ipv4 address;
    std::uint16_t port = k_client_port;
    HwAddr hardware;
    Ipv4 source;  ///< our address on that network
    std::uint16_t source_port = k_server_port;

    /// `broadcast 255.255.255.255:68`, `routed 10.0.0.1:67`, `link-layer 10.0.0.5:68`.
    [[nodiscard]] std::string text() const;
};

}  // namespace pxed::dhcp
