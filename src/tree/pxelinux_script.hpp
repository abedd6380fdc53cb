#pragma once

#include <string>
#include <string_view>

#include "tree/boot_script.hpp"

namespace pxed::tree {

/// boot_script() for PXELINUX that asks for `name`: `bios/pxelinux.cfg/default` tells that it was loaded from
/// `bios`, and to that directory it adds every name but those behind `::`. Empty: loaded from the root.
[[nodiscard]] std::string pxelinux_script(const LinuxBoot& boot, std::string_view name);

}  // namespace pxed::tree
