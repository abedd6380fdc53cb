#pragma once

#include <optional>

#include "dhcp/boot_client.hpp"
#include "dhcp/classify.hpp"
#include "dhcp/client.hpp"
#include "dhcp/decide.hpp"
#include "dhcp/place.hpp"
#include "dhcp/quirk.hpp"

namespace pxed::dhcp {

/// One message with all that is found out about its sender before anything is decided. Borrows from the
/// context.
struct Inquiry {
    const Context& context;
    Client client;
    BootClient boots;
    Place place;
    Classification who;
    const Lease* lease = nullptr;  ///< the client's own, perhaps just expired
    const Quirk* quirk = nullptr;  ///< the profile of its firmware

    [[nodiscard]] const Message& message() const { return context.arrival.message; }
    [[nodiscard]] const Policy& policy() const { return context.policy; }
    /// Whether a profile has the menu in place of the file's.
    [[nodiscard]] bool has_quirk_menu() const { return quirk != nullptr && quirk->pxe.shows_menu(); }
    [[nodiscard]] const PxePolicy& pxe() const { return has_quirk_menu() ? quirk->pxe : policy().pxe; }
    /// Whether `id` (option 54) names this server: an address of ours, or the one a relay put in its place.
    [[nodiscard]] bool is_server_id(Ipv4 id) const;
    /// What option 54 says to this client; `subnet` is the one it is served from, nullptr when none is.
    [[nodiscard]] Ipv4 server_id(const Subnet* subnet) const;
};

/// Our address as that subnet sees it; the place's when there is none.
[[nodiscard]] Ipv4 local_address(const Inquiry& inquiry, const Subnet* subnet);

[[nodiscard]] Inquiry inquire(const Context& context);

/// The step of the machine's boot that this message is; the facts of the message are in it.
[[nodiscard]] machine::Event event_of(const Inquiry& inquiry, machine::Stage stage,
                                      std::optional<Ipv4> address = {});

/// Says in the event of an offer that a profile made it what it is, unless there is more important news.
void explain_quirk(const Inquiry& inquiry, machine::Event& event);

/// No reply, and why.
[[nodiscard]] Decision silence(const Inquiry& inquiry, machine::Stage stage, Reason reason,
                               std::optional<Ipv4> address = {}, Origin line = {});

}  // namespace pxed::dhcp
