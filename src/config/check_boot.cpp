// What the boot lines name: servers in the wrong place, files that are not there or that the run-time user
// cannot read, URLs whose host nobody can look up.

#include <algorithm>

#include "base/text.hpp"
#include "config/check.hpp"
#include "config/check_rules.hpp"
#include "config/fields.hpp"
#include "wire/dhcp_options.hpp"

namespace pxed::config {

namespace {

// `dhcp-boot=FILE,ADDRESS`: dnsmasq makes a name of it, and the file comes from the same host only as long as
// that serves TFTP too.
void check_boot_servers(const Config& config, const World&, Findings& findings) {
    for (const auto& boot : config.dhcp.boots) {
        if (boot.server_address || !Ipv4::parse(boot.server_name)) continue;
        auto moved = boot;
        moved.server_address = Ipv4::parse(boot.server_name);
        moved.server_name.clear();
        warn(findings, boot.origin,
             std::string{boot.arch ? "boot-arch: " : "dhcp-boot: "} + boot.server_name +
                 " is only the server's name there; clients are sent to this machine. An address stands one "
                 "field further",
             line_of(moved));
    }
}

// Firmware takes the server from the header (siaddr), which option 66 does not change.
void check_option_66(const Config& config, const World&, Findings& findings) {
    constexpr std::uint8_t k_server_name = 66;
    const auto& dhcp = config.dhcp;
    const bool has_server =
        std::ranges::any_of(dhcp.boots,
                            [](const dhcp::Boot& boot) { return boot.server_address.has_value(); }) ||
        std::ranges::any_of(dhcp.options, &dhcp::ConfiguredOption::sets_next_server);
    if (has_server) return;
    for (const auto& option : dhcp.options) {
        if (option.code != k_server_name || option.envelope != dhcp::Envelope::plain) continue;
        warn(findings, option.origin,
             "dhcp-option 66 does not change where firmware loads from; name the server in "
             "dhcp-boot=FILE,,ADDRESS or option:server-ip-address");
    }
}

// `http://boot.example/x` has a host; `tftp://10.0.0.1/x` has an address; `pxelinux.0` has neither.
std::string_view host_of(std::string_view file) {
    const auto scheme = file.find("://");
    if (scheme == file.npos) return {};
    auto host = file.substr(scheme + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    host = host.substr(host.find('@') + 1);  // npos + 1 is 0: no user name
    return host.substr(0, host.find(':'));
}

// `${next-server}` is iPXE's to fill in; `[fd00::1]` ends at its first colon and needs no look-up either.
bool needs_look_up(std::string_view host) {
    return !host.empty() && !Ipv4::parse(host) && !host.starts_with('$') && !host.starts_with('[');
}

void check_url_hosts(const Config& config, const World&, Findings& findings) {
    const auto& dhcp = config.dhcp;
    const bool names_dns = std::ranges::any_of(dhcp.options, [](const dhcp::ConfiguredOption& option) {
        return option.envelope == dhcp::Envelope::plain && option.code == dhcp::k_dns_server &&
               !option.is_suppressed;
    });
    if (names_dns || !gives_addresses(dhcp)) return;
    // UEFI HTTP Boot never chooses an offer with a name and without option 6; iPXE says "no such host".
    const auto judge = [&](std::string_view directive, const std::string& file, Origin origin) {
        const auto host = host_of(file);
        if (!needs_look_up(host)) return;
        warn(findings, origin,
             std::string{directive} + ": clients cannot look up " + quote(host) +
                 ", for no dhcp-option names a DNS server; name one, or write the host's address");
    };
    for (const auto& boot : dhcp.boots)
        judge(boot.arch ? "boot-arch" : "dhcp-boot", boot.file, boot.origin);
    for (const auto& service : dhcp.pxe.services)
        judge("pxe-service", service.program, service.origin);
}

// Shim starts its second program from its own directory and fails in front of a person when it is not there.
void check_companions(const World::BootFile& file, Origin origin, Findings& findings) {
    const auto second = tree::second_stage_of_shim(file.program.cpu);
    for (const auto& name : file.missing_companions) {
        const bool is_second = name == second;
        const std::string text = "boot file " + escaped(file.name) + " is shim, and there is no " + name +
                                 " beside it" +
                                 (is_second ? ", which it starts" : "; keys cannot be enrolled without it");
        if (is_second)
            warn(findings, origin, text);
        else
            note(findings, origin, text);
    }
}

void check_boot_files(const Config& config, const World& world, Findings& findings) {
    for (const auto& use : local_boot_files(config, world)) {
        const auto file = std::ranges::find(world.boot_files, use.name, &World::BootFile::name);
        if (file == world.boot_files.end()) continue;
        if (!file->is_readable) {
            warn(findings, use.origin, "boot file " + escaped(use.name) + ": " + file->why);
        } else if (file->program.is_shim()) {
            check_companions(*file, use.origin, findings);
        }
    }
}

// GRUB 2.06 keeps nothing of a ProxyDHCP offer: it looks for grub.cfg on the server that gave the address,
// finds none and stops at its prompt (rhboot/grub2#87, ltsp/ltsp#108; seen in the laboratory). shim starts
// GRUB.
void check_proxied_grub(const Config& config, const World& world, Findings& findings) {
    if (std::ranges::none_of(config.dhcp.ranges, &dhcp::Range::is_proxy)) return;
    const auto judge = [&](const std::string& file, Origin origin) {
        const auto program = program_of(file, world);
        const bool is_grub = program.loader == tree::Loader::grub || program.is_shim();
        if (program.platform != tree::Platform::efi || !is_grub) return;
        warn(findings, origin,
             "boot file " + escaped(file) + " is " + std::string{tree::name_of(program.loader)} +
                 (program.is_shim() ? ", which starts GRUB" : "") +
                 "; GRUB 2.06 does not find its configuration beside another DHCP server. iPXE does "
                 "(snponly.efi)");
    };
    for (const auto& boot : config.dhcp.boots)
        judge(boot.file, boot.origin);
    for (const auto& service : config.dhcp.pxe.services)
        if (service.is_ours()) judge(service.file_of(0), service.origin);
}

constexpr Rule k_rules[] = {check_boot_servers, check_option_66, check_url_hosts, check_boot_files,
                            check_proxied_grub};

}  // namespace

std::string line_of(const dhcp::Boot& boot) {
    // A file name with a comma, a blank or a # has to be quoted; one with a quote is nobody's.
    const bool needs_quotes = boot.file.find_first_of(", #\"\\") != std::string::npos;
    std::string line = (boot.arch ? "boot-arch=" : "dhcp-boot=") + tests_text(boot.tests) +
                       (boot.arch ? boot.arch->text + ',' : "") +
                       (needs_quotes ? '"' + boot.file + '"' : boot.file);
    const std::string server = boot.server_host.is_given() ? boot.server_host.name
                               : boot.server_address       ? boot.server_address->text()
                                                           : std::string{};
    if (!boot.server_name.empty() || !server.empty()) line += ',' + boot.server_name;
    if (!server.empty()) line += ',' + server;
    return line;
}

bool gives_addresses(const dhcp::Policy& dhcp) {
    return !std::ranges::all_of(dhcp.ranges, &dhcp::Range::is_proxy);
}

std::vector<BootFileUse> local_boot_files(const Config& config, const World& world) {
    std::vector<BootFileUse> uses;
    if (!config.tftp.is_enabled) return uses;
    const auto is_ours = [&world](Ipv4 address) {
        return address == Ipv4{} ||
               std::ranges::any_of(world.interfaces, [&](const World::Interface& interface) {
                   return std::ranges::find(interface.networks, address, &Network::address) !=
                          interface.networks.end();
               });
    };
    const bool is_elsewhere =
        std::ranges::any_of(config.dhcp.options, &dhcp::ConfiguredOption::sets_next_server);
    for (const auto& boot : config.dhcp.boots) {
        const bool is_url = boot.file.find("://") != std::string::npos;
        const bool is_remote = boot.server_host.is_given()
                                   ? std::ranges::none_of(boot.server_host.addresses, is_ours)
                               : boot.server_address ? !is_ours(*boot.server_address)
                                                     : is_elsewhere;
        if (boot.file.empty() || is_url || is_remote) continue;
        uses.push_back({boot.file, boot.origin});
    }
    for (const auto& service : config.dhcp.pxe.services) {
        const bool is_url = service.program.find("://") != std::string::npos;
        const bool is_remote =
            service.server_host.is_given() || (service.server && !is_ours(*service.server));
        if (service.is_ours() && !is_url && !is_remote) uses.push_back({service.file_of(0), service.origin});
    }
    return uses;
}

std::span<const Rule> boot_rules() {
    return k_rules;
}

}  // namespace pxed::config
