#pragma once

#include "command.hpp"

namespace pxed::oracle {

/// Plays, for each fault of the list, the case that is expected to notice it to dnsmasq and to the faulty
/// program. True when each fault makes its case differ, and none differs without a fault.
[[nodiscard]] bool notice_faults(const Settings& settings);

}  // namespace pxed::oracle
