#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace pxed::scenario {

/// What a configuration says under the name of a directive, for directives whose effect is outside of what a
/// scenario can play (accounts, sockets, files). Flags are `yes` or `no`; absent values are empty.
[[nodiscard]] std::optional<std::string> setting(const config::Config& config, std::string_view name);

}  // namespace pxed::scenario
