#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "io/interfaces.hpp"

namespace pxed::io {

/// What the loopback interface is good for: TFTP to oneself always is; DHCP only when somebody names it.
enum class Loopback : std::uint8_t { when_named, always };

/// Whether requests that come by `interface` are answered (dnsmasq's rules for interface, except-interface
/// and listen-address: an address that listens admits its interface, even an excepted one; otherwise an
/// exception beats a name; with neither names nor addresses every interface is served).
[[nodiscard]] bool is_served(const config::DaemonPolicy& policy, const Interface& interface,
                             Loopback loopback = Loopback::when_named);

/// The rules TFTP goes by: the daemon's, or with `enable-tftp=I,I` just the interfaces named there, whatever
/// interface= and except-interface= say of DHCP (dnsmasq's rule).
[[nodiscard]] config::DaemonPolicy tftp_rules(const config::Config& config);

/// Names of the file that no interface bears now (patterns that end in `*` never count as missing).
[[nodiscard]] std::vector<std::string> missing_interfaces(const config::DaemonPolicy& policy,
                                                          const std::vector<Interface>& table);

}  // namespace pxed::io
