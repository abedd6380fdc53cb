#pragma once

#include "io/log.hpp"
#include "machine/reason.hpp"

namespace pxed::io {

/// How loud a reason is. `debug` marks what happens all day on a network that is well, such as a REQUEST to
/// another server: it is said only with log-dhcp.
[[nodiscard]] Level level_of(Reason reason);

}  // namespace pxed::io
