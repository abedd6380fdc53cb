#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/origin.hpp"

namespace pxed::config {

/// Something to say of a configuration whose every line can be read.
struct Finding {
    enum class Severity : std::uint8_t {
        note,     ///< worth knowing; only --test says it
        warning,  ///< pxed starts, and will hardly do what was meant; --test=strict fails
        error,    ///< pxed does not start with it
    };
    Origin origin;
    std::string text;  ///< one line, no final full stop
    Severity severity = Severity::warning;
    std::string suggestion{};  ///< the line to write instead; empty: none is better than the others
};

/// The word in front of a finding: `warning`.
[[nodiscard]] std::string_view word_of(Finding::Severity severity);

}  // namespace pxed::config
