// The menu lines of PXE: programs of the wrong kind, menus that iPXE is shown as well, architectures left
// out.

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/check_rules.hpp"
#include "config/fields.hpp"

namespace pxed::config {

namespace {

using dhcp::PxeService;
using tree::Platform;

// What the firmware of an architecture can start; unknown where both or neither is possible.
Platform platform_of(Arch arch) {
    constexpr std::array k_efi{Arch::ia32_efi,  Arch::x64_efi,   Arch::ebc_efi,
                               Arch::arm32_efi, Arch::arm64_efi, Arch::ia64};
    if (arch == Arch::bios) return Platform::bios;
    return std::ranges::find(k_efi, arch) != k_efi.end() ? Platform::efi : Platform::unknown;
}

// The item written anew, with a test in front or another program.
std::string line_of(const PxeService& service, const std::string& test, const std::string& program) {
    std::string line = "pxe-service=" + test + tests_text(service.tests) +
                       std::to_string(static_cast<unsigned>(service.arch)) + ",\"" + service.text + "\"," +
                       program;
    if (service.server) line += ',' + service.server->text();
    return line;
}

// `x86-64_EFI,"x",ipxe` is sent as `ipxe.0`: dnsmasq puts the layer behind a name without a dot
// (PXE 2.1 3.6).
void check_programs(const Config& config, const World& world, Findings& findings) {
    for (const auto& service : config.dhcp.pxe.services) {
        const auto wants = platform_of(service.arch);
        if (!service.is_ours() || wants == Platform::unknown) continue;
        const auto file = service.file_of(0);
        const bool is_suffixed = file != service.program;
        if (is_suffixed && wants == Platform::efi) {
            warn(findings, service.origin,
                 "pxe-service: a name without a dot is sent with .0 behind it: UEFI would ask for " +
                     escaped(file),
                 line_of(service, "", service.program + ".efi"));
            continue;
        }
        const auto program = program_of(file, world);
        if (program.platform == Platform::unknown || program.platform == Platform::script ||
            program.platform == wants)
            continue;
        warn(findings, service.origin,
             "pxe-service: " + escaped(file) + " is a program for " +
                 (program.platform == Platform::efi ? "UEFI" : "BIOS") + ", and the item is for " +
                 (wants == Platform::efi ? "UEFI" : "BIOS"));
    }
}

// iPXE asks as a PXE client too, and takes the menu before its own boot line (ipxe issue 908).
void check_menus_for_ipxe(const Config& config, const World&, Findings& findings) {
    const auto& dhcp = config.dhcp;
    const auto tag = ipxe_tag(dhcp);
    if (tag.empty()) return;
    const auto tests_it = [&tag](const auto& line) {
        return std::ranges::find(line.tests, tag, &dhcp::TagTest::name) != line.tests.end();
    };
    // Only where iPXE has a line of its own: else the menu is what it is to get.
    if (std::ranges::none_of(dhcp.boots, tests_it)) return;
    for (const auto& service : dhcp.pxe.services) {
        if (!service.tests.empty()) continue;
        warn(findings, service.origin,
             "pxe-service: iPXE is shown this item as well, before its dhcp-boot line",
             line_of(service, "tag:!" + tag + ',', service.program));
    }
}

// Some x64 machines say 9 where others say 7, and an item is for exactly one number.
void check_twin_architecture(const Config& config, const World&, Findings& findings) {
    const auto& services = config.dhcp.pxe.services;
    const auto is_for = [](Arch arch) {
        return [arch](const PxeService& service) { return service.arch == arch; };
    };
    if (std::ranges::any_of(services, is_for(Arch::ebc_efi))) return;
    const auto service = std::ranges::find_if(services, is_for(Arch::x64_efi));
    if (service == services.end()) return;
    auto twin = *service;
    twin.arch = Arch::ebc_efi;
    note(findings, service->origin,
         "pxe-service: x64 machines that say architecture 9 (BC_EFI) do not see this item",
         line_of(twin, "", twin.program));
}

// The pool's machines and the other server's are one: who gives the addresses has to be decided.
void check_proxy_beside_pool(const Config& config, const World& world, Findings& findings) {
    for (const auto& proxy : config.dhcp.ranges) {
        if (!proxy.is_proxy || !proxy.tests.empty()) continue;
        for (const auto& pool : config.dhcp.ranges) {
            const auto network = network_of(pool, config, world);
            if (pool.is_proxy || !pool.tests.empty() || !network || !network->contains(proxy.first)) continue;
            note(findings, proxy.origin,
                 "dhcp-range: " + config.text_of(pool.origin) +
                     " gives addresses in the same network; PXE clients there are answered as by a ProxyDHCP "
                     "server");
            break;
        }
    }
}

constexpr Rule k_rules[] = {check_programs, check_menus_for_ipxe, check_twin_architecture,
                            check_proxy_beside_pool};

}  // namespace

std::span<const Rule> service_rules() {
    return k_rules;
}

}  // namespace pxed::config
