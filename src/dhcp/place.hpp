#pragma once

#include <optional>
#include <span>
#include <vector>

#include "dhcp/arrival.hpp"
#include "dhcp/client.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/subnets.hpp"
#include "machine/reason.hpp"

namespace pxed::dhcp {

/// RFC 1542 4.1.1: a message that has passed more relay agents goes round in a circle.
inline constexpr std::uint8_t k_most_hops = 16;

/// Where the client is.
struct Place {
    std::vector<Subnet> subnets;   ///< the ranges that give it an address, in file order
    std::vector<Subnet> proxies;   ///< the ProxyDHCP ranges where it is, in file order
    bool is_proxy_first = false;   ///< of all of them a proxy range is the first: nobody gets an address here
    Ipv4 local;                    ///< our address there, even without a range; zero: we have none
    std::optional<Ipv4> selector;  ///< the network a relay or client named (82.5, 118): goes into 118
    std::optional<Ipv4> override_id;  ///< our name for this client, chosen by the relay (RFC 5107)
    /// Whether the client sent to one address or to all, told by its relay (RFC 5010); nothing: not told.
    std::optional<bool> was_unicast_to_relay;
    bool is_named = false;          ///< a relay or selector named the network: no other will do
    Reason refusal = Reason::none;  ///< why such a message gets no answer at all

    [[nodiscard]] bool serves(Ipv4 address) const;
};

/// Finds the network: link selection (82.5), subnet selection (118), giaddr, ciaddr, the arrival interface,
/// the first that is there (RFC 3527, 3011; reference dnsmasq-directives A.6.2).
[[nodiscard]] Place place_of(const Policy& policy, const Arrival& arrival, std::span<const Link> links,
                             const Client& client);

/// Whether `address` is in a network of this interface.
[[nodiscard]] bool is_on_link(const Link& link, Ipv4 address);

/// Whether `address` is one of ours on any interface.
[[nodiscard]] bool is_ours(std::span<const Link> links, Ipv4 address);

}  // namespace pxed::dhcp
