#pragma once
// What the administrator wants of names: which name and domain a client is told, and who may have a name.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ipv4.hpp"
#include "base/origin.hpp"
#include "dhcp/tags.hpp"

namespace pxed::dhcp {

/// `domain=NAME,...` for some addresses.
struct Domain {
    std::string name;
    std::optional<std::pair<Ipv4, Ipv4>> addresses;  ///< first and last; absent: `interface` says
    std::string interface;                           ///< the networks of this interface
    Origin origin;
};

/// `dhcp-name-match=set:T,NAME[*]`: compared with the whole name the client gives itself, in any case.
struct NameMatch {
    std::string set_tag;
    std::string name;
    bool is_prefix = false;  ///< written with a `*` behind it
    Origin origin;
};

struct NamePolicy {
    std::vector<Domain> domains;       ///< for some addresses; the last that fits wins
    Origin resolver_line;              ///< `domain=#`: the default comes from /etc/resolv.conf
    std::vector<NameMatch> matches;    ///< dhcp-name-match
    std::vector<Condition> ignores;    ///< dhcp-ignore-names
    std::vector<Condition> generates;  ///< dhcp-generate-names
    bool compares_fqdn = false;        ///< dhcp-fqdn: one name may be in use once in each domain
    Origin fqdn_line;
    bool lets_clients_update = false;  ///< dhcp-client-update: what option 81 says of DNS (RFC 4702)
};

}  // namespace pxed::dhcp
