#include "dhcp/offer_shape.hpp"

#include <algorithm>
#include <array>

#include "machine/machines.hpp"
#include "wire/pxe_vendor.hpp"

namespace pxed::dhcp {

namespace {

// Full DHCP to UEFI. The configured offer is plain DHCP with a file unless there is a menu.
constexpr std::array k_uefi{
    // EDK2 ranks it above every other offer, so it wins against a DHCP server or proxy on the wire that says
    // PXEClient and has nothing to boot (edk2 issue 8149); some vendors' firmware takes no other.
    OfferShape{.boots_at_once = true, .words = "PXEClient with 43.6=8: the file at once"},
    // EDK2 sorts it as BINL and asks port 4011; firmware from before 2017 drops the first offer that has 43.
    OfferShape{.needs_boot_server = true, .words = "PXEClient without 43: the file on port 4011"},
    // Nothing of PXE in it: what every UEFI takes when no proxy is about.
    OfferShape{.is_pxe = false, .words = "plain DHCP with the file"},
};

// Full DHCP to BIOS.
constexpr std::array k_bios{
    // PXE 2.1 2.2.1 lets a ROM pass over offers without PXEClient; and some clear the broadcast flag though
    // they
    // cannot hear unicast before they have an address.
    OfferShape{.boots_at_once = true, .is_broadcast = true, .words = "PXEClient with 43.6=8, broadcast"},
    // ROMs that look for the server's name and for options 66 and 67, with their NUL, before siaddr and file.
    OfferShape{.boots_at_once = true,
               .names_server = true,
               .is_broadcast = true,
               .words = "PXEClient with 43.6=8, server and file in options as well, broadcast"},
    OfferShape{.is_pxe = false,
               .names_server = true,
               .is_broadcast = true,
               .words = "plain DHCP, server and file in options as well, broadcast"},
};

// ProxyDHCP to UEFI. The configured offer has no 43, and perhaps no file: firmware asks port 4011.
constexpr std::array k_proxy_uefi{
    // Firmware that cannot ask port 4011 (a firewall there looks the same) boots from the offer itself.
    OfferShape{.boots_at_once = true, .words = "43.6=8: the file at once instead of on port 4011"},
    // As the configured one, but the file is named at once: HP and other vendors' firmware passes over an
    // offer
    // without a file.
    OfferShape{.names_server = true,
               .needs_boot_server = true,
               .words = "without 43, server and file in options as well"},
};

// ProxyDHCP to BIOS.
constexpr std::array k_proxy_bios{
    OfferShape{
        .boots_at_once = true, .names_server = true, .words = "43.6=8, server and file in options as well"},
    // A ROM that wants to ask the boot server rather than be told.
    OfferShape{.needs_boot_server = true, .words = "without 43: the file on port 4011"},
};

// Firmware repeats at 4, 8, 16 and 32 s (PXE 2.1 2.2.3). Two offers in vain are not a lost packet any more.
constexpr std::uint8_t k_offers_in_vain = 2;

// Where and how the shapes of one reply are made.
struct Workshop {
    std::span<const OfferShape> shapes;
    const Inquiry& inquiry;
    const PxeClient& pxe;
    bool has_boot_server;
    Ipv4 local;
    Ipv4 file_server;

    [[nodiscard]] bool is_permitted(std::uint8_t number) const {
        if (number == 0) return true;
        const OfferShape& shape = shapes[number - 1U];
        // dhcp-no-override keeps the file out of the options.
        const bool may_name_server = !shape.names_server || !inquiry.policy().keeps_header;
        return may_name_server && (has_boot_server || !shape.needs_boot_server);
    }
    [[nodiscard]] Message in_shape(std::uint8_t number, const Message& configured) const;
    [[nodiscard]] std::uint8_t next_after(std::uint8_t number, const Message& configured) const;
};

Message Workshop::in_shape(std::uint8_t number, const Message& configured) const {
    Message message = configured;
    if (number == 0) return message;
    const OfferShape& shape = shapes[number - 1U];
    Options& options = message.options;
    // The boot server is whom siaddr names until it has answered; then, and where nobody asks it, siaddr is
    // where the file is.
    const bool asks_later = shape.needs_boot_server && inquiry.context.arrival.local_port != k_pxe_port;
    message.siaddr = asks_later ? local : file_server;
    if (shape.is_pxe) {
        options.set_text(k_vendor_class, pxe.vendor);
    } else {
        options.remove(k_vendor_class);
    }
    if (shape.boots_at_once) {
        constexpr std::array<std::uint8_t, 4> k_at_once{pxe::k_discovery_control, 1, pxe::k_boot_file_at_once,
                                                        k_end};
        options.set(k_vendor_options, k_at_once);
    } else {
        options.remove(k_vendor_options);
    }
    if (shape.names_server) {
        const std::string server = file_server.text();
        message.sname = server;
        options.set_text(k_tftp_server, server, true);
        options.set_text(k_boot_file, message.file, true);
    }
    if (shape.is_broadcast) message.flags |= k_broadcast_flag;
    return message;
}

std::uint8_t Workshop::next_after(std::uint8_t number, const Message& configured) const {
    const Message last = in_shape(number, configured);
    for (std::size_t i = 0; i <= shapes.size(); ++i) {
        number = static_cast<std::uint8_t>((number + 1U) % (shapes.size() + 1U));
        if (number == 0) break;
        // Where it comes to the same as the configured form it says nothing new.
        const Message next = in_shape(number, configured);
        if (is_permitted(number) && next != last && next != configured) break;
    }
    return number;
}

// A later server may let a competing offer that was seen on the wire count as two in vain: the first shape of
// UEFI outranks it.
bool is_in_vain(const machine::Offering& offering, Instant now) {
    return offering.unanswered >= k_offers_in_vain && now - offering.last >= machine::k_between_offers;
}

// What the file itself says in 43 and 60 is not ours to reword; a prompt alone comes with the menu and goes
// with it.
bool has_words_of_its_own(const ChosenOptions& chosen, const Client& client) {
    if (chosen.has(k_vendor_options) || chosen.has(k_vendor_class)) return true;
    const auto vendor = chosen.vendor_options(client);
    return std::ranges::any_of(suboptions(vendor, true),
                               [](const Option& option) { return option.code != pxe::k_menu_prompt; });
}

// No other form has room for a menu. A choice is not to be taken from the user, and a local disk that stands
// first would turn into an unattended installation.
bool offers_choice(const Inquiry& inquiry, const PxeClient& pxe, const Tags& tags) {
    std::size_t items = 0;
    for (const auto& service : inquiry.pxe().services) {
        if (service.arch != pxe.arch || !tags.satisfy(service.tests)) continue;
        if (++items > 1 || !service.is_ours()) return true;
    }
    return false;
}

OfferKind kind_of(const PxeClient& pxe, bool is_proxy) {
    if (pxe.is_uefi()) return is_proxy ? OfferKind::proxy_uefi : OfferKind::uefi;
    return is_proxy ? OfferKind::proxy_bios : OfferKind::bios;
}

}  // namespace

std::span<const OfferShape> shapes_of(OfferKind kind) {
    switch (kind) {
        case OfferKind::bios:
            return k_bios;
        case OfferKind::uefi:
            return k_uefi;
        case OfferKind::proxy_bios:
            return k_proxy_bios;
        case OfferKind::proxy_uefi:
            return k_proxy_uefi;
    }
    return {};
}

std::optional<std::uint8_t> adapt(const Inquiry& inquiry, const PxeClient& pxe, const OfferCase& offer,
                                  Message& message, std::string& file, Origin& line) {
    // iPXE takes every form and asks again within a second; UEFI HTTP Boot knows one form.
    const bool is_rom = inquiry.boots.is_pxe && !inquiry.boots.is_ipxe && pxe.arch && !pxe.is_http();
    if (!inquiry.policy().adapts_offers || !is_rom) return std::nullopt;
    if (has_words_of_its_own(offer.chosen, inquiry.client)) return std::nullopt;
    if (offers_choice(inquiry, pxe, offer.tags)) return std::nullopt;
    // All but the configured form name the file.
    Message named = message;
    Ipv4 file_server = offer.file_server.value_or(message.siaddr);
    const PxeMenu menu{inquiry.pxe(), *pxe.arch, offer.tags, offer.local, inquiry.client.hardware};
    const PxeService* program = menu.only_program();
    if (named.file.empty() && program != nullptr) {
        named.file = program->file_of(0);
        file_server = program->server_for(inquiry.client.hardware).value_or(offer.local);
        named.siaddr = file_server;
    }
    constexpr std::size_t k_header_file = 128;
    if (named.file.empty() || named.file.size() >= k_header_file) return std::nullopt;

    const machine::Machine* machine = inquiry.context.machine;
    // A machine may be set from BIOS to UEFI, and the list may have been longer before a reload.
    const Workshop workshop{.shapes = shapes_of(kind_of(pxe, offer.is_proxy)),
                            .inquiry = inquiry,
                            .pxe = pxe,
                            .has_boot_server = offer.has_boot_server,
                            .local = offer.local,
                            .file_server = file_server};
    if (machine == nullptr || machine->offering.arch != inquiry.client.arch ||
        machine->offering.shape > workshop.shapes.size())
        return 0;
    std::uint8_t number = machine->offering.shape;
    const bool is_asked_anew = inquiry.message().type() == MessageType::discover;
    if (is_asked_anew && is_in_vain(machine->offering, inquiry.context.now.instant))
        number = workshop.next_after(number, named);
    if (number == 0 || !workshop.is_permitted(number)) return 0;
    if (message.file.empty() && program != nullptr) {
        file = named.file;
        line = program->origin;
    }
    message = workshop.in_shape(number, named);
    return number;
}

void explain_shape(const Inquiry& inquiry, bool is_proxy, machine::Event& event) {
    if (event.offer_shape.value_or(0) == 0 || event.reason != Reason::none) return;
    const auto pxe = pxe_client_of(inquiry);
    if (!pxe) return;
    event.reason = Reason::offer_in_other_shape;
    event.detail = shapes_of(kind_of(*pxe, is_proxy))[*event.offer_shape - 1U].words;
}

}  // namespace pxed::dhcp
