#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/finding.hpp"
#include "config/world.hpp"

namespace pxed::config {

/// What the rules over several directives, and over the machine, have to say; in the order of the rules.
[[nodiscard]] std::vector<Finding> check(const Config& config, const World& world);

}  // namespace pxed::config
