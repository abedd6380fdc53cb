#pragma once

#include "config/line.hpp"
#include "config/load.hpp"

namespace pxed::config {

/// Reads the files that directives have named besides the configuration (dhcp-hostsfile, dhcp-optsfile,
/// read-ethers, hosts files) and adds what they say to `config`, in dnsmasq's order of precedence: ethers
/// below hostsfiles, the hostsfile named first above the others, directories that are watched above all. What
/// is wrong with them is a warning and never a problem: the other lines count. Requires: all of the
/// configuration is read. Cost: linear in their lines.
void read_external_files(Config& config, Reading& reading, const Reader& reader);

}  // namespace pxed::config
