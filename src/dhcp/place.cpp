#include "dhcp/place.hpp"

#include <algorithm>

namespace pxed::dhcp {

namespace {

constexpr std::uint8_t k_link_selection = 5;       // RFC 3527
constexpr std::uint8_t k_server_id_override = 11;  // RFC 5107
constexpr std::uint8_t k_most_hops = 16;           // RFC 1542 4.1.1

std::optional<Ipv4> relay_address(const Message& message, std::uint8_t code) {
    const auto relay_agent = message.options.find(k_relay_agent);
    if (!relay_agent) return std::nullopt;
    const auto value = find_suboption(*relay_agent, code, false);
    if (!value || value->size() != 4) return std::nullopt;
    return ByteReader{*value}.ipv4();
}

std::optional<Ipv4> not_zero(std::optional<Ipv4> address) {
    return address && !address->is_zero() ? address : std::nullopt;
}

Ipv4 first_address(const Link& link) {
    return link.addresses.empty() ? Ipv4{} : link.addresses.front().address;
}

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

// The ranges that lie on a network of the interface itself.
std::vector<Subnet> local_subnets(const Policy& policy, const Link& link) {
    std::vector<Subnet> subnets;
    for (const auto& range : policy.ranges) {
        for (const auto& own : link.addresses) {
            const Ipv4 netmask = range.netmask.value_or(own.netmask);
            if (!lies_within(range, {own.address, netmask})) continue;
            subnets.push_back(subnet_of(range, netmask, own.address, own.address));
            break;
        }
    }
    return subnets;
}

// The netmask of a range that is not on the arrival interface: its own, that of the interface of ours it is
// on, or what its class suggests.
Ipv4 netmask_of_remote(const Range& range, std::span<const Link> links) {
    if (range.netmask) return *range.netmask;
    for (const auto& link : links) {
        for (const auto& own : link.addresses) {
            if (lies_within(range, own)) return own.netmask;
        }
    }
    return class_netmask(range.first);
}

// The ranges on the network of `inside`, wherever that is: somewhere behind a relay.
std::vector<Subnet> remote_subnets(const Policy& policy, const Arrival& arrival, std::span<const Link> links,
                                   Ipv4 inside) {
    const Ipv4 giaddr = arrival.message.giaddr;
    std::vector<Subnet> subnets;
    for (const auto& range : policy.ranges) {
        const Network network{inside, netmask_of_remote(range, links)};
        if (!lies_within(range, network)) continue;
        // A relay may serve a network that is our interface's as well.
        const auto& own = arrival.link->addresses;
        const auto near =
            std::ranges::find_if(own, [&](const Network& n) { return network.contains(n.address); });
        const Ipv4 local = near == own.end() ? first_address(*arrival.link) : near->address;
        // The relay is the way out of its network. A selector may name another one, where the relay's
        // address would be no use as a router.
        const Ipv4 router = !giaddr.is_zero() && network.contains(giaddr) ? giaddr : Ipv4{};
        subnets.push_back(subnet_of(range, network.netmask, local, router));
    }
    return subnets;
}

// A message through a relay makes us send to an address that its sender chose.
Reason refusal_of(const Message& message, std::span<const Link> links) {
    if (message.hops > k_most_hops) return Reason::too_many_hops;
    const Ipv4 giaddr = message.giaddr;
    if (giaddr.is_zero()) return Reason::none;
    const bool is_no_host = giaddr.is_loopback() || giaddr.is_multicast() || giaddr.is_limited_broadcast();
    return is_no_host || is_ours(links, giaddr) ? Reason::relay_refused : Reason::none;
}

}  // namespace

bool Place::serves(Ipv4 address) const {
    return std::ranges::any_of(subnets, [&](const Subnet& subnet) { return subnet.contains(address); });
}

Place place_of(const Policy& policy, const Arrival& arrival, std::span<const Link> links,
               const Client& client) {
    const Message& message = arrival.message;
    Place place;
    place.refusal = refusal_of(message, links);
    place.override_id = not_zero(relay_address(message, k_server_id_override));
    // RFC 3527 3: link selection goes before RFC 3011's option 118.
    place.selector = not_zero(relay_address(message, k_link_selection));
    if (!place.selector) place.selector = not_zero(message.options.address(k_subnet_selection));
    place.is_named = place.selector.has_value() || !message.giaddr.is_zero();
    if (place.is_named) {
        place.subnets = remote_subnets(policy, arrival, links, place.selector.value_or(message.giaddr));
    } else {
        place.subnets = local_subnets(policy, *arrival.link);
        // A lease that came through a relay is renewed without it: the client's address says where it is.
        // Only a datagram to us comes so far; a broadcast from an address that is not of this wire is from a
        // client that was moved here.
        const bool is_routed = arrival.was_unicast && !client.ciaddr.is_zero();
        if (is_routed && !is_on_link(*arrival.link, client.ciaddr)) {
            auto elsewhere = remote_subnets(policy, arrival, links, client.ciaddr);
            if (!elsewhere.empty()) place.subnets = std::move(elsewhere);
        }
    }
    place.local = place.subnets.empty() ? first_address(*arrival.link) : place.subnets.front().local;
    return place;
}

bool is_on_link(const Link& link, Ipv4 address) {
    return std::ranges::any_of(link.addresses, [&](const Network& own) { return own.contains(address); });
}

bool is_ours(std::span<const Link> links, Ipv4 address) {
    return std::ranges::any_of(links, [&](const Link& link) {
        return std::ranges::find(link.addresses, address, &Network::address) != link.addresses.end();
    });
}

Ipv4 class_netmask(Ipv4 address) {
    const std::uint32_t first_bits = address.value() >> 30;
    if (first_bits < 2) return netmask_of(8);
    return first_bits == 2 ? netmask_of(16) : netmask_of(24);
}

}  // namespace pxed::dhcp
