#pragma once

#include <optional>

#include "dhcp/decide.hpp"
#include "dhcp/inquiry.hpp"

namespace pxed::dhcp {

/// What PXE has to say to a message: the offer beside another server's (ProxyDHCP), the answer of the boot
/// server, or the silence where no address is given. nullopt: the message is ordinary DHCP. Source:
/// PXE 2.1 2.2, with dnsmasq 2.90's rules (reference dnsmasq-directives A.5.1).
[[nodiscard]] std::optional<Decision> decide_pxe(const Inquiry& inquiry);

}  // namespace pxed::dhcp
