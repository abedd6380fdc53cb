#include "io/served.hpp"

#include <algorithm>

namespace pxed::io {

bool is_served(const config::DaemonPolicy& policy, const Interface& interface, Loopback loopback) {
    const auto names_it = [&](const config::InterfaceName& name) { return name.matches(interface.name); };
    const bool listens = std::ranges::any_of(
        policy.listen_addresses,
        [&](const config::ListenAddress& listen) { return interface.has_address(listen.address); });
    if (listens) return true;
    if (std::ranges::any_of(policy.except_interfaces, names_it)) return false;
    if (std::ranges::any_of(policy.interfaces, names_it)) return true;
    if (interface.is_loopback) return loopback == Loopback::always;
    return policy.interfaces.empty() && policy.listen_addresses.empty();
}

config::DaemonPolicy tftp_rules(const config::Config& config) {
    if (config.tftp.interfaces.empty()) return config.daemon;
    config::DaemonPolicy rules;
    rules.binds_interfaces = config.daemon.binds_interfaces;
    for (const auto& name : config.tftp.interfaces)
        rules.interfaces.push_back({name, {}});
    return rules;
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
