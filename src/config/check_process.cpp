// What the process needs of its machine - accounts, directories, open files - and what a file relied on that
// dnsmasq did besides DHCP.

#include <algorithm>

#include "base/text.hpp"
#include "config/check_rules.hpp"
#include "config/check_script.hpp"
#include "config/fields.hpp"
#include "wire/dhcp_options.hpp"

namespace pxed::config {

namespace {

void check_accounts(const Config& config, const World& world, Findings& findings) {
    const auto& daemon = config.daemon;
    if (!daemon.user.empty() && !world.has_user) {
        warn(findings, daemon.user_origin, "user: there is no account " + quote(daemon.user));
    }
    if (!daemon.group.empty() && !world.has_group) {
        warn(findings, daemon.group_origin, "group: there is no group " + quote(daemon.group));
    }
}

const World::Directory* find_directory(const World& world, const std::string& path) {
    const auto found = std::ranges::find(world.directories, path, &World::Directory::path);
    return found != world.directories.end() ? &*found : nullptr;
}

void check_tftp_roots(const Config& config, const World& world, Findings& findings) {
    const auto& tftp = config.tftp;
    // HTTP serves these too, unless it has roots of its own.
    const bool is_served = tftp.is_enabled || (config.http.is_enabled && config.http.roots.empty());
    for (const auto& root : tftp.roots) {
        const auto* directory = find_directory(world, root.directory);
        if (!is_served) {
            warn(findings, root.origin, "tftp-root has no effect without enable-tftp");
        } else if (directory != nullptr && !directory->is_usable) {
            // dnsmasq stops at a missing directory as well, and tftp-no-fail is its word against it.
            const auto severity =
                tftp.ignores_missing_root ? Finding::Severity::warning : Finding::Severity::error;
            findings.push_back(
                {root.origin, "tftp-root " + escaped(root.directory) + ": " + directory->why, severity});
        }
    }
    for (const auto& target : tftp.allowed_targets) {
        const auto* directory = find_directory(world, target.directory);
        if (directory != nullptr && !directory->is_usable) {
            warn(findings, target.origin, "tree-allow " + escaped(target.directory) + ": " + directory->why);
        }
    }
    if (tftp.is_enabled && tftp.roots.empty()) {
        warn(findings, {},
             "enable-tftp without tftp-root: no file is served (dnsmasq would serve every file of this "
             "machine); name the directory");
    }
}

void check_file_limit(const Config& config, const World& world, Findings& findings) {
    const auto& tftp = config.tftp;
    if (!tftp.is_enabled || world.most_transfers == 0 || tftp.max_transfers <= world.most_transfers) return;
    warn(findings, {},
         "tftp-max is " + std::to_string(tftp.max_transfers) + ", but the limit of open files allows " +
             std::to_string(world.most_transfers) + " transfers; raise LimitNOFILE or lower tftp-max");
}

// dnsmasq stops at run time, after its --test was content. Here the two are one.
void check_binding(const Config& config, const World&, Findings& findings) {
    const auto& daemon = config.daemon;
    if (!daemon.bind_interfaces_origin.is_known() || !daemon.bind_dynamic_origin.is_known()) return;
    warn(findings, std::max(daemon.bind_interfaces_origin, daemon.bind_dynamic_origin),
         "bind-interfaces and bind-dynamic are both given; dnsmasq would not start, and pxed serves "
         "interfaces "
         "that come later with either");
}

// dnsmasq answers option 6 with itself as long as it serves DNS on port 53; pxed serves none and names
// nobody. A file with DNS lines relied on that; in another one it is only worth knowing.
void check_dns(const Config& config, const World& world, Findings& findings) {
    const auto& dhcp = config.dhcp;
    if (config.daemon.dns_port.value_or(53) != 53) return;
    const bool names_servers = std::ranges::any_of(dhcp.options, [](const dhcp::ConfiguredOption& option) {
        return option.envelope == dhcp::Envelope::plain && option.code == dhcp::k_dns_server;
    });
    if (!gives_addresses(dhcp) || names_servers) return;
    Finding finding{
        config.dns_line,
        "clients are told no DNS server: dnsmasq named itself, and pxed serves no DNS; name the one "
        "they are to ask, or write port=0 if none",
        config.dns_line.is_known() || config.daemon.dns_port ? Finding::Severity::warning
                                                             : Finding::Severity::note,
        {}};
    for (const auto& interface : world.interfaces) {
        const auto serves = [&](const dhcp::Range& range) {
            return std::ranges::any_of(interface.networks,
                                       [&](const Network& network) { return network.contains(range.first); });
        };
        if (finding.suggestion.empty() && std::ranges::any_of(dhcp.ranges, serves))
            finding.suggestion = "dhcp-option=option:dns-server," + interface.networks.front().address.text();
    }
    findings.push_back(std::move(finding));
}

constexpr Rule k_rules[] = {check_accounts, check_tftp_roots, check_file_limit,
                            check_binding,  check_dns,        check_script};

}  // namespace

std::span<const Rule> process_rules() {
    return k_rules;
}

}  // namespace pxed::config
