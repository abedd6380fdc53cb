#pragma once

#include "dhcp/boot.hpp"
#include "dhcp/inquiry.hpp"
#include "dhcp/pxe_menu.hpp"

namespace pxed::dhcp {

/// What option 60 has to say to a UEFI HTTP Boot client: these ten bytes. Firmware compares the beginning,
/// and GRUB all of it.
inline constexpr std::string_view k_http_client = "HTTPClient";

/// What UEFI HTTP Boot is told: a URL. That of the file as it is; of a name, one on this server, if HTTP is
/// served here, the file is here too and no program for something else. Otherwise the file as the line has
/// it, and a note: is_http_url() of the answer tells. `pxe`: whose pxe-service lines count, nullptr for none;
/// the first one names the program. `local`: our address as the client sees it;
/// `is_proxy`: another server gives the addresses.
[[nodiscard]] BootAnswer boot_for_http(const Inquiry& inquiry, const Tags& tags, const ChosenOptions& chosen,
                                       const PxeClient* pxe, Ipv4 local, bool is_proxy = false);

}  // namespace pxed::dhcp
