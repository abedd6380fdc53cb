#include "dhcp/place.hpp"

#include <algorithm>

#include "dhcp/subnets.hpp"
#include "wire/relayed.hpp"

namespace pxed::dhcp {

namespace {

std::optional<Ipv4> relay_address(const Message& message, std::uint8_t code) {
    const auto relay_agent = message.options.find(k_relay_agent);
    if (!relay_agent) return std::nullopt;
    const auto value = find_suboption(*relay_agent, code, false);
    if (!value || value->size() != 4) return std::nullopt;
    return ByteReader{*value}.ipv4();
}

// RFC 5010 3: the relay's own datagram to us is unicast always, so it tells how the client's was sent.
std::optional<bool> unicast_flag(const Message& message) {
    constexpr std::uint8_t k_unicast = 0x80;
    const auto relay_agent = message.options.find(k_relay_agent);
    if (!relay_agent) return std::nullopt;
    const auto value = find_suboption(*relay_agent, k_relay_flags, false);
    if (!value || value->size() != 1) return std::nullopt;
    return (value->front() & k_unicast) != 0;
}

std::optional<Ipv4> not_zero(std::optional<Ipv4> address) {
    return address && !address->is_zero() ? address : std::nullopt;
}

// A message through a relay makes us send to an address that its sender chose.
Reason refusal_of(const Message& message, std::span<const Link> links) {
    if (message.hops > k_most_hops) return Reason::too_many_hops;
    const Ipv4 giaddr = message.giaddr;
    if (giaddr.is_zero()) return Reason::none;
    const bool is_no_host = giaddr.is_loopback() || giaddr.is_multicast() || giaddr.is_limited_broadcast();
    return is_no_host || is_ours(links, giaddr) ? Reason::relay_refused : Reason::none;
}

// dnsmasq looks at the first range alone, whatever its tags: where that is a proxy, another server gives the
// addresses.
void part_proxies(Place& place) {
    place.is_proxy_first = !place.subnets.empty() && place.subnets.front().range->is_proxy;
    // Not the one of std::ranges: its subrange is beyond clang 14, which builds the fuzz targets.
    const auto pools = std::stable_partition(place.subnets.begin(), place.subnets.end(),
                                             [](const Subnet& subnet) { return subnet.range->is_proxy; });
    place.proxies.assign(place.subnets.begin(), pools);
    place.subnets.erase(place.subnets.begin(), pools);
}

}  // namespace

bool Place::serves(Ipv4 address) const {
    const auto has_it = [&](const Subnet& subnet) { return subnet.contains(address); };
    return std::ranges::any_of(subnets, has_it) || std::ranges::any_of(proxies, has_it);
}

Place place_of(const Policy& policy, const Arrival& arrival, std::span<const Link> links,
               const Client& client) {
    const Message& message = arrival.message;
    Place place;
    place.refusal = refusal_of(message, links);
    place.override_id = not_zero(relay_address(message, k_server_id_override));
    // dhcp-proxy does for a relay what it does not ask for itself.
    if (!place.override_id && policy.stand_ins.include(message.giaddr))
        place.override_id = not_zero(message.giaddr);
    if (!message.giaddr.is_zero()) place.was_unicast_to_relay = unicast_flag(message);
    // RFC 3527 3: link selection goes before RFC 3011's option 118.
    place.selector = not_zero(relay_address(message, k_link_selection));
    if (!place.selector) place.selector = not_zero(message.options.address(k_subnet_selection));
    place.is_named = place.selector.has_value() || !message.giaddr.is_zero();
    const Neighbourhood around{policy, *arrival.link, links, message.giaddr, place.override_id};
    if (place.is_named) {
        place.subnets = remote_subnets(around, place.selector.value_or(message.giaddr));
        // What shares the relay's wire shares nothing with a network that a selector names instead.
        if (!place.selector) add_shared_behind(around, place.subnets);
    } else {
        place.subnets = local_subnets(around);
        // A lease that came through a relay is renewed without it: the client's address says where it is.
        // Only a datagram to us comes so far; a broadcast from an address that is not of this wire is from a
        // client that was moved here.
        const bool is_routed = arrival.was_unicast && !client.ciaddr.is_zero();
        if (is_routed && !is_on_link(*arrival.link, client.ciaddr) && !place.serves(client.ciaddr)) {
            auto elsewhere = remote_subnets(around, client.ciaddr);
            if (!elsewhere.empty()) place.subnets = std::move(elsewhere);
        }
    }
    place.local = place.subnets.empty() ? primary_address(*arrival.link) : place.subnets.front().local;
    part_proxies(place);
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

}  // namespace pxed::dhcp
