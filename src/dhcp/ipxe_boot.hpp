#pragma once

#include "dhcp/boot.hpp"
#include "dhcp/inquiry.hpp"
#include "dhcp/pxe_menu.hpp"

namespace pxed::dhcp {

/// What iPXE is told to boot: never the iPXE that it is already, and never a menu, which it would show in the
/// place of a file and so load itself from (ipxe#908). In this order, what holds for its tags and is not
/// itself:
///   1. the boot line, if one of its tags tells iPXE from firmware: that is the administrator's own answer;
///   2. the pxe-service that a menu nobody touches would start;
///   3. the boot line, and if that is boot-arch's for its firmware the one for everybody, unless that has a
///      program for other firmware;
/// and where itself was all there was, another dhcp-boot line that is for iPXE, then boot.ipxe or
/// autoexec.ipxe of the boot tree, else boot-linux's script, else what boot-arch names for its firmware, else
/// no file and a note. boot-linux also counts
/// where nothing names a file. `pxe`: nullptr when no menu counts for it; `local`: our address as it sees it;
/// `is_proxy`: another server gives the addresses.
[[nodiscard]] BootAnswer boot_for_ipxe(const Inquiry& inquiry, const Tags& tags, const ChosenOptions& chosen,
                                       const PxeClient* pxe, Ipv4 local, bool is_proxy = false);

/// The file's own option 67, put into `options` by force or because it was asked for, goes past what iPXE is
/// told to boot: where it names the iPXE that asks, it comes to say `file` instead, or goes.
void keep_ipxe_from_itself(const Inquiry& inquiry, const ChosenOptions& chosen, std::string_view file,
                           Options& options);

/// Whether these tests, by a tag of the file or the predefined `ipxe`, tell iPXE from other firmware: by
/// option 175 or 77, also through tag-if.
[[nodiscard]] bool tells_ipxe_apart(const Policy& policy, const TagTests& tests);

}  // namespace pxed::dhcp
