// What a configuration that loads will hardly have meant: rules over several directives, and over the machine
// it runs on. Each is a trap people fell into with dnsmasq, whose --test looks neither at interfaces nor at
// accounts nor at directories. Warnings only, but for a tftp-root that cannot be served.

#include "config/check.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/text.hpp"
#include "config/check_networks.hpp"
#include "config/check_tags.hpp"
#include "config/dhcp_fields.hpp"

namespace pxed::config {

namespace {

using Severity = Finding::Severity;
using Findings = std::vector<Finding>;

void warn(Findings& findings, Origin origin, std::string text) {
    findings.push_back({origin, std::move(text)});
}

bool matches_one(const std::vector<InterfaceName>& names, std::string_view interface) {
    return std::ranges::any_of(names,
                               [interface](const InterfaceName& name) { return name.matches(interface); });
}

// Whether DHCP may be served there, as far as names say.
bool may_be_served(const Config& config, const World::Interface& interface) {
    const auto& daemon = config.daemon;
    if (std::ranges::any_of(daemon.no_dhcp_interfaces, [&](const NoDhcpInterface& none) {
            return none.interface.matches(interface.name);
        }))
        return false;
    for (const auto& network : interface.networks) {
        if (std::ranges::find(daemon.listen_addresses, network.address, &ListenAddress::address) !=
            daemon.listen_addresses.end())
            return true;
    }
    if (matches_one(daemon.except_interfaces, interface.name)) return false;
    if (daemon.interfaces.empty()) return !interface.is_loopback && daemon.listen_addresses.empty();
    return matches_one(daemon.interfaces, interface.name);
}

// `interface=` without a name waits for nothing.
bool is_missing(const InterfaceName& name, const World& world) {
    return !name.name.empty() &&
           std::ranges::none_of(world.interfaces, [&](const World::Interface& interface) {
               return name.matches(interface.name);
           });
}

bool waits_for_interface(const Config& config, const World& world) {
    return std::ranges::any_of(config.daemon.interfaces,
                               [&](const InterfaceName& name) { return is_missing(name, world); });
}

// The network a range is on: as written, else that of the interface that has it.
std::optional<Network> network_of(const dhcp::Range& range, const Config& config, const World& world) {
    if (range.netmask) return Network{range.first, *range.netmask};
    for (const auto& interface : world.interfaces) {
        if (!may_be_served(config, interface)) continue;
        for (const auto& network : interface.networks) {
            if (network.contains(range.first)) return network;
        }
    }
    return std::nullopt;
}

// What the reader of a warning has to compare with.
std::string networks_text(const Config& config, const World& world) {
    std::string text;
    for (const auto& interface : world.interfaces) {
        if (!may_be_served(config, interface)) continue;
        for (const auto& network : interface.networks) {
            if (!text.empty()) text += ", ";
            text += interface.name + ' ' + network.address.text() + '/' +
                    std::to_string(std::popcount(network.netmask.value()));
        }
    }
    return text.empty() ? "no served interface has an address" : "there is " + text;
}

void check_served_at_all(const Config& config, const World&, Findings& findings) {
    if (config.dhcp.is_enabled() || config.tftp.is_enabled) return;
    warn(findings, {}, "neither dhcp-range nor enable-tftp is given: nothing is served");
}

// An interface of a bridge or a virtual machine comes after boot: no reason to stop, where dnsmasq with
// bind-interfaces does.
void check_interfaces(const Config& config, const World& world, Findings& findings) {
    for (const auto& name : config.daemon.interfaces) {
        if (is_missing(name, world)) {
            warn(findings, name.origin,
                 "interface " + quote(name.name) + " does not exist now; it is waited for");
        }
    }
}

void check_range_networks(const Config& config, const World& world, Findings& findings) {
    if (waits_for_interface(config, world)) return;  // it may bring the network
    for (const auto& range : config.dhcp.ranges) {
        if (network_of(range, config, world) || is_shared(range, config)) continue;
        warn(findings, range.origin,
             "dhcp-range " + range.first.text() + " -- " + range.last.text() +
                 " is on no network of this machine (" + networks_text(config, world) +
                 "); only clients behind a relay get its addresses");
    }
}

void check_range_overlaps(const Config& config, const World&, Findings& findings) {
    const auto& ranges = config.dhcp.ranges;
    for (auto range = ranges.begin(); range != ranges.end(); ++range) {
        // Ranges with tests are left alone: their tags may exclude each other. Static ones give nothing by
        // themselves.
        const auto other = std::find_if(ranges.begin(), range, [&](const dhcp::Range& earlier) {
            const bool are_pools =
                !earlier.is_static && !range->is_static && !earlier.is_proxy && !range->is_proxy;
            return are_pools && earlier.first <= range->last && range->first <= earlier.last &&
                   earlier.tests.empty() && range->tests.empty();
        });
        if (other == range) continue;
        warn(findings, range->origin,
             "dhcp-range " + range->first.text() + " -- " + range->last.text() + " overlaps the one at " +
                 config.text_of(other->origin));
    }
}

// dnsmasq: a reserved address has to be in the network of some range, or the machine is "known-othernet".
void check_host_networks(const Config& config, const World& world, Findings& findings) {
    std::vector<Network> networks;
    for (const auto& range : config.dhcp.ranges) {
        const auto network = network_of(range, config, world);
        if (!network) return;  // it cannot be known what a relay will bring
        networks.push_back(*network);
    }
    // Without any range nothing is served, which is said already.
    if (networks.empty()) return;
    for (const auto& host : config.dhcp.hosts) {
        const bool is_out = host.address && std::ranges::none_of(networks, [&](const Network& network) {
                                return network.contains(*host.address);
                            });
        if (!is_out) continue;
        warn(findings, host.origin,
             "dhcp-host address " + host.address->text() +
                 " is in the network of no dhcp-range and is never given");
    }
}

void check_host_names(const Config& config, const World&, Findings& findings) {
    for (const auto& host : config.dhcp.hosts) {
        if (const auto meant = misspelt_mac(host.name)) {
            warn(findings, host.origin,
                 "dhcp-host: " + quote(host.name) + " is read as a host name, as in dnsmasq; did you mean " +
                     *meant + '?');
        }
    }
}

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
    for (const auto& root : tftp.roots) {
        const auto* directory = find_directory(world, root.directory);
        if (!tftp.is_enabled) {
            warn(findings, root.origin, "tftp-root has no effect without enable-tftp");
        } else if (directory != nullptr && !directory->is_usable) {
            // dnsmasq stops at a missing directory as well, and tftp-no-fail is its word against it.
            const auto severity = tftp.ignores_missing_root ? Severity::warning : Severity::error;
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

// `dhcp-boot=FILE,ADDRESS`: dnsmasq makes a name of it, and the file comes from the same host only as long as
// that serves TFTP too.
void check_boot_servers(const Config& config, const World&, Findings& findings) {
    for (const auto& boot : config.dhcp.boots) {
        if (boot.server_address || !Ipv4::parse(boot.server_name)) continue;
        warn(findings, boot.origin,
             "dhcp-boot: " + boot.server_name +
                 " is only the server's name there; clients are sent to this machine. " +
                 "For its address write two commas: " + escaped(boot.file) + ",," + boot.server_name);
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

void check_tags(const Config& config, const World& world, Findings& findings) {
    for (auto& unset : find_unset_tags(config, world))
        warn(findings, unset.origin, std::move(unset.text));
}

void check_idle_networks(const Config& config, const World& world, Findings& findings) {
    for (auto& idle : find_idle_networks(config, world))
        warn(findings, idle.origin, std::move(idle.text));
}

using Rule = void (*)(const Config&, const World&, Findings&);
// In the order in which the findings are told: what stops everything first.
constexpr Rule k_rules[] = {
    check_served_at_all, check_interfaces, check_range_networks, check_range_overlaps, check_host_networks,
    check_host_names,    check_accounts,   check_tftp_roots,     check_file_limit,     check_boot_servers,
    check_option_66,     check_tags,       check_idle_networks,
};

}  // namespace

std::vector<Finding> check(const Config& config, const World& world) {
    Findings findings;
    for (const auto rule : k_rules)
        rule(config, world, findings);
    return findings;
}

}  // namespace pxed::config
