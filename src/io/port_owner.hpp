#pragma once

#include <cstdint>
#include <string>

namespace pxed::io {

enum class Transport : std::uint8_t { udp, tcp };

/// `dnsmasq (process 812)`: which other process has the port open (of TCP: listens on it), as far as we may
/// look; empty when not known. Only root may look at everybody's processes.
[[nodiscard]] std::string owner_of_port(Transport transport, std::uint16_t port);

/// For whoever finds a port taken: whose it is, by the kernel's own account, and the command that shows more:
/// `dnsmasq (process 812) of user nobody (uid 65534) has it; ...`. The uid is known even where the process
/// may not be looked at.
[[nodiscard]] std::string taken_port_text(Transport transport, std::uint16_t port);

}  // namespace pxed::io
