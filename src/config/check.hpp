#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/finding.hpp"
#include "config/world.hpp"

namespace pxed::config {

/// A boot file that a line names.
struct BootFileUse {
    std::string name;
    Origin origin;
};

/// The boot files that this machine itself is asked for by TFTP: what World::boot_files is gathered for. Of
/// `world` only the interfaces are looked at.
[[nodiscard]] std::vector<BootFileUse> local_boot_files(const Config& config, const World& world);

/// The files of a boot-linux line that are no URLs: what World::linux_files is gathered for.
[[nodiscard]] std::vector<BootFileUse> linux_files_of(const dhcp::LinuxBoot& line);

/// What the rules over several directives, and over the machine, have to say; in the order of the rules.
[[nodiscard]] std::vector<Finding> check(const Config& config, const World& world);

}  // namespace pxed::config
