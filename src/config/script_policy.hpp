#pragma once

#include <string>

#include "base/origin.hpp"

namespace pxed::config {

/// The program that hears of leases and files, and how leases are kept when it keeps them.
struct ScriptPolicy {
    std::string path;  ///< dhcp-script; empty: none
    Origin origin;
    std::string user;  ///< dhcp-scriptuser; empty: not named
    Origin user_origin;
    bool hears_renewals = false;  ///< script-on-renewal
    bool keeps_leases = false;    ///< leasefile-ro: no lease database of ours
    Origin keeps_leases_origin;

    [[nodiscard]] bool is_given() const { return !path.empty(); }
    /// Whether a lease that only got another end is told: who keeps the leases has to hear of each change.
    [[nodiscard]] bool tells_renewals() const { return hears_renewals || keeps_leases; }
};

}  // namespace pxed::config
