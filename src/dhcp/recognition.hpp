#pragma once

#include <cstdint>

#include "base/hwaddr.hpp"
#include "wire/client_id.hpp"

namespace pxed::dhcp {

/// How a client is known as the one that has a row. A ROM, its loader, an installer and the installed system
/// each send an option 61 of their own (or none) from one hardware address.
enum class Recognition : std::uint8_t {
    client_id,       ///< dnsmasq's rule: the client ids decide when both have one, else the hardware does
    netbooted,       ///< besides, rows of its hardware address that firmware took: it was started by that
    hardware_alone,  ///< the client is firmware: whatever ran on the machine before runs no longer
};

/// Whether two requests come from one client, by dnsmasq's rule.
[[nodiscard]] bool is_same_client(const HwAddr& hardware, const ClientId& client_id,
                                  const HwAddr& other_hardware, const ClientId& other_client_id);

/// Whether a row or hold of the client's own hardware address is the client's, the ids aside;
/// `was_netbooted`: firmware took it.
[[nodiscard]] bool is_known_by_hardware(Recognition recognition, bool was_netbooted);

/// Whether the client that is known in this way has the row or hold: a Lease or a Hold.
template <typename Theirs>
[[nodiscard]] bool is_whose(const Theirs& theirs, const HwAddr& hardware, const ClientId& client_id,
                            Recognition recognition) {
    if (is_same_client(hardware, client_id, theirs.hardware, theirs.client_id)) return true;
    return !hardware.is_empty() && hardware == theirs.hardware &&
           is_known_by_hardware(recognition, theirs.was_netbooted);
}

}  // namespace pxed::dhcp
