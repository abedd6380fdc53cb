#pragma once

#include <vector>

#include "config/check.hpp"

namespace pxed::config {

/// What there is to say of dhcp-script and the lines that go with it.
void check_script(const Config& config, const World& world, std::vector<Finding>& findings);

}  // namespace pxed::config
