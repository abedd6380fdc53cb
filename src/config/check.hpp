#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/origin.hpp"
#include "config/config.hpp"
#include "config/world.hpp"

namespace pxed::config {

/// Something about a configuration that loads but will hardly do what was meant.
struct Finding {
    enum class Severity : std::uint8_t {
        warning,  ///< pxed starts
        error,    ///< pxed does not start with it
    };
    Severity severity = Severity::warning;
    Origin origin;
    std::string text;  ///< one line, no final full stop
};

/// What the rules over several directives, and over the machine, have to say; in the order of the rules.
[[nodiscard]] std::vector<Finding> check(const Config& config, const World& world);

}  // namespace pxed::config
