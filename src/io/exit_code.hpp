#pragma once

#include <string>

namespace pxed::io {

/// dnsmasq's exit statuses, which unit files and scripts know.
enum class ExitCode : int {
    ok = 0,
    configuration = 1,
    network = 2,
    file = 3,
    other = 5,
};

/// Why the daemon does not start.
struct StartFailure {
    ExitCode code = ExitCode::other;
    std::string text;
};

}  // namespace pxed::io
