// What boot-linux names: files that are not there, that cannot be read, or that are no kernel. A loader says
// so too, but on the screen of a machine that nobody looks at.

#include <algorithm>

#include "base/text.hpp"
#include "config/check.hpp"
#include "config/check_rules.hpp"

namespace pxed::config {

namespace {

void check_linux_files(const Config& config, const World& world, Findings& findings) {
    for (const auto& line : config.dhcp.linux_boots) {
        for (const auto& use : linux_files_of(line)) {
            const auto file = std::ranges::find(world.linux_files, use.name, &World::BootFile::name);
            if (file == world.linux_files.end()) continue;
            const bool is_kernel = use.name == line.boot.kernel;
            const std::string what = std::string{is_kernel ? "kernel " : "initrd "} + escaped(use.name);
            if (!file->is_readable) {
                warn(findings, use.origin, "boot-linux: " + what + ": " + file->why);
            } else if (is_kernel && !file->may_be_kernel) {
                warn(findings, use.origin, "boot-linux: " + what + " has the header of no Linux kernel");
            }
        }
    }
}

// The lines are answers to those who ask for scripts, and nobody could.
void check_linux_is_served(const Config& config, const World&, Findings& findings) {
    if (config.dhcp.linux_boots.empty() || config.tftp.is_enabled || config.http.is_enabled) return;
    warn(findings, config.dhcp.linux_boots.front().origin,
         "boot-linux: no file is served here, so no boot loader gets its script; add enable-tftp and "
         "tftp-root=DIRECTORY");
}

constexpr Rule k_rules[] = {check_linux_is_served, check_linux_files};

}  // namespace

std::vector<BootFileUse> linux_files_of(const dhcp::LinuxBoot& line) {
    std::vector<BootFileUse> uses;
    const auto add = [&](const std::string& name) {
        if (!tree::is_url(name)) uses.push_back({name, line.origin});
    };
    add(line.boot.kernel);
    for (const auto& initrd : line.boot.initrds)
        add(initrd);
    return uses;
}

std::span<const Rule> rules_of_linux() {
    return k_rules;
}

}  // namespace pxed::config
