#pragma once

#include "command.hpp"

namespace pxed::oracle {

/// Says what no case exercises: forms of the list that none covers, rows of the difference table that none of
/// the recorded runs used, ids that are covered but not listed. Also true only with at least 120
/// configurations.
[[nodiscard]] bool report_coverage(const Settings& settings);

}  // namespace pxed::oracle
