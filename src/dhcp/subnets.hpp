#pragma once

#include <optional>
#include <span>
#include <vector>

#include "dhcp/arrival.hpp"
#include "dhcp/policy.hpp"

namespace pxed::dhcp {

/// A range with all it takes to serve this arrival filled in.
struct Subnet {
    const Range* range;
    Ipv4 netmask;
    Ipv4 broadcast;
    Ipv4 local;   ///< our address as this subnet sees it
    Ipv4 router;  ///< the default for option 3; zero: none known

    [[nodiscard]] bool contains(Ipv4 address) const {
        return Network{range->first, netmask}.contains(address);
    }
};

/// What the subnets of an arrival depend on. Borrows everything.
struct Neighbourhood {
    const Policy& policy;
    const Link& link;             ///< the arrival's
    std::span<const Link> links;  ///< all of ours
    Ipv4 giaddr;
    std::optional<Ipv4> override_id;  ///< the relay's address as its clients see it (RFC 5107)
};

/// The ranges that lie on a network of the interface itself, and those that shared-network puts there. In
/// dnsmasq's order, which decides who gets an address where: by the interface's addresses, the last one
/// first; for each its own network's ranges in file order, then those that share its wire.
[[nodiscard]] std::vector<Subnet> local_subnets(const Neighbourhood& around);

/// The ranges on the network of `inside`, wherever that is: somewhere behind a relay.
[[nodiscard]] std::vector<Subnet> remote_subnets(const Neighbourhood& around, Ipv4 inside);

/// Adds the ranges that shared-network puts on the relay's wire; file order is kept.
void add_shared_behind(const Neighbourhood& around, std::vector<Subnet>& subnets);

/// The first address of the interface; zero: it has none.
[[nodiscard]] Ipv4 primary_address(const Link& link);

/// The netmask of the address's class: what a relayed network without a netmask is taken to have.
[[nodiscard]] Ipv4 class_netmask(Ipv4 address);

}  // namespace pxed::dhcp
