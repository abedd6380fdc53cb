#pragma once
// The forms that several DHCP directives share: tags, hardware addresses, client ids, host names.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/directive.hpp"
#include "config/fields.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/tags.hpp"

namespace pxed::config {

/// Whether the field tests a tag: `tag:x`, `tag:!x`, or `net:x` as older files have it.
[[nodiscard]] bool is_tag_test(const Field& field);

/// The test of `tag:x`, `tag:!x`, `tag:#x`, `net:x`, or of a bare `x`, `!x`, `#x`.
[[nodiscard]] dhcp::TagTest tag_test(const Field& field);

/// Takes the tag tests at the front. An empty `tag:` is left out.
[[nodiscard]] dhcp::TagTests take_tag_tests(FieldReader& fields);

/// The tests of a value that is nothing but tags (`tag:x,tag:!y`); bare names count, as in dnsmasq.
[[nodiscard]] dhcp::TagTests tag_tests_of(const Field& value);

/// The name in `set:x`, `net:x`, `tag:x` or a bare `x`, for directives whose first field sets a tag.
[[nodiscard]] std::string set_tag_name(const Field& field);

/// A hardware address with wildcards: `52:54:00:*:*:*`, `06-aa:bb:...` with the type in front. As in dnsmasq
/// a group may have more digits than two and then stands for several bytes. Errors: a sentence.
[[nodiscard]] Result<dhcp::HwPattern, std::string> parse_hw_pattern(std::string_view text);

/// Bytes in hexadecimal with `*` for any byte, groups as in parse_hw_pattern(); an empty one is skipped.
struct HexPattern {
    std::vector<std::uint8_t> bytes;
    std::vector<bool> wildcards;
};
[[nodiscard]] std::optional<HexPattern> parse_hex_pattern(std::string_view text);

/// Whether it may be a host name or FQDN as dnsmasq takes one: labels of letters, digits, `-` and `_`, of
/// which the first begins with a letter or digit.
[[nodiscard]] bool is_host_name(std::string_view text);

/// `aa:bb:cc:dd:ee:ff` when the text is a MAC written with dashes, dots or nothing between its digits.
[[nodiscard]] std::optional<std::string> misspelt_mac(std::string_view text);

/// FILE[,SERVERNAME[,ADDRESS]] as dhcp-boot ends, into `boot`; warns of what follows.
Parsed read_boot_file(Line& line, FieldReader& fields, dhcp::Boot& boot);

}  // namespace pxed::config
