#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "dhcp/lease.hpp"

namespace pxed::dhcp {

/// A line of a lease file that is not a lease.
struct BadLeaseLine {
    std::uint32_t line = 0;  ///< counted from 1
    std::string what;        ///< what is wrong with it, escaped
};

/// What a lease file says.
struct LeaseText {
    std::vector<Lease> leases;      ///< in the file's order; of two lines for one address the later counts
    std::uint32_t ipv6_lines = 0;   ///< DHCPv6 leases and the server's DUID: not ours, skipped
    std::uint32_t expired = 0;      ///< leases that had ended already, skipped
    std::vector<BadLeaseLine> bad;  ///< skipped
};

/// Reads dnsmasq's lease file: `EXPIRY MAC IP NAME CLIENT-ID` a line, EXPIRY in seconds since 1970 and 0 for
/// an infinite lease, MAC with its hardware type in hexadecimal and a dash before it when that is not
/// Ethernet,
/// `*` for no name and no client id. The duration of a lease, which the file has not, is what is left of it.
[[nodiscard]] LeaseText parse_lease_text(std::string_view text, Now now);

/// The leases as dnsmasq writes them; declined addresses are left out.
[[nodiscard]] std::string lease_text(std::span<const Lease> leases, Now now);

}  // namespace pxed::dhcp
