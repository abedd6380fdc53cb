#pragma once

#include <cstdint>
#include <string_view>

#include "config/line.hpp"

namespace pxed::config {

/// Adds the machines of an ethers(5) file: lines `MAC ADDRESS` or `MAC NAME`. As in dnsmasq a line completes
/// the dhcp-host line of the configuration that has the same address or name (which gets the MAC) or that MAC
/// alone (which gets address or name), and is a dhcp-host line of its own where there is none; client ids are
/// not looked at. `file` is its number in Config::files. A bad line is a warning.
void add_ethers(Config& config, Reading& reading, std::uint16_t file, std::string_view text);

}  // namespace pxed::config
