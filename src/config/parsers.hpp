#pragma once
// The parse functions of directives whose values have a form of their own, by the file that holds them.

#include <string>

#include "base/result.hpp"
#include "config/directive.hpp"
#include "config/fields.hpp"

namespace pxed::config {

// interface_directives.cpp
/// The name of an interface, perhaps with a trailing `*`. Errors: a sentence.
[[nodiscard]] Result<std::string, std::string> interface_name(const Field& field);
// dhcp_range.cpp
Parsed parse_dhcp_range(Line& line);
// dhcp_host.cpp
Parsed parse_dhcp_host(Line& line);
// dhcp_option.cpp
Parsed parse_dhcp_option(Line& line);
Parsed parse_dhcp_option_force(Line& line);
Parsed parse_dhcp_option_pxe(Line& line);
Parsed parse_dhcp_match(Line& line);

}  // namespace pxed::config
