#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/origin.hpp"
#include "dhcp/tags.hpp"
#include "machine/machines.hpp"
#include "tree/boot_script.hpp"

namespace pxed::dhcp {

struct Policy;

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

/// A boot loader's script and the line it says.
struct WrittenScript {
    std::string text;
    Origin line;
};

/// What a machine gets that asks for a file of this name where there is none: a script if the name is one's
/// and a boot-linux line holds for it. `autoexec.ipxe` is one only where no boot line names a script or URL:
/// iPXE runs it before it has heard what DHCP names. `machine`: who asks, nullptr when it was not seen
/// before; then it has no tags.
[[nodiscard]] std::optional<WrittenScript> script_for(const Policy& policy, std::string_view asked,
                                                      const machine::Machine* machine);

}  // namespace pxed::dhcp
