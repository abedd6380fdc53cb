#pragma once

#include <string_view>

#include "machine/event.hpp"

namespace pxed::scenario {

[[nodiscard]] bool is_stage(std::string_view name);

}  // namespace pxed::scenario
