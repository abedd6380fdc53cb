#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/load.hpp"
#include "io/exit_code.hpp"
#include "io/file_memory.hpp"
#include "io/log.hpp"

namespace pxed::io {

/// Where the configuration comes from: a file and the directives of the command line.
struct ConfigurationSource {
    std::string file;             ///< empty: none
    bool may_be_missing = false;  ///< the default file, which nobody named: without it nothing is read
    std::vector<config::Argument> arguments{};
    std::string
        directory{};  ///< its *.conf are read after the file, if there is such a directory; empty: none
};

/// What stands against a start.
struct ConfigurationFailure {
    std::vector<config::Problem> problems;    ///< all of them, and at least one
    ExitCode code = ExitCode::configuration;  ///< `file` when files that could not be read are all there is
};

/// Reads the configuration and holds it against this machine. What is dubious is in Config::findings.
/// `memory` is what was read for the configuration before, and then what was read for this one; a failure
/// leaves it as it was.
[[nodiscard]] Result<config::Config, ConfigurationFailure> read_configuration(
    const ConfigurationSource& source, FileMemory* memory = nullptr);

/// The same of what is remembered, but for `changes`; none when they say nothing new.
[[nodiscard]] Result<std::optional<config::Config>, ConfigurationFailure> read_changes(
    const ConfigurationSource& source, FileMemory& memory, const FileChanges& changes);

/// What a log has to say of the findings, notes left out: `what; write: LINE`, and which line is to blame,
/// where one is.
[[nodiscard]] std::vector<config::Problem> warnings_of(const config::Config& config);

/// The fields of a message about that: the event's, and PXED_CONF_FILE and PXED_CONF_LINE where a line is to
/// blame.
[[nodiscard]] std::vector<Field> fields_of(DaemonEvent event, const config::Problem& problem);

/// What `--test` makes of a warning.
enum class Strictness : std::uint8_t {
    lenient,  ///< printed, and the status is 0, as dnsmasq's
    strict,   ///< status 1: `--test=strict`
};

/// For `--test`: prints on standard error what was read and all that is wrong or dubious, each with its line
/// and, where there is one, the line to write instead; touches no socket and no lease. Gives
/// `configuration` for errors, and `file` when all that is wrong is that a file cannot be read.
[[nodiscard]] ExitCode test_configuration(const ConfigurationSource& source,
                                          Strictness strictness = Strictness::lenient);

/// For `--dump`: prints on standard output every line that counts, in the order they were read, each with the
/// place it is written at, and the defaults of what no line sets. Gives what test_configuration() gives for a
/// configuration that cannot be read.
[[nodiscard]] ExitCode dump_configuration(const ConfigurationSource& source);

}  // namespace pxed::io
