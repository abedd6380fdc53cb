#pragma once

#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "dhcp/arrival.hpp"
#include "dhcp/policy.hpp"
#include "machine/event.hpp"

namespace pxed::dhcp {

/// One datagram on the DHCP port, as a relay agent looks at it. Borrows everything.
struct RelayContext {
    const Policy& policy;
    Bytes datagram;
    const Link& link;                  ///< the interface it came by
    Ipv4 source;                       ///< the sender's address
    bool was_unicast = false;          ///< it was sent to an address of ours
    std::span<const Link> links;       ///< all interfaces
    const std::set<unsigned>& served;  ///< indexes of those whose clients are served
};

/// A datagram to be sent on.
struct Forwarded {
    std::vector<std::uint8_t> datagram;
    Destination destination;
    unsigned interface = 0;  ///< leaves by this one; 0: as it is routed
};

/// What is to be done with it.
struct RelayDecision {
    std::vector<Forwarded> forwarded;    ///< one for each server, or one to the client; empty: dropped
    std::vector<machine::Event> events;  ///< one for each, or the one that says why there is none
};

/// Passes a client's request to the servers that dhcp-relay and dhcp-split-relay name for its network, and a
/// server's reply to the client (RFC 1542 4.1, RFC 2131 4.1, RFC 3046). nullopt: neither, so that the message
/// is the server's. A network that is relayed is relayed whole: dhcp-range does not count there, as in
/// dnsmasq 2.90. Pure.
[[nodiscard]] std::optional<RelayDecision> relay(const RelayContext& context);

/// The address that goes into giaddr for this line, so that replies find back to us; nullopt when its
/// interface is not there or has none.
[[nodiscard]] std::optional<Ipv4> giaddr_of(const Relay& line, std::span<const Link> links);

}  // namespace pxed::dhcp
