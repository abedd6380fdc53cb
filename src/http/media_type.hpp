#pragma once

#include <string_view>

namespace pxed::http {

/// The Content-Type for a file of that name, by its suffix; `application/octet-stream` when it says nothing.
/// Never with a parameter: EDK2's HTTP Boot compares the whole value (UEFI 2.10 24.7.3.1).
[[nodiscard]] std::string_view media_type_of(std::string_view name);

}  // namespace pxed::http
