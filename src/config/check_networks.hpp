#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/world.hpp"

namespace pxed::config {

/// What the lines about networks and interfaces ask for and cannot have: a shared network without a range, an
/// interface that is not there.
[[nodiscard]] std::vector<Finding> find_idle_networks(const Config& config, const World& world);

/// Whether a shared-network line puts the range on a wire.
[[nodiscard]] bool is_shared(const dhcp::Range& range, const Config& config);

}  // namespace pxed::config
