#pragma once
// What the administrator wants of pxed as a relay agent, and of replies that are to be late.

#include <cstdint>
#include <optional>
#include <string>

#include "base/ipv4.hpp"
#include "base/origin.hpp"
#include "base/time.hpp"
#include "dhcp/tags.hpp"

namespace pxed::dhcp {

/// `dhcp-relay` and `dhcp-split-relay`: requests that come by the interface which has `local` go to a server
/// elsewhere.
struct Relay {
    Ipv4 local;                  ///< goes into giaddr, or with `is_split` into link selection
    std::optional<Ipv4> server;  ///< absent: broadcast out of `interface`
    std::uint16_t port = 67;     ///< the server's; dhcp-alternate-port does not change it, as in dnsmasq
    /// Replies are taken only where they come by this interface; may end in `*`. Empty: by any.
    std::string interface;
    bool is_split = false;       ///< giaddr is an address that the server reaches, not the client network's
    std::optional<Ipv4> uplink;  ///< `is_split`: that address; absent: the first one of `interface`
    Origin origin;
};

/// `dhcp-reply-delay`.
struct ReplyDelay {
    seconds length{0};
    TagTests tests;
    Origin origin;
};

}  // namespace pxed::dhcp
