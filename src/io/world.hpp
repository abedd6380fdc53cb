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

/// How many transfers fit into `file_limit` open files: two each (socket and file), and some for the rest.
[[nodiscard]] std::uint32_t transfers_within(std::uint64_t file_limit);

}  // namespace pxed::io
