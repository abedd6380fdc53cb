#pragma once

#include <cstdint>
#include <vector>

#include "config/config.hpp"
#include "config/world.hpp"
#include "io/interfaces.hpp"

namespace pxed::io {

/// How closely to look.
enum class Depth : std::uint8_t {
    names,  ///< accounts and directories: a start or reload does not wait for a boot file's disk
    files,  ///< the boot files as well: --test
};

/// What config::check() asks of this machine, gathered for `config`. Changes nothing.
[[nodiscard]] config::World gather_world(const config::Config& config, const std::vector<Interface>& table,
                                         Depth depth = Depth::names);

/// Raises the soft limit of open files to the hard one; gives what holds now.
std::uint64_t raise_file_limit();

/// How much may be open at a time.
struct FileShare {
    std::uint32_t transfers = 0;    ///< of TFTP
    std::uint32_t connections = 0;  ///< of HTTP
    friend bool operator==(const FileShare&, const FileShare&) = default;
};

/// What of that fits into `file_limit` open files: two each (socket and file), and some for the rest. Where
/// not all does, neither protocol takes the other's half.
[[nodiscard]] FileShare share_of_files(std::uint64_t file_limit, const FileShare& wanted);

/// What the services of a configuration want.
[[nodiscard]] FileShare wanted_files(const config::Config& config);

}  // namespace pxed::io
