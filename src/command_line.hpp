#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/load.hpp"

namespace pxed {

/// What the command line asks for.
struct CommandLine {
    std::optional<std::string> file;  ///< -C FILE; empty: read none; absent: /etc/pxed.conf, if there is one
    std::vector<config::Argument> arguments;  ///< directives, in their order
    bool tests = false;                       ///< --test
    bool is_strict = false;                   ///< --test=strict: a warning is a failure
    bool dumps = false;                       ///< --dump
    std::optional<std::string> prints;        ///< text to print and exit 0: --help, --version
};

/// Reads the command line: every directive as `--name=value`, dnsmasq's short options, --test, --help,
/// --version. Nothing is abbreviated or guessed. Errors: one sentence.
[[nodiscard]] Result<CommandLine, std::string> read_command_line(int argc, const char* const* argv);

}  // namespace pxed
