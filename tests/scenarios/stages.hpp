#pragma once

#include <string_view>

#include "machine/event.hpp"

namespace pxed::scenario {

/// The word for a stage: the enumerator's name.
[[nodiscard]] std::string_view name_of(machine::Stage stage);
[[nodiscard]] bool is_stage(std::string_view name);

}  // namespace pxed::scenario
