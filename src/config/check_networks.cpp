// Lines about networks that can have no effect. dnsmasq keeps silent about all of them, but for a
// shared-network of an interface that does not exist, which it refuses.

#include "config/check_networks.hpp"

#include <algorithm>

#include "config/fields.hpp"

namespace pxed::config {

namespace {

bool exists(const std::string& interface, const World& world) {
    return std::ranges::find(world.interfaces, interface, &World::Interface::name) != world.interfaces.end();
}

bool includes(const dhcp::SharedNetwork& shared, const dhcp::Range& range) {
    return range.netmask && Network{shared.inside, *range.netmask}.contains(range.first);
}

}  // namespace

std::vector<Finding> find_idle_networks(const Config& config, const World& world) {
    std::vector<Finding> findings;
    for (const auto& shared : config.dhcp.shared_networks) {
        const bool has_range = std::ranges::any_of(
            config.dhcp.ranges, [&](const dhcp::Range& range) { return includes(shared, range); });
        if (!has_range) {
            findings.push_back(
                {shared.origin, "shared-network: no dhcp-range with a netmask is on the network of " +
                                    shared.inside.text() + ", so no address is given there"});
        }
        if (!shared.interface.empty() && !exists(shared.interface, world)) {
            findings.push_back({shared.origin, "shared-network: interface " + quote(shared.interface) +
                                                   " does not exist now; it is waited for"});
        }
    }
    for (const auto& bridge : config.daemon.bridges) {
        if (exists(bridge.interface, world)) continue;
        findings.push_back(
            {bridge.origin, "bridge-interface: interface " + quote(bridge.interface) +
                                " does not exist now; its aliases get no answer before it comes"});
    }
    return findings;
}

bool is_shared(const dhcp::Range& range, const Config& config) {
    return std::ranges::any_of(config.dhcp.shared_networks,
                               [&](const dhcp::SharedNetwork& shared) { return includes(shared, range); });
}

}  // namespace pxed::config
