#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dhcp/inquiry.hpp"

namespace pxed::dhcp {

/// An address for a client that asks for one, or why there is none.
struct AddressChoice {
    std::optional<Ipv4> address;
    Reason reason = Reason::none;   ///< why none, or why not the one of its dhcp-host line
    std::string detail;             ///< words for that case
    Origin line;                    ///< of the dhcp-host line that gave the address, if one did
    bool needs_probe = false;       ///< test it first, then choose again
    std::optional<Ipv4> gives_way;  ///< somebody's unanswered offer that ends for this one
    std::vector<Ipv4> conflicts;    ///< the first addresses passed over because somebody answers for them
};

/// The address to offer: its dhcp-host line's, the one it has, the one offered last, the one it had, the one
/// it asks for, the first free one from its hash upwards; each only if it may (RFC 2131 4.3.1; order and
/// hash: reference dnsmasq-directives A.6). Cost: logarithmic in leases, holds and hosts; a step for each
/// address passed over because a test found it in use.
[[nodiscard]] AddressChoice choose_address(const Inquiry& inquiry);

/// The subnet whose pool gives `address` to a client with these tags; nullptr: none.
[[nodiscard]] const Subnet* pool_of(const Inquiry& inquiry, Ipv4 address);

/// The subnet that serves `address`: its pool, else a static range around it, else any range around it.
[[nodiscard]] const Subnet* subnet_of(const Inquiry& inquiry, Ipv4 address);

/// Why the address of its dhcp-host line cannot be used now; none: it can. Requires: the line has one.
[[nodiscard]] Reason host_address_obstacle(const Inquiry& inquiry);

/// Whether the address has to be tested before it is given to a client that does not have it yet.
[[nodiscard]] bool needs_probe(const Inquiry& inquiry, Ipv4 address);

/// The addresses that lie in pools and are given from there to nobody, by the configuration alone: those of
/// dhcp-host lines, and the first and last of each class C network. For LeaseTable::set_aside(), so that the
/// search for a free address does not step over them one by one; may_have() would refuse each of them.
[[nodiscard]] std::vector<Ipv4> addresses_set_aside(const Policy& policy);

/// dnsmasq's hash of a client: where in a pool the search for its address begins.
[[nodiscard]] std::uint32_t address_hash(const Client& client);

}  // namespace pxed::dhcp
