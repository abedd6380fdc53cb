#include "io/served.hpp"

#include <algorithm>

#include "base/reversed.hpp"

namespace pxed::io {

namespace {

bool listens_on(const config::DaemonPolicy& policy, Ipv4 address) {
    const auto& listening = policy.listen_addresses;
    return std::ranges::find(listening, address, &config::ListenAddress::address) != listening.end();
}

// What the names say of the interface, addresses left aside.
bool is_admitted_by_name(const config::DaemonPolicy& policy, const Interface& interface, Loopback loopback) {
    const auto names_it = [&](const config::InterfaceName& name) { return name.matches(interface.name); };
    if (std::ranges::any_of(policy.except_interfaces, names_it)) return false;
    if (std::ranges::any_of(policy.interfaces, names_it)) return true;
    if (interface.is_loopback) return loopback == Loopback::always;
    return policy.interfaces.empty() && policy.listen_addresses.empty();
}

}  // namespace

bool is_served(const config::DaemonPolicy& policy, const Interface& interface, Loopback loopback) {
    if (std::ranges::any_of(policy.no_dhcp_interfaces, [&](const config::NoDhcpInterface& none) {
            return none.interface.matches(interface.name);
        }))
        return false;
    return std::ranges::any_of(interface.addresses,
                               [&](const Network& own) { return listens_on(policy, own.address); }) ||
           is_admitted_by_name(policy, interface, loopback);
}

const Interface* taken_for(const config::DaemonPolicy& policy, const Interface& interface,
                           const std::vector<Interface>& table) {
    for (const auto& bridge : reversed(policy.bridges)) {
        const bool is_alias = std::ranges::any_of(bridge.aliases, [&](const config::InterfaceName& alias) {
            return alias.matches(interface.name);
        });
        // A pattern such as br0* may well match the interface it belongs to.
        if (!is_alias || bridge.interface == interface.name) continue;
        const auto found = std::ranges::find(table, bridge.interface, &Interface::name);
        return found == table.end() ? nullptr : &*found;
    }
    return &interface;
}

std::vector<Network> addresses_as_served(const config::DaemonPolicy& policy, const Interface& interface) {
    auto addresses = interface.addresses;
    if (addresses.empty() || listens_on(policy, addresses.front().address) ||
        is_admitted_by_name(policy, interface, Loopback::when_named))
        return addresses;
    const auto listening =
        std::ranges::find_if(addresses, [&](const Network& own) { return listens_on(policy, own.address); });
    if (listening != addresses.end()) std::rotate(addresses.begin(), listening, listening + 1);
    return addresses;
}

namespace {

config::DaemonPolicy file_rules(const config::Config& config, const std::vector<std::string>& interfaces) {
    config::DaemonPolicy rules;
    if (interfaces.empty()) {
        rules = config.daemon;
        std::erase_if(rules.no_dhcp_interfaces,
                      [](const config::NoDhcpInterface& none) { return !none.stops_tftp; });
        return rules;
    }
    rules.binds_interfaces = config.daemon.binds_interfaces;
    rules.bridges = config.daemon.bridges;
    for (const auto& name : interfaces)
        rules.interfaces.push_back({name, {}});
    return rules;
}

}  // namespace

config::DaemonPolicy tftp_rules(const config::Config& config) {
    return file_rules(config, config.tftp.interfaces);
}

config::DaemonPolicy http_rules(const config::Config& config) {
    return file_rules(config, config.http.interfaces);
}

std::vector<std::string> missing_interfaces(const config::DaemonPolicy& policy,
                                            const std::vector<Interface>& table) {
    std::vector<std::string> missing;
    for (const auto& wanted : policy.interfaces) {
        if (wanted.name.empty() || wanted.name.ends_with('*')) continue;
        const bool is_there = std::ranges::any_of(
            table, [&](const Interface& interface) { return wanted.matches(interface.name); });
        if (!is_there && std::ranges::find(missing, wanted.name) == missing.end())
            missing.push_back(wanted.name);
    }
    return missing;
}

}  // namespace pxed::io
