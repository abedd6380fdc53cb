#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/world.hpp"

namespace pxed::config {

/// A finding for every tag that some line tests and nothing ever sets, at the first such line: that line is
/// dead, or with `tag:!x` holds for all.
[[nodiscard]] std::vector<Finding> find_unset_tags(const Config& config, const World& world);

}  // namespace pxed::config
