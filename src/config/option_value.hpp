#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/fields.hpp"
#include "wire/dhcp_option_table.hpp"

namespace pxed::config {

/// The value of a dhcp-option or dhcp-match line as bytes.
struct OptionValue {
    enum class Form : std::uint8_t { number, hex, addresses, descriptors, text, names };
    Form form = Form::text;
    std::vector<std::uint8_t> bytes;
    std::vector<bool> wildcards;  ///< Form::hex where `*` is allowed: per byte
};

/// Writes a value as the option wants it, else as it looks: digits are a number (with `b`, `s` or `i` behind
/// them of 1, 2 or 4 bytes), two or more hexadecimal groups with colons are bytes, dotted quads addresses,
/// `a.b.c.d/len` RFC 3442 descriptors; quoted and everything else is text. `row` is the option's, nullptr for
/// sub-options and numbers without a name. Errors: a sentence.
[[nodiscard]] Result<OptionValue, std::string> encode_option_value(const Field& value,
                                                                   const dhcp::OptionRow* row,
                                                                   bool allows_wildcards);

/// RFC 1035 names one after another; a repeated tail is a pointer to where it stood (RFC 3397 2).
[[nodiscard]] Result<std::vector<std::uint8_t>, std::string> encode_names(std::span<const Field> names);

}  // namespace pxed::config
