#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/origin.hpp"

namespace pxed::dhcp {

/// `dhcp-circuitid`, `dhcp-remoteid`, `dhcp-subscrid`: the sub-option of relay agent information (82) is
/// exactly this.
struct RelayMatch {
    std::string set_tag;
    std::uint8_t suboption = 0;  ///< 1, 2 (RFC 3046 3.1, 3.2) or 6 (RFC 3993)
    std::vector<std::uint8_t> value;
    Origin origin;
};

}  // namespace pxed::dhcp
