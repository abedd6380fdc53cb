// What a configuration that loads will hardly have meant: rules over several directives, and over the machine
// it runs on. Each is a trap people fell into with dnsmasq, whose --test looks neither at interfaces nor at
// accounts nor at directories. Warnings only, but for a tftp-root that cannot be served.

#include "config/check.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/text.hpp"
#include "config/check_networks.hpp"
#include "config/check_rules.hpp"
#include "config/fields.hpp"

namespace pxed::config {

namespace {

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
    if (config.dhcp.is_enabled() || config.tftp.is_enabled || config.http.is_enabled) return;
    warn(findings, {}, "neither dhcp-range nor enable-tftp nor enable-http is given: nothing is served");
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

void check_idle_networks(const Config& config, const World& world, Findings& findings) {
    for (auto& idle : find_idle_networks(config, world))
        findings.push_back(std::move(idle));
}

// A file of a hundred thousand hosts that all have one fault is one fault: the log has to hold more than
// that. Errors stay, each is to be mended.
void shorten(Findings& findings, std::size_t before) {
    constexpr std::size_t k_most = 20;
    if (findings.size() <= before + k_most) return;
    const auto rest = findings.begin() + static_cast<std::ptrdiff_t>(before + k_most);
    const bool has_errors = std::any_of(
        rest, findings.end(), [](const Finding& one) { return one.severity == Finding::Severity::error; });
    if (has_errors) return;
    Finding more = *rest;
    more.text = "and " + std::to_string(findings.end() - rest) + " lines more of this kind";
    more.suggestion.clear();
    findings.erase(rest, findings.end());
    findings.push_back(std::move(more));
}

// In the order in which the findings are told: what stops everything first.
constexpr Rule k_network_rules[] = {check_served_at_all, check_interfaces, check_range_networks,
                                    check_range_overlaps, check_idle_networks};

}  // namespace

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

std::string tests_text(const dhcp::TagTests& tests) {
    std::string text;
    for (const auto& test : tests)
        text += (test.is_negated ? "tag:!" : "tag:") + test.name + ',';
    return text;
}

std::vector<Finding> check(const Config& config, const World& world) {
    Findings findings;
    const std::span<const Rule> subjects[] = {
        k_network_rules, host_rules(),  process_rules(), boot_rules(), service_rules(),
        client_rules(),  match_rules(), rules_of_tags(), http_rules(), rules_of_linux()};
    for (const auto& rules : subjects) {
        for (const auto rule : rules) {
            const std::size_t before = findings.size();
            rule(config, world, findings);
            shorten(findings, before);
        }
    }
    return findings;
}

}  // namespace pxed::config
