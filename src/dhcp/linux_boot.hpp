#pragma once

#include <vector>

#include "base/origin.hpp"
#include "dhcp/tags.hpp"
#include "tree/boot_script.hpp"

namespace pxed::dhcp {

/// `boot-linux`.
struct LinuxBoot {
    tree::LinuxBoot boot;
    TagTests tests;
    Origin origin;
};

/// The line that holds for a machine with these tags: as with dhcp-boot the last one whose tags match, else
/// the last one without tags; nullptr: none.
[[nodiscard]] const LinuxBoot* linux_boot_for(const std::vector<LinuxBoot>& lines, const Tags& tags);

/// Whether it depends on the machine which line holds, so that a machine's tags have to be known when it
/// asks for its script.
[[nodiscard]] bool have_tags(const std::vector<LinuxBoot>& lines);

}  // namespace pxed::dhcp
