#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "io/interfaces.hpp"

namespace pxed::io {

/// What the loopback interface is good for: TFTP to oneself always is; DHCP only when somebody names it.
enum class Loopback : std::uint8_t { when_named, always };

/// Whether requests that come by `interface` are answered (dnsmasq's rules: no-dhcp-interface beats all; an
/// address that listens admits its interface, even an excepted one; otherwise an exception beats a name; with
/// neither names nor addresses every interface is served). Of an alias see taken_for() first.
[[nodiscard]] bool is_served(const config::DaemonPolicy& policy, const Interface& interface,
                             Loopback loopback = Loopback::when_named);

/// The interface that requests by `interface` are taken to have come by: the one that has it as an alias
/// (bridge-interface), else itself. nullptr: it is an alias of one that is not there.
[[nodiscard]] const Interface* taken_for(const config::DaemonPolicy& policy, const Interface& interface,
                                         const std::vector<Interface>& table);

/// The addresses of `interface` in the order that matters for DHCP: one that only listen-address admits goes
/// before the primary one, so that it becomes our name there.
[[nodiscard]] std::vector<Network> addresses_as_served(const config::DaemonPolicy& policy,
                                                       const Interface& interface);

/// The rules TFTP goes by: the daemon's, or with `enable-tftp=I,I` just the interfaces named there, whatever
/// interface=, except-interface= and no-dhcp-interface= say of DHCP (dnsmasq's rule).
[[nodiscard]] config::DaemonPolicy tftp_rules(const config::Config& config);

/// The same for HTTP: the daemon's rules, or the interfaces of `enable-http=I,I`.
[[nodiscard]] config::DaemonPolicy http_rules(const config::Config& config);

/// Names of the file that no interface bears now (patterns that end in `*` never count as missing).
[[nodiscard]] std::vector<std::string> missing_interfaces(const config::DaemonPolicy& policy,
                                                          const std::vector<Interface>& table);

}  // namespace pxed::io
