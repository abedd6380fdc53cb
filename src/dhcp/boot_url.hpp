#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ipv4.hpp"

namespace pxed::dhcp {

/// Whether `file` names a scheme and something behind it: `http://10.0.0.1/x`, `tftp://...`; iPXE's
/// `http:10.0.0.1` is none.
[[nodiscard]] bool is_url(std::string_view file);

/// The same with http or https, in any case: the only ones UEFI HTTP Boot takes (UEFI 2.10 24.7.3.1).
[[nodiscard]] bool is_http_url(std::string_view file);

/// What the boot tree and HTTP call the file that a line, a URL or a TFTP client names: no scheme and host,
/// no leading slashes, and `/` for `\`.
[[nodiscard]] std::string path_of(std::string_view file);

/// `http://10.0.0.1:8080/x64/grub%20x64.efi`. The address is a literal: a name would have to be looked up,
/// and UEFI passes over an offer with a name and no DNS server. Port 80 is left out.
[[nodiscard]] std::string http_url(Ipv4 server, std::uint16_t port, std::string_view file);

}  // namespace pxed::dhcp
