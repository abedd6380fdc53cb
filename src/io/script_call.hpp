#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dhcp/lease_event.hpp"
#include "io/script_process.hpp"
#include "io/tftp_service.hpp"

namespace pxed::io {

/// What a call says beside the lease.
struct ScriptScene {
    std::string path;       ///< of the script
    std::string domain;     ///< of the lease's address; empty: none
    std::string interface;  ///< that the lease's address is on, for a lease whose own is not known
    bool logs_dhcp = false;
    Now now;
};

/// The call for a lease: dnsmasq's arguments and variables (reference dnsmasq-directives A.2).
[[nodiscard]] ScriptCall call_of(const dhcp::LeaseEvent& event, const ScriptScene& scene);

/// The call for a file: `tftp`, size, client, path.
[[nodiscard]] ScriptCall call_of(const TftpSent& file, std::string path);

/// The one that asks for the leases.
[[nodiscard]] ScriptCall init_call(std::string path);

}  // namespace pxed::io
