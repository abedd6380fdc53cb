#pragma once
// Which tags a file sets and which it tests. A directive that does either has its list in tag_uses.cpp.

#include <functional>
#include <set>
#include <string>

#include "base/origin.hpp"
#include "dhcp/policy.hpp"

namespace pxed::config {

/// Every tag that a line gives to somebody.
[[nodiscard]] std::set<std::string, std::less<>> tags_set_by(const dhcp::Policy& dhcp);

/// Calls `use` with every test of every line, its origin, and whether its name may end in `*`.
void for_each_tag_test(const dhcp::Policy& dhcp,
                       const std::function<void(const dhcp::TagTest&, Origin, bool takes_wildcards)>& use);

/// The tags that pxed sets by itself for this file: those it tests and sets nowhere. A wildcard of tag-if
/// (`tag:efi-*`) tests all that begin so, unless the file sets a tag that does.
[[nodiscard]] std::vector<std::string> predefined_tags_for(const dhcp::Policy& dhcp);

}  // namespace pxed::config
