#include "dhcp/linux_boot.hpp"

#include <algorithm>

#include "base/reversed.hpp"

namespace pxed::dhcp {

const LinuxBoot* linux_boot_for(const std::vector<LinuxBoot>& lines, const Tags& tags) {
    // The order of dhcp-boot, so that people have one rule to know.
    for (const auto& line : reversed(lines)) {
        if (!line.tests.empty() && tags.satisfy(line.tests)) return &line;
    }
    for (const auto& line : reversed(lines)) {
        if (line.tests.empty()) return &line;
    }
    return nullptr;
}

bool have_tags(const std::vector<LinuxBoot>& lines) {
    return std::ranges::any_of(lines, [](const LinuxBoot& line) { return !line.tests.empty(); });
}

}  // namespace pxed::dhcp
