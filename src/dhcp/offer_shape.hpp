#pragma once
// Adaptive offers. No one form of an offer suits all firmware: what old ROMs need makes some UEFI deaf. Who
// does not answer two offers gets the same file by the same server in other words.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/configured.hpp"
#include "dhcp/inquiry.hpp"
#include "dhcp/pxe_menu.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// One form an offer may have. The configured one has no row: it is shape 0, rows count from 1.
struct OfferShape {
    bool is_pxe = true;              ///< option 60 says what the client is
    bool boots_at_once = false;      ///< option 43 is PXE_DISCOVERY_CONTROL 8 and nothing else
    bool names_server = false;       ///< sname and 66 are the file's server in dotted form, 67 the file
    bool is_broadcast = false;       ///< also where the client did not ask for it
    bool needs_boot_server = false;  ///< the client will ask on port 4011
    std::string_view words;          ///< for the log
};

/// Who is offered what: each has a list of its own.
enum class OfferKind : std::uint8_t { bios, uefi, proxy_bios, proxy_uefi };

/// The forms to try after the configured one, in this order. Source: EDK2's PxeBcDhcp4.c and PXE 2.1 2.2
/// (reference firmware D.1, D.4).
[[nodiscard]] std::span<const OfferShape> shapes_of(OfferKind kind);

/// What the reply was made from.
struct OfferCase {
    bool is_proxy = false;
    bool has_boot_server = false;  ///< port 4011 answers this client
    const Tags& tags;
    const ChosenOptions& chosen;
    Ipv4 local;
    std::optional<Ipv4> file_server{};  ///< where the configured siaddr is not the file's server
};

/// Puts `message`, the reply as configured, into the shape that is next for this client, and gives its
/// number; nullopt, and nothing is changed, for a client that is offered one form only, and for
/// one whose menu has more than a single program. `file` and `line`
/// become those of the menu's only program where the configured reply names no file. A DISCOVER gets the
/// shape that worked before; from the third on, three seconds behind the one before, the next one that is
/// permitted and says something new. Any other message gets the last offer's again.
[[nodiscard]] std::optional<std::uint8_t> adapt(const Inquiry& inquiry, const PxeClient& pxe,
                                                const OfferCase& offer, Message& message, std::string& file,
                                                Origin& line);

/// Says in the event of an offer which form it has, unless that is the configured one or there is more
/// important news.
void explain_shape(const Inquiry& inquiry, bool is_proxy, machine::Event& event);

}  // namespace pxed::dhcp
