#include "dhcp/subnets.hpp"

#include <algorithm>

#include "base/reversed.hpp"

namespace pxed::dhcp {

namespace {

bool lies_within(const Range& range, const Network& network) {
    return network.contains(range.first) && network.contains(range.last);
}

Subnet subnet_of(const Range& range, Ipv4 netmask, Ipv4 local, Ipv4 router) {
    const Network network{range.first, netmask};
    return {.range = &range,
            .netmask = netmask,
            .broadcast = range.broadcast.value_or(network.broadcast()),
            .local = local,
            .router = router};
}

// The netmask as written, or that of the interface of ours the range is on.
std::optional<Ipv4> known_netmask(const Range& range, std::span<const Link> links) {
    if (range.netmask) return range.netmask;
    for (const auto& link : links) {
        for (const auto& own : link.addresses) {
            if (lies_within(range, own)) return own.netmask;
        }
    }
    return std::nullopt;
}

// A range behind a relay has at least the netmask that its class suggests: dnsmasq's guess.
Ipv4 netmask_of_remote(const Range& range, std::span<const Link> links) {
    return known_netmask(range, links).value_or(class_netmask(range.first));
}

// dnsmasq lets shared-network=eth0 hold for requests by every interface (measured on 2.90); the manual says
// and everybody means that one wire.
bool is_on_wire_of(const SharedNetwork& shared, const Link& link, Ipv4 own) {
    return shared.address ? shared.address == own : shared.interface == link.name;
}

// Whether a line puts the range on the wire of our address `own`. Without a netmask nothing says how far the
// other network goes.
bool shares_wire(const Neighbourhood& around, const Range& range, Ipv4 own) {
    return std::ranges::any_of(around.policy.shared_networks, [&](const SharedNetwork& shared) {
        if (!is_on_wire_of(shared, around.link, own)) return false;
        const auto netmask = known_netmask(range, around.links);
        return netmask && lies_within(range, {shared.inside, *netmask});
    });
}

// Whether a line puts the range behind the relay.
bool shares_relay(const Neighbourhood& around, const Range& range) {
    return std::ranges::any_of(around.policy.shared_networks, [&](const SharedNetwork& shared) {
        return shared.address == around.giaddr &&
               lies_within(range, {shared.inside, netmask_of_remote(range, around.links)});
    });
}

// The way out of a network behind a relay. A network that is our interface's as well has us, as for those who
// ask us directly. Else it is the relay, by the address its clients know (RFC 5107 lets it tell another than
// giaddr); but a selector may name a network where neither is of any use (RFC 3527: giaddr is not there).
Ipv4 router_of_remote(const Neighbourhood& around, const Network& network, std::optional<Ipv4> own) {
    if (around.giaddr.is_zero()) return {};
    if (own) return *own;
    if (network.contains(around.giaddr)) return around.giaddr;
    const auto& by_relay = around.override_id;
    return by_relay && network.contains(*by_relay) ? *by_relay : Ipv4{};
}

}  // namespace

std::vector<Subnet> local_subnets(const Neighbourhood& around) {
    const auto& addresses = around.link.addresses;
    struct Found {
        std::vector<Subnet> own, shared;
    };
    std::vector<Found> by_address(addresses.size());
    for (const auto& range : around.policy.ranges) {
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            const Network& own = addresses[i];
            if (shares_wire(around, range, own.address)) {
                // Nothing says what the router over there would be.
                by_address[i].shared.push_back(
                    subnet_of(range, *known_netmask(range, around.links), own.address, {}));
                break;
            }
            const Ipv4 netmask = range.netmask.value_or(own.netmask);
            if (!lies_within(range, {own.address, netmask})) continue;
            by_address[i].own.push_back(subnet_of(range, netmask, own.address, own.address));
            break;
        }
    }
    std::vector<Subnet> subnets;
    for (const Found& found : reversed(by_address)) {
        subnets.insert(subnets.end(), found.own.begin(), found.own.end());
        subnets.insert(subnets.end(), found.shared.begin(), found.shared.end());
    }
    return subnets;
}

std::vector<Subnet> remote_subnets(const Neighbourhood& around, Ipv4 inside) {
    std::vector<Subnet> subnets;
    for (const auto& range : around.policy.ranges) {
        const Network network{inside, netmask_of_remote(range, around.links)};
        if (!lies_within(range, network)) continue;
        // A relay may serve a network that is our interface's as well.
        const auto& addresses = around.link.addresses;
        const auto near =
            std::ranges::find_if(addresses, [&](const Network& n) { return network.contains(n.address); });
        const auto own = near == addresses.end() ? std::nullopt : std::optional{near->address};
        subnets.push_back(subnet_of(range, network.netmask, own.value_or(primary_address(around.link)),
                                    router_of_remote(around, network, own)));
    }
    return subnets;
}

void add_shared_behind(const Neighbourhood& around, std::vector<Subnet>& subnets) {
    if (around.policy.shared_networks.empty()) return;
    std::vector<Subnet> all;
    for (const auto& range : around.policy.ranges) {
        const auto known = std::ranges::find(subnets, &range, &Subnet::range);
        if (known != subnets.end()) {
            all.push_back(*known);
        } else if (shares_relay(around, range)) {
            all.push_back(
                subnet_of(range, netmask_of_remote(range, around.links), primary_address(around.link), {}));
        }
    }
    subnets = std::move(all);
}

Ipv4 primary_address(const Link& link) {
    return link.addresses.empty() ? Ipv4{} : link.addresses.front().address;
}

Ipv4 class_netmask(Ipv4 address) {
    const std::uint32_t first_bits = address.value() >> 30;
    if (first_bits < 2) return netmask_of(8);
    return first_bits == 2 ? netmask_of(16) : netmask_of(24);
}

}  // namespace pxed::dhcp
