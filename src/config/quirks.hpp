#pragma once
// The file of quirk profiles.

#include <string_view>
#include <vector>

#include "config/finding.hpp"
#include "config/load.hpp"

namespace pxed::config {

/// etc/quirks.conf as it was when pxed was built: used where no `quirks=` line names another.
[[nodiscard]] std::string_view built_in_quirks();

/// Reads the profiles: the built-in ones, those of the file that `quirks=` names, or none. Gives what is
/// wrong.
[[nodiscard]] std::vector<Finding> finish_quirks(Config& config, const Reader& reader);

}  // namespace pxed::config
