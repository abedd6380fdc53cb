#include "settings.hpp"

#include <algorithm>
#include <array>

namespace pxed::scenario {
namespace {

using config::Config;

std::string yes_or_no(bool is_set) {
    return is_set ? "yes" : "no";
}

template <typename List, typename Text>
std::string joined(const List& list, Text text) {
    std::string all;
    for (const auto& element : list)
        all += (all.empty() ? "" : ",") + text(element);
    return all;
}

std::string target_text(const config::LogTarget& target) {
    using Kind = config::LogTarget::Kind;
    switch (target.kind) {
        case Kind::automatic:
            return "automatic";
        case Kind::stderr_stream:
            return "-";
        case Kind::file:
            return target.path;
        case Kind::syslog:
            return std::to_string(target.facility >> 3);
    }
    return "?";
}

std::string unique_text(tftp::UniqueRoot unique) {
    switch (unique) {
        case tftp::UniqueRoot::none:
            return "no";
        case tftp::UniqueRoot::by_address:
            return "ip";
        case tftp::UniqueRoot::by_hardware:
            return "mac";
    }
    return "?";
}

struct Setting {
    std::string_view name;
    std::string (*text)(const Config&);
};

constexpr auto k_settings = std::to_array<Setting>({
    {"interface",
     [](const Config& c) { return joined(c.daemon.interfaces, [](const auto& i) { return i.name; }); }},
    {"dhcp-no-bind", [](const Config& c) { return yes_or_no(c.daemon.leaves_dhcp_port); }},
    {"except-interface",
     [](const Config& c) {
         return joined(c.daemon.except_interfaces, [](const auto& i) { return i.name; });
     }},
    {"listen-address",
     [](const Config& c) {
         return joined(c.daemon.listen_addresses, [](const auto& a) { return a.address.text(); });
     }},
    {"bind-interfaces", [](const Config& c) { return yes_or_no(c.daemon.binds_interfaces); }},
    {"bind-dynamic", [](const Config& c) { return yes_or_no(c.daemon.binds_interfaces); }},
    {"user", [](const Config& c) { return c.daemon.user; }},
    {"group", [](const Config& c) { return c.daemon.group; }},
    {"pid-file", [](const Config& c) { return c.daemon.pid_file; }},
    {"log-facility", [](const Config& c) { return target_text(c.daemon.log); }},
    {"log-dhcp", [](const Config& c) { return yes_or_no(c.daemon.logs_dhcp); }},
    {"quiet-dhcp", [](const Config& c) { return yes_or_no(c.daemon.is_quiet_dhcp); }},
    {"quiet-tftp", [](const Config& c) { return yes_or_no(c.tftp.is_quiet); }},
    {"log-async",
     [](const Config& c) { return c.daemon.log_queue ? std::to_string(*c.daemon.log_queue) : ""; }},
    {"dhcp-leasefile", [](const Config& c) { return c.daemon.lease_file; }},
    {"lease-database", [](const Config& c) { return c.lease_database_path("/var/lib/state"); }},
    {"dhcp-scriptuser", [](const Config& c) { return c.daemon.script.user; }},
    {"leasefile-ro", [](const Config& c) { return yes_or_no(c.daemon.script.keeps_leases); }},
    {"dhcp-alternate-port",
     [](const Config& c) {
         return std::to_string(c.dhcp.server_port) + "," + std::to_string(c.dhcp.client_port);
     }},
    {"enable-tftp",
     [](const Config& c) {
         if (!c.tftp.is_enabled || c.tftp.interfaces.empty()) return yes_or_no(c.tftp.is_enabled);
         return joined(c.tftp.interfaces, [](const std::string& i) { return i; });
     }},
    {"tftp-root",
     [](const Config& c) {
         return joined(c.tftp.roots, [](const tftp::Root& root) {
             return root.directory + (root.interface.empty() ? "" : "@" + root.interface);
         });
     }},
    {"tree-allow",
     [](const Config& c) {
         return joined(c.tftp.allowed_targets, [](const tftp::Root& root) { return root.directory; });
     }},
    {"tftp-unique-root", [](const Config& c) { return unique_text(c.tftp.unique_root); }},
    {"tftp-secure", [](const Config& c) { return yes_or_no(c.tftp.is_secure); }},
    {"tftp-lowercase", [](const Config& c) { return yes_or_no(c.tftp.lower_cases); }},
    {"tftp-no-fail", [](const Config& c) { return yes_or_no(c.tftp.ignores_missing_root); }},
    {"tftp-no-blocksize", [](const Config& c) { return yes_or_no(c.tftp.ignores_blocksize); }},
    {"tftp-single-port", [](const Config& c) { return yes_or_no(c.tftp.is_single_port); }},
    {"tftp-max", [](const Config& c) { return std::to_string(c.tftp.max_transfers); }},
    {"tftp-mtu", [](const Config& c) { return c.tftp.mtu ? std::to_string(*c.tftp.mtu) : ""; }},
    {"tftp-port-range",
     [](const Config& c) {
         if (!c.tftp.port_range) return std::string{};
         return std::to_string(c.tftp.port_range->first) + "," + std::to_string(c.tftp.port_range->second);
     }},
    {"enable-http",
     [](const Config& c) {
         if (!c.http.is_enabled || c.http.interfaces.empty()) return yes_or_no(c.http.is_enabled);
         return joined(c.http.interfaces, [](const std::string& i) { return i; });
     }},
    {"http-port", [](const Config& c) { return std::to_string(c.http.port); }},
    {"http-root",
     [](const Config& c) {
         return joined(c.http.roots, [](const http::Root& root) {
             return root.directory + (root.interface.empty() ? "" : "@" + root.interface);
         });
     }},
    {"http-listing", [](const Config& c) { return yes_or_no(c.http.lists_directories); }},
    {"http-max", [](const Config& c) { return std::to_string(c.http.max_connections); }},
    {"http-max-per-client", [](const Config& c) { return std::to_string(c.http.max_connections_a_client); }},
    {"http-tls-cert", [](const Config& c) { return c.http.certificate; }},
    {"http-tls-key", [](const Config& c) { return c.http.key; }},
    {"http-tls-port", [](const Config& c) { return std::to_string(c.http.tls_port); }},
    {"files", [](const Config& c) { return joined(c.files, [](const std::string& f) { return f; }); }},
    {"directives", [](const Config& c) { return std::to_string(c.directive_count); }},
});

}  // namespace

std::optional<std::string> setting(const Config& config, std::string_view name) {
    const auto* found = std::ranges::find(k_settings, name, &Setting::name);
    if (found == k_settings.end()) return std::nullopt;
    return found->text(config);
}

}  // namespace pxed::scenario
