#pragma once

#include <optional>

#include "wire/arch.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// What starts the machine that sent a message, as far as the message shows. Nothing of it is configured.
struct BootClient {
    std::optional<Arch> arch;     ///< none: it does not say
    bool is_pxe = false;          ///< option 60 begins with PXEClient: a ROM, UEFI, or what they started
    bool is_http_boot = false;    ///< option 60 begins with HTTPClient: UEFI HTTP Boot (UEFI 2.10 24.7)
    bool is_ipxe = false;         ///< options 77 or 175 say so
    bool lists_features = false;  ///< iPXE says what it was built with (175); not every build does
    bool speaks_http = false;     ///< may be given an http:// URL
    bool speaks_https = false;    ///< the same with https://

    /// Whether this is firmware or its loader rather than an operating system.
    [[nodiscard]] bool boots() const { return is_pxe || is_http_boot; }
};

/// Source: RFC 4578, UEFI 2.10 24.7, and iPXE's features.h for the sub-options of 175.
[[nodiscard]] BootClient boot_client_of(const Message& message);

}  // namespace pxed::dhcp
