#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ipv4.hpp"
#include "config/line.hpp"

namespace pxed::config {

/// The IPv4 addresses of names, as /etc/hosts and files like it list them (hosts(5)).
class HostNames {
 public:
    /// Adds a file's lines. What is no address, or IPv6, is passed over: the file is everybody's, not ours.
    void add(std::string_view text);
    /// In the order of the files, each once; empty: not known. Case does not matter, nor does a final dot.
    [[nodiscard]] const std::vector<Ipv4>& find(std::string_view name) const;

 private:
    std::unordered_map<std::string, std::vector<Ipv4>> addresses_;  // by name in lower case
};

/// Whether any line names a machine that a hosts file may know; else none need be read.
[[nodiscard]] bool wants_names(const Config& config);

/// Gives dhcp-host lines with a name and no address the address of that name, and boot servers theirs. As in
/// dnsmasq the first of several addresses counts for a lease, and none that another line has.
void use_names(Config& config, Reading& reading, const HostNames& names);

}  // namespace pxed::config
