#pragma once

#include <array>
#include <cstdint>

#include "base/hwaddr.hpp"

namespace pxed::dhcp {

/// A hardware address with wildcard bytes (`aa:bb:*:*:*:*`) and perhaps a type. No type given means Ethernet,
/// as dnsmasq has it.
struct HwPattern {
    std::uint8_t type = k_ethernet;
    std::uint8_t length = 0;
    std::array<std::uint8_t, HwAddr::k_max> bytes{};
    std::uint32_t wildcards = 0;  ///< bit i set: byte i may be anything

    [[nodiscard]] bool matches(const HwAddr& address) const;
    [[nodiscard]] int wildcard_count() const;
};

}  // namespace pxed::dhcp
