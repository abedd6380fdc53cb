#pragma once
// What those hear who follow the leases: dhcp-script, and whoever comes after it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/lease.hpp"

namespace pxed::dhcp {

/// What the client said of itself when it took its lease. Not stored: after a restart nobody knows it.
/// Texts are the bytes up to the first NUL, as the wire had them; empty: not sent.
struct ClientFacts {
    std::string vendor_class;                             ///< option 60
    std::string supplied_name;                            ///< option 12, which need not be the name it got
    std::string cpewan_oui, cpewan_serial, cpewan_class;  ///< option 125, enterprise 3561 (TR-069)
    std::string circuit_id, remote_id, subscriber_id;     ///< option 82: 1, 2 and 6
    std::string mud_url;                                  ///< option 161 (RFC 8520)
    std::vector<std::uint8_t> requested_options;          ///< option 55
    std::vector<std::string> tags;                        ///< in the order they were set
    std::vector<std::string> user_classes;                ///< option 77
};

/// One row as the store has it now, and what is known of how it came about.
struct StoredLease {
    Ipv4 address;
    std::optional<Lease> row;  ///< nothing: the lease ended
    std::string interface;     ///< the request came by it; empty: none did (an expiry)
    Ipv4 relay;                ///< giaddr; zero: no relay
    std::optional<ClientFacts> facts;
};

/// One thing to tell of a lease.
struct LeaseEvent {
    enum class Kind : std::uint8_t {
        added,
        changed,    ///< another client id, hardware address, name or end; or told again after a start
        lost_name,  ///< `lease.host_name` is its name no more
        deleted,
    };
    Kind kind = Kind::added;
    Lease lease;
    std::string interface;  ///< empty: not known since the start
    Ipv4 relay;
    std::optional<ClientFacts> facts;
};

}  // namespace pxed::dhcp
