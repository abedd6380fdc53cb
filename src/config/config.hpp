#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ipv4.hpp"
#include "base/origin.hpp"
#include "base/result.hpp"
#include "config/external.hpp"
#include "config/finding.hpp"
#include "config/script_policy.hpp"
#include "dhcp/policy.hpp"
#include "http/policy.hpp"
#include "tftp/policy.hpp"

namespace pxed::config {

/// `log-facility`.
struct LogTarget {
    enum class Kind : std::uint8_t { automatic, stderr_stream, file, syslog };
    Kind kind = Kind::automatic;  ///< automatic: the journal when started by systemd, stderr otherwise
    std::string path;             ///< Kind::file
    int facility = 3 << 3;        ///< Kind::syslog: a LOG_* facility as <syslog.h> has it; LOG_DAEMON
};

/// An interface name of the file, perhaps with a trailing `*`.
struct InterfaceName {
    std::string name;
    Origin origin;
    [[nodiscard]] bool matches(std::string_view interface) const;
};

/// One address of `listen-address`.
struct ListenAddress {
    Ipv4 address;
    Origin origin;
};

/// `no-dhcp-interface` and `no-dhcpv4-interface`.
struct NoDhcpInterface {
    InterfaceName interface;
    bool stops_tftp = false;  ///< the first of the two: neither DHCP nor TFTP
};

/// `bridge-interface=INTERFACE,ALIAS...`: requests by the aliases are taken to have come by `interface`.
struct Bridge {
    std::string interface;
    std::vector<InterfaceName> aliases;
    Origin origin;
};

/// One place of `metrics`: a Unix socket, or a TCP port of its own.
struct MetricsPlace {
    std::string path;  ///< of the socket; empty: it is a port
    Ipv4 address;      ///< on which TCP is listened
    std::uint16_t port = 0;
    Origin origin;
};

/// How the process runs and where it listens.
struct DaemonPolicy {
    std::vector<InterfaceName> interfaces;  ///< empty: all but loopback
    std::vector<InterfaceName> except_interfaces;
    std::vector<NoDhcpInterface> no_dhcp_interfaces;
    std::vector<Bridge> bridges;
    std::vector<ListenAddress> listen_addresses;
    bool binds_interfaces = false;  ///< bind-interfaces or bind-dynamic
    Origin bind_interfaces_origin;  ///< which of the two it was
    Origin bind_dynamic_origin;
    bool leaves_dhcp_port = false;          ///< dhcp-no-bind: port 67 is another program's on this host
    std::optional<std::uint32_t> dns_port;  ///< port=: dnsmasq's DNS; 0 is none, absent is 53
    std::string user;                       ///< empty: not named
    std::string group;
    Origin user_origin;
    Origin group_origin;
    std::string pid_file;  ///< empty: none
    Origin pid_file_origin;
    LogTarget log;
    Origin log_origin;
    bool logs_dhcp = false;                  ///< log-dhcp
    bool is_quiet_dhcp = false;              ///< quiet-dhcp
    std::optional<std::uint32_t> log_queue;  ///< log-async[=N]: lines the log queue holds
    std::vector<MetricsPlace> metrics;       ///< where the counters can be read
    std::string lease_file;  ///< dhcp-leasefile: dnsmasq's text form, imported once and mirrored
    Origin lease_file_origin;
    bool mirrors_leases = true;  ///< false: the unit may not write lease_file; it is only imported
    ScriptPolicy script;         ///< dhcp-script and what goes with it
    std::string lease_database;  ///< lease-database; empty: see lease_database_path()
};

/// One configuration, whole. Nothing in it refers to the files once they are read.
struct Config {
    // Never cleared: an Origin of any line stays good as long as the Config does.
    std::vector<std::string> files{"command line"};  ///< by Origin::file
    DaemonPolicy daemon;
    dhcp::Policy dhcp;
    tftp::Policy tftp;
    http::Policy http;
    Externals externals;
    std::optional<std::string> quirks_file;  ///< quirks; absent: the built-in profiles, empty: none
    Origin quirks_origin;
    std::vector<Finding> findings;      ///< of any severity below error, in the order they were made
    Origin dns_line;                    ///< the first line of dnsmasq's DNS; unknown: there is none
    std::uint32_t directive_count = 0;  ///< lines that set something

    /// `/etc/pxed.conf:12`, or `command line`.
    [[nodiscard]] std::string text_of(Origin origin) const;
    /// Gives a file that is read its number for Origin::file. Errors: a sentence, when there are too many.
    [[nodiscard]] Result<std::uint16_t, std::string> add_file(const std::string& path);
    /// Where the lease database is: lease-database, else dhcp-leasefile + ".db", else
    /// `state_directory`/leases.db, else /var/lib/pxed/leases.db (`state_directory` empty).
    [[nodiscard]] std::string lease_database_path(std::string_view state_directory) const;
    /// Where it would be, had pxed been started the other way: by hand instead of by systemd, or by systemd
    /// (in its usual directory) instead of by hand. Empty: in the same place.
    [[nodiscard]] std::string other_lease_database_path(std::string_view state_directory) const;
};

}  // namespace pxed::config
