#pragma once
// The value of one option as text and back; dhcp_text.hpp describes the form.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/dhcp_option_table.hpp"

namespace pxed::dhcp {

/// How a value is written: its type, and the bytes of one number.
struct ValueForm {
    ValueType type = ValueType::bytes;
    std::uint8_t width = 0;
};

/// The form of an option's value: the table's, except that options of no declared type which carry words
/// (60, 77, 209, 210 and the like) are shown as text. Reading is not affected: each type reads quoted text.
[[nodiscard]] ValueForm value_form(std::uint8_t code);

/// In double quotes, with `\"`, `\\` and `\xHH` for everything that is not printable ASCII.
[[nodiscard]] std::string quoted(Bytes text);

/// The value as its form says, or hexadecimal where it does not fit the form; always readable by
/// value_from_text.
[[nodiscard]] std::string value_text(ValueForm form, Bytes value);

/// Reads any of the forms. Errors: a sentence that begins with `name`.
[[nodiscard]] Result<std::vector<std::uint8_t>, std::string> value_from_text(ValueType type,
                                                                             std::uint8_t width,
                                                                             std::string_view name,
                                                                             std::string_view text);

}  // namespace pxed::dhcp
