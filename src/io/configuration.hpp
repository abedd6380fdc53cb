#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/load.hpp"
#include "io/exit_code.hpp"

namespace pxed::io {

/// Where the configuration comes from: a file and the directives of the command line.
struct ConfigurationSource {
    std::string file;             ///< empty: none
    bool may_be_missing = false;  ///< the default file, which nobody named: without it nothing is read
    std::vector<config::Argument> arguments{};
};

/// All problems, as lines `FILE:LINE: what`.
struct ConfigurationFailure {
    std::vector<std::string> lines;
    ExitCode code = ExitCode::configuration;  ///< `file` when files that could not be read are all there is
};

/// Reads the configuration and holds it against this machine. Warnings are in Config::warnings.
[[nodiscard]] Result<config::Config, ConfigurationFailure> read_configuration(
    const ConfigurationSource& source);

/// `/etc/pxed.conf:12: what`, or only `what` where no line is to blame.
[[nodiscard]] std::string text_of(const config::Config& config, const config::Notice& notice);

/// For `--test`: says on standard error what was read and all that is wrong or dubious; touches no socket and
/// no lease.
[[nodiscard]] ExitCode test_configuration(const ConfigurationSource& source);

}  // namespace pxed::io
