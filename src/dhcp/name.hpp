#pragma once
// Names: what a client is called, in which domain, what it is told of that, and whose a name is.

#include <span>
#include <string>
#include <string_view>

#include "dhcp/configured.hpp"
#include "dhcp/decide.hpp"
#include "dhcp/inquiry.hpp"
#include "dhcp/reply.hpp"

namespace pxed::dhcp {

/// The name a client gets and where it comes from.
struct Name {
    std::string host;            ///< one label; empty: it has none
    std::string foreign_domain;  ///< written behind it, but not the domain of its address: left out
    bool is_configured = false;  ///< its dhcp-host line gives it
};

/// The name of the client when `terms` hold: that of its dhcp-host line, else its own unless
/// dhcp-ignore-names says no, else one made of its hardware address where dhcp-generate-names says so.
[[nodiscard]] Name name_for(const Inquiry& inquiry, const Terms& terms);

/// The domain of an address: the last `domain=` line that is for it, else the default; empty: none.
[[nodiscard]] std::string_view domain_of(const Policy& policy, std::span<const Link> links, Ipv4 address);

/// Adds what the client is told of names: its domain (15), its host name (12), and the answer to its fully
/// qualified name (81, RFC 4702).
void put_names(const Inquiry& inquiry, const Terms& terms, const ChosenOptions& chosen, Options& options);

/// Sees to it that a name is in use once. `binding` is about to give its name to an address: other leases of
/// that name lose it (their changes go into `decision`), unless a dhcp-host line gives it to one of them and
/// none to this client; then this one goes without. As in dnsmasq the name of a machine that moved follows
/// it, and nobody takes a configured name by claiming it.
void settle_name(const Inquiry& inquiry, Change& binding, Decision& decision);

}  // namespace pxed::dhcp
