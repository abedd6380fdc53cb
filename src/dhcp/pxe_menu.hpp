#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "dhcp/configured.hpp"
#include "dhcp/inquiry.hpp"
#include "wire/arch.hpp"
#include "wire/pxe_vendor.hpp"

namespace pxed::dhcp {

/// A client that says it boots by PXE, or in another way that dhcp-pxe-vendor names.
struct PxeClient {
    std::string_view
        vendor;  ///< what option 60 of the reply says: the configured text the client's begins with
    std::optional<Arch> arch;     ///< none: it sends no option 93, and can be given no menu
    bool has_quirk_menu = false;  ///< the menu of its profile, which is in the offer whatever it is

    /// Whether it asks the boot server on its own where an offer has no menu. dnsmasq draws the line at 6,
    /// the first UEFI architecture; so it is drawn here, though some that follow are none.
    [[nodiscard]] bool is_uefi() const { return arch && *arch >= Arch::ia32_efi && !has_quirk_menu; }
    /// UEFI HTTP Boot knows no boot server: the offer itself has to name the file (UEFI 2.10 24.7).
    [[nodiscard]] bool is_http() const { return vendor.starts_with("HTTPClient"); }
};

/// How PXE sees the sender; nullopt: as nobody. Views point into the policy.
[[nodiscard]] std::optional<PxeClient> pxe_client_of(const Inquiry& inquiry);

/// The first pxe-service of its architecture and tags that names a program of ours; nullptr: there is none.
[[nodiscard]] const PxeService* first_program(const PxePolicy& policy, const PxeClient& client,
                                              const Tags& tags);

/// The value of option 43 with its end; empty stays empty.
[[nodiscard]] std::vector<std::uint8_t> with_end(std::vector<std::uint8_t> chain);

/// The menu of one client: the pxe-service lines for its architecture and tags, in file order. Borrows from
/// the policy.
class PxeMenu {
 public:
    /// None: the boot file of the reply at once.
    PxeMenu();
    /// `local`: this server, as the client sees it; `machine` chooses among several addresses of a server's
    /// name.
    PxeMenu(const PxePolicy& policy, Arch arch, const Tags& tags, Ipv4 local, const HwAddr& machine);

    /// The one item that names a program of ours, if there is exactly one; other servers' types and local
    /// boot do not count.
    [[nodiscard]] const PxeService* only_program() const { return only_program_; }
    /// Whether firmware could not take it: then none is shown.
    [[nodiscard]] bool is_too_long() const;
    /// Option 43: the menu, behind it what vendor: and pxe-prompt lines add. Empty when there is nothing.
    [[nodiscard]] std::vector<std::uint8_t> option(const Client& client, const ChosenOptions& chosen) const;

 private:
    pxe::VendorOptions content_;
    const PxeService* only_program_ = nullptr;
};

}  // namespace pxed::dhcp
