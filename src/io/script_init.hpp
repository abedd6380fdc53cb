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

/// Nobody is answered meanwhile, so a script that hangs must become a failed start.
constexpr seconds k_init_limit{60};

/// Calls `path` with `init` and reads the leases it prints, in the words of dnsmasq's lease file
/// (leasefile-ro). Blocks, for at most `longest`: before the loop runs. Errors: a sentence, with dnsmasq's
/// exit status (10 and the script's own, at most 255) when the script failed.
[[nodiscard]] Result<ScriptInit, StartFailure> read_leases_from_script(const std::string& path, Now now,
                                                                       seconds longest = k_init_limit);

}  // namespace pxed::io
