#pragma once

#include <optional>
#include <string_view>

#include "dhcp/configured.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/tags.hpp"
#include "machine/reason.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// What a machine is told to boot. Views point into the policy.
struct BootAnswer {
    std::string_view file;
    std::string_view server_name;
    std::optional<Ipv4> server;  ///< none: this server; 0.0.0.0: one that is named and not known
    Origin line;
    bool is_from_boot_line = false;  ///< dhcp-boot rather than dhcp-option 66, 67 and 255

    /// Whether the name has room in the header: 128 bytes and one of them a NUL.
    [[nodiscard]] bool fits_header() const { return file.size() < 128; }
};

/// The last dhcp-boot line whose tags match, else the last one without tags, else dhcp-option's 67, 66 and
/// server-ip-address. `machine` chooses among several addresses of one server name.
[[nodiscard]] BootAnswer boot_of(const Policy& policy, const Tags& tags, const ChosenOptions& options,
                                 const HwAddr& machine);

}  // namespace pxed::dhcp
