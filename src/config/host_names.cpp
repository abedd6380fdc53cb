// Names of /etc/hosts where DHCP uses them: addresses of dhcp-host lines that only name a machine, and boot
// servers. They are looked up once, when the configuration is read. dnsmasq finds them in its DNS cache, and
// so nowhere when port=0 switches DNS off; files with that line get the same leases here.

#include "config/host_names.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/fields.hpp"

namespace pxed::config {

namespace {

constexpr std::string_view k_blanks = " \t\r\f\v";

std::string_view next_word(std::string_view& line) {
    const auto start = line.find_first_not_of(k_blanks);
    line.remove_prefix(std::min(start, line.size()));
    const auto word = line.substr(0, line.find_first_of(k_blanks));
    line.remove_prefix(word.size());
    return word;
}

std::string key_of(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return lower_case(name);
}

bool lacks_address(const dhcp::Host& host) {
    return !host.address && !host.name.empty();
}

void give_lease(Config& config, Reading& reading, const HostNames& names, dhcp::Host& host) {
    const auto& addresses = names.find(host.name);
    if (addresses.empty()) return;
    const auto warn = [&](const std::string& what) {
        config.findings.push_back({.origin = host.origin, .text = "dhcp-host: " + what});
    };
    const auto said =
        quote(host.name) + " has the address " + addresses.front().text() + " in the hosts file";
    if (config.daemon.dns_port == 0U) {
        warn(said + ", which is not used beside port=0 (as in dnsmasq); write it on the line");
        return;
    }
    const auto [other, is_first] = reading.host_addresses.emplace(addresses.front(), host.origin);
    if (!is_first) {
        warn(said + ", which is already given at " + config.text_of(other->second));
        return;
    }
    if (addresses.size() > 1) warn(said + ", and others; the first is used");
    host.address = addresses.front();
}

void find_server(Config& config, const HostNames& names, dhcp::ServerName& server, Origin origin,
                 std::string_view directive) {
    if (!server.is_given()) return;
    server.addresses = names.find(server.name);
    const auto warn = [&](const std::string& what) {
        config.findings.push_back({.origin = origin, .text = std::string{directive} + ": " + what});
    };
    if (server.addresses.empty()) {
        warn("no hosts file has the server " + quote(server.name) +
             ", and pxed asks no DNS: clients get no server address; write the address instead");
    }
    // Debian's /etc/hosts gives the machine's own name 127.0.1.1.
    if (std::ranges::any_of(server.addresses, &Ipv4::is_loopback)) {
        warn(quote(server.name) + " is a loopback address in the hosts file, which no client can reach");
    }
}

}  // namespace

void HostNames::add(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line = line.substr(0, line.find('#'));
        const auto address = Ipv4::parse(next_word(line));
        if (!address) continue;
        for (auto name = next_word(line); !name.empty(); name = next_word(line)) {
            auto& known = addresses_[key_of(name)];
            if (std::ranges::find(known, *address) == known.end()) known.push_back(*address);
        }
    }
}

const std::vector<Ipv4>& HostNames::find(std::string_view name) const {
    static const std::vector<Ipv4> none;
    const auto found = addresses_.find(key_of(name));
    return found == addresses_.end() ? none : found->second;
}

bool wants_names(const Config& config) {
    return std::ranges::any_of(config.dhcp.hosts, lacks_address) ||
           std::ranges::any_of(config.dhcp.boots,
                               [](const dhcp::Boot& boot) { return boot.server_host.is_given(); }) ||
           std::ranges::any_of(config.dhcp.pxe.services, [](const dhcp::PxeService& service) {
               return service.server_host.is_given();
           });
}

void use_names(Config& config, Reading& reading, const HostNames& names) {
    if (std::ranges::any_of(config.dhcp.hosts, lacks_address)) {
        auto hosts = config.dhcp.hosts.take();
        // Backwards, as dnsmasq: where two lines want one address by name, the later one gets it.
        for (auto host = hosts.rbegin(); host != hosts.rend(); ++host) {
            if (lacks_address(*host)) give_lease(config, reading, names, *host);
        }
        config.dhcp.hosts = dhcp::HostList{std::move(hosts)};
    }
    for (auto& boot : config.dhcp.boots)
        find_server(config, names, boot.server_host, boot.origin, "dhcp-boot");
    for (auto& service : config.dhcp.pxe.services)
        find_server(config, names, service.server_host, service.origin, "pxe-service");
}

}  // namespace pxed::config
