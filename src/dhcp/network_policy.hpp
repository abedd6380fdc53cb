#pragma once
// What the administrator says of networks and relays: which share a wire, which relay stands in for us.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/ipv4.hpp"
#include "base/origin.hpp"

namespace pxed::dhcp {

/// `shared-network=INTERFACE|ADDRESS,ADDRESS`: another network on the same wire, or behind the same relay.
struct SharedNetwork {
    std::string interface;        ///< the interface it is on; empty: `address` says where
    std::optional<Ipv4> address;  ///< an address of ours on that wire, or the giaddr of its relay
    Ipv4 inside;                  ///< any address of the other network
    Origin origin;
};

/// `dhcp-proxy[=ADDRESS,...]`: relays that are to see every packet, those after the first lease too. Their
/// clients are told the relay's address as the server's (what RFC 5107 does for relays that know it).
struct StandIns {
    bool are_given = false;
    std::vector<Ipv4> relays;  ///< empty: every relay

    [[nodiscard]] bool include(Ipv4 giaddr) const {
        return are_given && (relays.empty() || std::ranges::find(relays, giaddr) != relays.end());
    }
};

}  // namespace pxed::dhcp
