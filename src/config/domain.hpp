#pragma once
// `domain=` in all its forms.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/finding.hpp"
#include "config/line.hpp"
#include "config/load.hpp"

namespace pxed::config {

/// domain=NAME | NAME,ADDRESS[,ADDRESS] | NAME,ADDRESS/BITS[,local] | NAME,INTERFACE | #
Parsed parse_domain(Line& line);

/// The domain that a resolv.conf names: the first of its `search` list, else its `domain`.
[[nodiscard]] std::optional<std::string> domain_in_resolv_conf(std::string_view text);

/// What can only be done when all lines are read: fetches the domain for `domain=#`, and looks whether
/// dhcp-fqdn has the default domain it needs. Gives what is wrong; dnsmasq refuses both as well.
[[nodiscard]] std::vector<Finding> finish_domains(Config& config, const Reader& reader);

}  // namespace pxed::config
