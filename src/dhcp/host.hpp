#pragma once

#include <string_view>

#include "dhcp/client.hpp"
#include "dhcp/place.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/tags.hpp"

namespace pxed::dhcp {

/// Whether one of the line's hardware addresses is this one.
[[nodiscard]] bool has_hardware(const Host& host, const HwAddr& hardware);

/// The client's dhcp-host line. Lines with a `tag:` go before those without; then client id, exact hardware
/// address, fewest wildcards; then the last line of the file. With `place`, a line with an address counts
/// only where one of the place's subnets contains it. nullptr: none.
[[nodiscard]] const Host* find_host(const Policy& policy, const Place* place, const Client& client,
                                    const Tags& tags);

/// The line for a client that is known by its name alone: only lines without hardware address and client id,
/// so that nobody takes another's address by taking its name.
[[nodiscard]] const Host* find_host_by_name(const Policy& policy, const Place& place, const Client& client,
                                            const Tags& tags);

/// The line that keeps `address`, if any.
[[nodiscard]] const Host* find_reservation(const Policy& policy, Ipv4 address);

}  // namespace pxed::dhcp
