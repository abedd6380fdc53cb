#include "io/report.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <ctime>
#include <span>

#include "io/served.hpp"

namespace pxed::io {

namespace {

std::string range_text(const dhcp::Range& range) {
    const bool is_network = range.is_static || range.is_proxy;
    return is_network ? range.first.text() : range.first.text() + " -- " + range.last.text();
}

// dnsmasq's words, which say `via` of the interface that replies have to come by.
std::string relay_text(const dhcp::Relay& line) {
    auto text = (line.is_split ? "DHCP split relay from " : "DHCP relay from ") + line.local.text();
    if (line.server) text += " to " + line.server->text();
    if (line.port != dhcp::k_server_port) text += '#' + std::to_string(line.port);
    if (line.uplink) text += " as " + line.uplink->text();
    return line.interface.empty() ? text : text + " via " + line.interface;
}

std::string network_text(const Network& network) {
    return network.address.text() + '/' + std::to_string(std::popcount(network.netmask.value()));
}

template <typename List, typename Text>
std::string joined(const List& list, Text&& text) {
    std::string result;
    for (const auto& item : list)
        result += (result.empty() ? "" : ", ") + text(item);
    return result;
}

std::string services(const config::Config& config) {
    std::string names = config.dhcp.is_enabled() ? "DHCP relay" : "";
    if (config.dhcp.gives_leases())
        names = std::ranges::all_of(config.dhcp.ranges, &dhcp::Range::is_proxy) ? "ProxyDHCP" : "DHCP";
    if (config.tftp.is_enabled) names += names.empty() ? "TFTP" : ", TFTP";
    if (config.http.is_enabled) names += names.empty() ? "HTTP" : ", HTTP";
    if (config.http.has_tls()) names += ", HTTPS";
    return names;
}

std::string pool_line(const dhcp::Range& range, const dhcp::LeaseTable& leases) {
    std::size_t bound = 0;
    std::size_t declined = 0;
    const auto& rows = leases.leases();
    for (auto row = rows.lower_bound(range.first); row != rows.end() && row->first <= range.last; ++row)
        ++(row->second.state == dhcp::Lease::State::bound ? bound : declined);
    const auto size = std::uint64_t{range.last.value() - range.first.value()} + 1;
    return "DHCP, range " + range_text(range) + ": " + std::to_string(bound) + " of " + std::to_string(size) +
           " leased, " + std::to_string(declined) + " declined";
}

std::string_view kind_text(dhcp::ServerKind kind) {
    switch (kind) {
        case dhcp::ServerKind::gives_addresses:
            return "gives addresses";
        case dhcp::ServerKind::claims_pxe:
            return "gives addresses as PXEClient";
        case dhcp::ServerKind::proxy:
            return "is a proxy";
    }
    return {};
}

std::string other_server_line(const dhcp::OtherServers::Server& server) {
    return "DHCP, other server " + server.address.text() +
           (server.hardware.is_empty() ? "" : " (" + server.hardware.text() + ")") + " on " +
           server.interface_name + ' ' + std::string{kind_text(server.kind)} + ": heard " +
           std::to_string(server.heard) + " times";
}

std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + ' ' + std::string{what} + (count == 1 ? "" : "s");
}

// What a package installs is inert: this is then the first sentence of ours that anybody reads.
std::string nothing_enabled(const config::Config& config) {
    constexpr std::string_view k_why = " (it has no dhcp-range, no enable-tftp and no enable-http)";
    // The command line is the first of the files.
    const bool has_file = config.files.size() > 1;
    return has_file ? "Nothing is enabled: edit " + config.files[1] + std::string{k_why}
                    : "Nothing is enabled: there is no /etc/pxed.conf, or it may not be read";
}

std::string after_reload(const StatusFigures& figures) {
    if (!figures.refusal.empty())
        return "; the last reload was refused, the configuration before it serves: " + figures.refusal;
    if (!figures.reloaded) return {};
    const std::time_t when = figures.reloaded->time_since_epoch().count();
    std::tm local{};
    ::localtime_r(&when, &local);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
    return std::string{"; reloaded "} + text.data();
}

}  // namespace

std::string lease_time_text(seconds length) {
    if (length >= k_infinite) return "infinite";
    auto rest = length.count();
    std::string text;
    const auto part = [&](seconds::rep unit, char letter) {
        if (rest / unit > 0) text += std::to_string(rest / unit) + letter;
        rest %= unit;
    };
    part(86400, 'd');
    part(3600, 'h');
    part(60, 'm');
    part(1, 's');
    return text.empty() ? "0s" : text;
}

std::vector<std::string> service_lines(const config::Config& config) {
    std::vector<std::string> lines;
    for (const auto& range : config.dhcp.ranges) {
        if (range.is_proxy) {
            lines.push_back("DHCP, proxy on subnet " + range_text(range));
            continue;
        }
        lines.push_back((range.is_static ? "DHCP, static leases only on " : "DHCP, IP range ") +
                        range_text(range) + ", lease time " + lease_time_text(range.lease_time));
    }
    for (const auto& line : config.dhcp.relays)
        lines.push_back(relay_text(line));
    const auto on = [](const std::string& interface) { return interface.empty() ? "" : " on " + interface; };
    if (config.tftp.is_enabled && config.tftp.roots.empty()) lines.emplace_back("TFTP enabled");
    for (const auto& root : config.tftp.roots)
        if (config.tftp.is_enabled) lines.push_back("TFTP root is " + root.directory + on(root.interface));
    if (!config.http.is_enabled) return lines;
    for (const auto& root : config.http.roots)
        lines.push_back("HTTP root is " + root.directory + on(root.interface));
    if (config.http.roots.empty()) {
        for (const auto& root : config.tftp.roots)
            lines.push_back("HTTP root is " + root.directory + on(root.interface));
    }
    return lines;
}

std::string status_line(const config::Config& config, const std::vector<Interface>& table,
                        const StatusFigures& figures) {
    const auto what = services(config);
    if (what.empty()) return nothing_enabled(config) + after_reload(figures);
    std::vector<const Interface*> served;
    for (const auto& interface : table) {
        // Where nobody named interfaces, those without an address (the ports of a bridge) are not worth a
        // word.
        const bool is_silent = config.daemon.interfaces.empty() && interface.addresses.empty();
        if (!is_silent && is_served(config.daemon, interface)) served.push_back(&interface);
    }
    auto text = served.empty() ? "Ready to serve " + what
                               : "Serving " + what + " on " + joined(served, [](const Interface* interface) {
                                     return interface->name +
                                            (interface->addresses.empty() ? " (no IPv4 address yet)" : "");
                                 });
    const auto missing = missing_interfaces(config.daemon, table);
    if (!missing.empty())
        text += "; waiting for " + joined(missing, [](const std::string& name) { return name; });
    if (figures.leases) text += "; " + counted(*figures.leases, "lease");
    if (figures.booting > 0) text += "; " + counted(figures.booting, "machine") + " booting";
    return text + after_reload(figures);
}

std::vector<std::string> statistics_lines(const config::Config& config, const Figures& figures,
                                          const ReasonCounts& reasons) {
    std::vector<std::string> lines;
    const auto number = [](auto value) { return std::to_string(value); };
    if (figures.leases != nullptr) {
        for (const auto& range : config.dhcp.ranges)
            if (!range.is_static && !range.is_proxy) lines.push_back(pool_line(range, *figures.leases));
        lines.push_back("DHCP, " + number(figures.leases->lease_count()) + " leases, " +
                        number(figures.leases->hold_count()) + " addresses on offer, " +
                        number(figures.waiting) + " clients waiting for a probe or the lease store");
        lines.push_back("DHCP, " + number(figures.dhcp.received) + " datagrams received, " +
                        number(figures.dhcp.sent) + " sent, " + number(figures.dhcp.malformed) +
                        " malformed, " + number(figures.dhcp.not_served) + " on interfaces not served, " +
                        number(figures.dhcp.not_sent) + " replies the kernel refused, " +
                        number(figures.overruns) + " lost because the receive buffer was full");
    }
    if (figures.others != nullptr && !figures.others->all().empty()) {
        for (const auto& server : figures.others->all())
            lines.push_back(other_server_line(server));
        lines.push_back("DHCP, " + number(figures.others->replies()) + " replies of other servers heard");
    }
    if (!config.dhcp.relays.empty()) {
        lines.push_back("DHCP relay, " + number(figures.relay.relayed) + " datagrams relayed, " +
                        number(figures.relay.dropped) + " dropped");
    }
    if (config.tftp.is_enabled) {
        lines.push_back("TFTP, " + number(figures.transfers) + " transfers running, " +
                        number(figures.tftp.requests) + " requests, " + number(figures.tftp.sent) +
                        " files sent, " + number(figures.tftp.failed) + " failed, " +
                        number(figures.tftp.dropped) + " datagrams dropped, " + number(figures.tftp.bytes) +
                        " bytes in " + number(figures.tftp.datagrams) + " datagrams");
    }
    if (config.http.is_enabled) {
        lines.push_back("HTTP, " + number(figures.connections) + " connections, " +
                        number(figures.downloads) + " requests being answered, " +
                        number(figures.http.connections) + " connections taken, " +
                        number(figures.http.refused) + " refused, " + number(figures.http.requests) +
                        " requests, " + number(figures.http.sent) + " answered, " +
                        number(figures.http.failed) + " failed, " + number(figures.http.bytes) + " bytes");
    }
    lines.push_back(number(figures.machines) + " machines known");
    for (const auto& row : reason_table()) {
        if (row.reason == Reason::none || reasons.of(row.reason) == 0) continue;
        lines.push_back(number(reasons.of(row.reason)) + " times " + std::string{row.name} + ": " +
                        std::string{row.advice});
    }
    return lines;
}

std::string no_range_detail(const config::Config& config, const Interface& interface) {
    auto text = interface.addresses.empty()
                    ? interface.name + " has no IPv4 address"
                    : interface.name + " has " + joined(interface.addresses, network_text);
    text += "; dhcp-range has ";
    // The first few lines are enough to see what is wrong.
    constexpr std::size_t k_most = 3;
    const auto count = std::min(config.dhcp.ranges.size(), k_most);
    text += joined(std::span{config.dhcp.ranges}.first(count), [&](const dhcp::Range& range) {
        return range_text(range) + " (" + config.text_of(range.origin) + ')';
    });
    if (config.dhcp.ranges.size() > k_most)
        text += " and " + std::to_string(config.dhcp.ranges.size() - k_most) + " more";
    return text;
}

}  // namespace pxed::io
