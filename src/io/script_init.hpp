#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "dhcp/lease.hpp"
#include "io/exit_code.hpp"

namespace pxed::io {

/// What the script said of the leases.
struct ScriptInit {
    std::vector<dhcp::Lease> leases;
    std::vector<std::string> warnings;  ///< lines that are no leases
};

/// Calls `path` with `init` and reads the leases it prints, in the words of dnsmasq's lease file
/// (leasefile-ro). Blocks, for at most a minute: before the loop runs. Errors: a sentence, with dnsmasq's
/// exit status (10 and the script's own) when the script failed.
[[nodiscard]] Result<ScriptInit, StartFailure> read_leases_from_script(const std::string& path, Now now);

}  // namespace pxed::io
