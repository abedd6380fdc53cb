// dhcp-host lines that cannot do what they say: an address outside every range, one that is this server's
// own, a MAC that was read as a name, two lines for one machine.

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.hpp"
#include "config/check_rules.hpp"
#include "config/dhcp_fields.hpp"

namespace pxed::config {

namespace {

// The line with the hardware address that was meant instead of the name.
std::string line_of(const dhcp::Host& host, const std::string& hardware) {
    std::string line = "dhcp-host=" + hardware;
    for (const auto& tag : host.set_tags)
        line += ",set:" + tag;
    if (host.address) line += ',' + host.address->text();
    return line;
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
                     *meant + '?',
                 line_of(host, *meant));
        }
    }
}

// dnsmasq never gives such an address ("in use by the server or relay"), and the machine gets one of the
// pool.
void check_host_is_server(const Config& config, const World& world, Findings& findings) {
    for (const auto& host : config.dhcp.hosts) {
        if (!host.address) continue;
        for (const auto& interface : world.interfaces) {
            const bool is_ours = std::ranges::any_of(
                interface.networks, [&](const Network& network) { return network.address == *host.address; });
            if (is_ours)
                warn(findings, host.origin,
                     "dhcp-host address " + host.address->text() + " is this server's own, on " +
                         interface.name + ", and is never given");
        }
    }
}

// A machine that roams between networks has a line in each. Two in one network: the last one counts.
void check_same_machine(const Config& config, const World& world, Findings& findings) {
    std::vector<Network> networks;
    for (const auto& range : config.dhcp.ranges) {
        if (const auto network = network_of(range, config, world)) networks.push_back(*network);
    }
    const auto share_network = [&](Ipv4 one, Ipv4 other) {
        return std::ranges::any_of(networks, [&](const Network& network) {
            return network.contains(one) && network.contains(other);
        });
    };
    std::map<std::vector<std::uint8_t>, const dhcp::Host*> known;
    for (const auto& host : config.dhcp.hosts) {
        if (!host.address || !host.tests.empty()) continue;
        for (const auto& pattern : host.hardware) {
            if (pattern.wildcard_count() > 0) continue;
            std::vector<std::uint8_t> key{pattern.type};
            key.insert(key.end(), pattern.bytes.begin(), pattern.bytes.begin() + pattern.length);
            const auto [other, is_first] = known.emplace(std::move(key), &host);
            if (is_first || other->second == &host) continue;
            if (share_network(*other->second->address, *host.address))
                warn(findings, host.origin,
                     "dhcp-host: the machine has " + other->second->address->text() + " already, at " +
                         config.text_of(other->second->origin) + "; this line counts, that one does not");
            other->second = &host;
        }
    }
}

// dnsmasq leaves out a domain that is not the client's own ("Ignoring domain"), and the name stands alone.
void check_host_domains(const Config& config, const World&, Findings& findings) {
    const auto& domain = config.dhcp.domain;
    for (const auto& host : config.dhcp.hosts) {
        const auto dot = host.name.find('.');
        if (dot == std::string::npos) continue;
        const auto written = std::string_view{host.name}.substr(dot + 1);
        // Which of several domains an address is in, the interfaces of the moment decide.
        const bool is_one_of_ours = std::ranges::any_of(
            config.dhcp.names.domains,
            [&](const dhcp::Domain& one) { return equal_ignoring_case(written, one.name); });
        if (is_one_of_ours || config.dhcp.names.resolver_line.is_known() ||
            equal_ignoring_case(written, domain))
            continue;
        warn(findings, host.origin,
             "dhcp-host: the domain of " + quote(host.name) + " is left out, for it is not that of domain=" +
                 (domain.empty() ? std::string{} : "; clients are in " + quote(domain)));
    }
}

constexpr Rule k_rules[] = {check_host_domains, check_host_networks, check_host_names, check_host_is_server,
                            check_same_machine};

}  // namespace

std::span<const Rule> host_rules() {
    return k_rules;
}

}  // namespace pxed::config
