#include "dhcp/reply.hpp"

#include <algorithm>
#include <array>

#include "dhcp/boot_url.hpp"
#include "dhcp/http_boot.hpp"
#include "dhcp/ipxe_boot.hpp"
#include "dhcp/name.hpp"
#include "dhcp/offer_shape.hpp"
#include "dhcp/pxe_menu.hpp"

namespace pxed::dhcp {

namespace {

constexpr std::size_t k_longest_sname = 63;
// What most replies stay below: memory that need not grow.
constexpr std::size_t k_usual_options = 24;
constexpr std::size_t k_usual_bytes = 256;

std::optional<seconds> configured_time(const ChosenOptions& chosen, std::uint8_t code) {
    const ConfiguredOption* option = chosen.find(code);
    if (option == nullptr || option->value.size() != 4) return std::nullopt;
    return seconds{ByteReader{option->value}.u32()};
}

void put_seconds(Options& options, std::uint8_t code, seconds time) {
    options.set_u32(code, static_cast<std::uint32_t>(std::min(time, k_infinite).count()));
}

// A time from the file counts when it lies within the lease; dnsmasq takes one or two seconds for a slip.
seconds time_within(seconds lease, std::optional<seconds> configured, seconds otherwise) {
    return configured && configured->count() > 2 && *configured < lease ? *configured : otherwise;
}

// How much earlier than others a client is to come back, up to an eighth of T1. RFC 2131 4.4.5 wants the
// times of many clients apart, or all that booted together after a power cut come back together for ever.
// dnsmasq draws it by lot; a decision has no lots to draw, so it follows from who renews and when (FNV-1a).
seconds spread_of(const Inquiry& inquiry, const Terms& terms, seconds t1) {
    std::uint32_t hash = 2166136261U;
    const auto add = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 16777619U; };
    for (const std::uint8_t byte : inquiry.client.hardware.bytes())
        add(byte);
    for (const std::uint8_t byte : inquiry.client.id.bytes())
        add(byte);
    const Instant end = after(inquiry.context.now.instant, terms.lease_time);
    auto second = std::chrono::duration_cast<seconds>(end.time_since_epoch()).count();
    for (int i = 0; i < 4; ++i, second >>= 8)
        add(static_cast<std::uint8_t>(second));
    return seconds{hash % (t1.count() / 8 + 1)};
}

// RFC 2131 4.4.5: half and seven eighths unless configured otherwise, and T1 < T2 < lease always. The first
// ACK says what the OFFER said.
void put_renewal_times(const Inquiry& inquiry, const Terms& terms, const ChosenOptions& chosen,
                       Options& options) {
    const seconds lease = terms.lease_time;
    if (lease >= k_infinite) return;
    const seconds t2 = time_within(lease, configured_time(chosen, k_rebinding_time), lease * 7 / 8);
    seconds t1 = time_within(lease, configured_time(chosen, k_renewal_time), lease / 2);
    if (t1 >= t2) t1 = t2 - seconds{1};
    const seconds spread = terms.is_renewal ? spread_of(inquiry, terms, t1) : seconds{0};
    put_seconds(options, k_renewal_time, t1 - spread);
    put_seconds(options, k_rebinding_time, t2 - spread);
}

// RFC 3011 2: "an identical copy" for every client that sends the option. dnsmasq tells the network of a
// relay's link selection in it as well, and so do we where nobody sent 118.
void put_subnet_selection(const Inquiry& inquiry, Options& options) {
    if (const auto sent = inquiry.message().options.find(k_subnet_selection); sent && sent->size() == 4) {
        options.set(k_subnet_selection, *sent);
    } else if (inquiry.place.selector) {
        options.set_address(k_subnet_selection, *inquiry.place.selector);
    }
}

void put_network(const Inquiry& inquiry, const Subnet& subnet, const ChosenOptions& chosen,
                 Options& options) {
    const Client& client = inquiry.client;
    if (!chosen.has(k_subnet_mask)) options.set_address(k_subnet_mask, subnet.netmask);
    if (!chosen.has(k_broadcast)) options.set_address(k_broadcast, subnet.broadcast);
    if (!subnet.router.is_zero() && client.asks_for(k_router) && !chosen.has(k_router))
        options.set_address(k_router, subnet.router);
}

// shim and GRUB read the header alone, EDK2 option 67 first, old ROMs either: all of them get what they read
// (D.1, D.5 of the firmware notes). EDK2 boots from siaddr and never looks at 66 or sname.
void put_boot(const Inquiry& inquiry, const BootAnswer& boot, Ipv4 local, Reply& reply) {
    const Client& client = inquiry.client;
    Message& message = reply.message;
    message.siaddr = boot.server.value_or(local);
    message.sname = boot.server_name.substr(0, k_longest_sname);
    reply.boot_file = boot.file;
    reply.boot_line = boot.line;
    // Once a boot is enough, and the OFFER is what the machine waits with.
    if (message.type() == MessageType::offer) reply.note = boot.note;
    if (boot.fits_header()) {
        message.file = boot.file;
    } else {
        reply.note = Reason::boot_file_too_long;
    }
    const bool may_use_options = boot.is_from_boot_line && !inquiry.policy().keeps_header;
    // A client without a list reads the header: dnsmasq sends it no 66 and 67 either (golden vector D).
    const auto lists = [&](std::uint8_t code) { return client.parameters && client.asks_for(code); };
    if (may_use_options && !boot.server_name.empty() && lists(k_tftp_server))
        message.options.set_text(k_tftp_server, boot.server_name, true);
    const bool is_asked_for = may_use_options && lists(k_boot_file);
    // A URL made of a name: or the name would follow it, from the file's own option 67.
    if (!boot.file.empty() && (is_asked_for || !boot.fits_header() || boot.is_generated))
        message.options.set_text(k_boot_file, boot.file, true);
}

bool must_broadcast(const Inquiry& inquiry) {
    const auto& lines = inquiry.policy().broadcasts;
    return std::ranges::any_of(lines,
                               [&](const Condition& line) { return inquiry.who.tags.satisfy(line.tests); });
}

// Beside a full reply: whose 43 it is, and the menu. Where one program is the answer for a UEFI client, no
// menu: it then asks the boot server (dnsmasq's rule; firmware before 2017 drops the first offer with a
// menu).
void put_menu(const Inquiry& inquiry, const PxeClient& pxe, const ChosenOptions& chosen, Ipv4 local,
              Reply& reply) {
    const Client& client = inquiry.client;
    Options& options = reply.message.options;
    options.set_text(k_vendor_class, pxe.vendor);
    put_machine_id(inquiry.message(), options);  // dnsmasq's place for it, golden vector E
    if (!client.asks_for(k_vendor_options) && !chosen.forces_vendor(client)) return;
    const bool is_shown = !inquiry.boots.is_ipxe;
    const PxeMenu menu =
        is_shown ? PxeMenu{inquiry.pxe(), *pxe.arch, reply.tags, local, client.hardware} : PxeMenu{};
    const bool asks_later = pxe.is_uefi() && menu.only_program() != nullptr;
    const auto value = asks_later ? with_end(chosen.vendor_options(client)) : menu.option(client, chosen);
    if (!value.empty()) options.set(k_vendor_options, value);
    if (!asks_later && menu.is_too_long() && reply.note == Reason::none)
        reply.note = Reason::pxe_menu_too_long;
}

// UEFI drops an offer that says HTTPClient and has no URL, its address with it; without option 60 it is an
// ordinary one. With a URL it is none for HTTP Boot unless it says so (EDK2 HttpBootDhcp4.c), also where the
// file says PXEClient to everybody.
void put_http_client(const Inquiry& inquiry, Reply& reply) {
    if (!inquiry.boots.is_http_boot) return;
    Options& options = reply.message.options;
    const bool says_so = options.text(k_vendor_class).value_or("").starts_with(k_http_client);
    if (is_http_url(reply.boot_file)) {
        if (!says_so) options.set_text(k_vendor_class, k_http_client);
    } else if (says_so) {
        options.remove(k_vendor_class);
    }
}

// 175.176, no-pxedhcp: iPXE otherwise waits two seconds for a proxy's offer. Only where this answer names
// what to boot, nothing else is to be heard, and the file says nothing of iPXE's options itself.
void put_no_proxy(const Inquiry& inquiry, const ChosenOptions& chosen, Reply& reply) {
    const bool may_hear_a_proxy = !inquiry.place.proxies.empty() || inquiry.context.foreign_proxy_seen;
    if (!inquiry.boots.is_ipxe || may_hear_a_proxy || reply.boot_file.empty()) return;
    Options& options = reply.message.options;
    if (!inquiry.client.asks_for(k_ipxe) || options.has(k_ipxe) || chosen.has(k_ipxe)) return;
    constexpr std::array<std::uint8_t, 3> k_no_proxy_dhcp{176, 1, 1};
    options.set(k_ipxe, k_no_proxy_dhcp);
}

BootAnswer boot_for(const Inquiry& inquiry, const Tags& tags, const ChosenOptions& chosen,
                    const std::optional<PxeClient>& pxe, Ipv4 local) {
    const bool has_menu = pxe && pxe->arch && inquiry.pxe().shows_menu();
    const PxeClient* menu_of = has_menu ? &*pxe : nullptr;
    if (inquiry.boots.is_http_boot) return boot_for_http(inquiry, tags, chosen, menu_of, local);
    if (inquiry.boots.is_ipxe) return boot_for_ipxe(inquiry, tags, chosen, menu_of, local);
    BootAnswer boot = boot_of(inquiry.policy(), tags, chosen, {inquiry.boots, inquiry.client.hardware});
    // It boots from its menu alone; a program is for other machines unless a line says whom it is for.
    if (inquiry.has_quirk_menu() && !boot.is_for_some()) boot.file.clear();
    return boot;
}

Audience audience_of(const Inquiry& inquiry, const std::optional<PxeClient>& pxe) {
    if (!pxe) return Audience::everyone;
    // No menu is for HTTP clients, and dhcp-option-pxe only where dhcp-pxe-vendor names them.
    if (pxe->is_http()) return inquiry.policy().pxe.vendors.empty() ? Audience::everyone : Audience::pxe;
    return inquiry.pxe().shows_menu() && pxe->arch ? Audience::pxe_menu : Audience::pxe;
}

}  // namespace

Message reply_header(const Message& asked) {
    Message reply;
    reply.op = Op::reply;
    // hops and secs stay zero: they are the client's and its relays' business.
    reply.hardware = asked.hardware;
    reply.xid = asked.xid;
    reply.flags = asked.flags;
    reply.giaddr = asked.giaddr;
    return reply;
}

void put_client_id(const Message& asked, Options& reply) {
    // RFC 6842 3: option 61 MUST come back unaltered.
    if (const auto id = asked.options.find(k_client_id); id && !id->empty()) reply.set(k_client_id, *id);
}

void put_machine_id(const Message& asked, Options& reply) {
    // RFC 4578 2.3: 97 as well. A BOOTP client has no such option.
    const auto guid = asked.options.find(k_client_machine_id);
    if (guid && !guid->empty() && asked.type() != MessageType::none) reply.set(k_client_machine_id, *guid);
}

void put_relay_agent(const Message& asked, Options& reply) {
    // Whole, and last so that a relay that looks at the end finds it.
    if (const auto relay = asked.options.find(k_relay_agent)) reply.set(k_relay_agent, *relay);
}

Reply build_reply(const Inquiry& inquiry, const Terms& terms) {
    const Client& client = inquiry.client;
    Reply reply;
    reply.tags = terms.subnet != nullptr
                     ? tags_with_range(inquiry.policy(), inquiry.who, *terms.subnet->range)
                     : inquiry.who.tags;
    const auto pxe = pxe_client_of(inquiry);
    const Audience audience = audience_of(inquiry, pxe);
    const ChosenOptions chosen{inquiry.policy(), inquiry.who.tags, reply.tags, audience};

    const Ipv4 local = local_address(inquiry, terms.subnet);
    Message& message = reply.message;
    message = reply_header(inquiry.message());
    message.yiaddr = terms.address;
    if (terms.type != MessageType::offer) message.ciaddr = client.ciaddr;
    if (must_broadcast(inquiry)) message.flags |= k_broadcast_flag;

    // The order is dnsmasq's, but for the identities: some ROMs read no further than they must.
    Options& options = message.options;
    options.reserve(k_usual_options, k_usual_bytes);
    const bool is_dhcp = terms.type != MessageType::none;
    const bool has_lease = is_dhcp && !terms.address.is_zero();
    if (is_dhcp) {
        options.set_u8(k_message_type, static_cast<std::uint8_t>(terms.type));
        options.set_address(k_server_id, terms.server_id);
    }
    // RFC 2131 4.3.5: no lease time in the answer to INFORM.
    if (has_lease) put_seconds(options, k_lease_time, terms.lease_time);
    // RFC 4039 3.2: the ACK to a DISCOVER MUST say that it is one.
    if (inquiry.message().type() == MessageType::discover && terms.type == MessageType::ack)
        options.set(k_rapid_commit, {});
    // Before all that is configured: where room is short, build() leaves out what comes last.
    put_client_id(inquiry.message(), options);
    if (audience != Audience::pxe_menu) put_machine_id(inquiry.message(), options);
    put_subnet_selection(inquiry, options);
    put_boot(inquiry, boot_for(inquiry, reply.tags, chosen, pxe, local), local, reply);
    if (has_lease) put_renewal_times(inquiry, terms, chosen, options);
    if (terms.subnet != nullptr) put_network(inquiry, *terms.subnet, chosen, options);
    put_names(inquiry, terms, chosen, options);
    chosen.put_plain(client, local, options);
    keep_ipxe_from_itself(inquiry, chosen, reply.boot_file, options);
    std::string left_out = chosen.put_encapsulated(client, options);
    if (!left_out.empty() && reply.note == Reason::none) {
        reply.note = Reason::option_left_out;
        reply.detail = std::move(left_out);
    }
    put_http_client(inquiry, reply);
    if (has_lease) put_no_proxy(inquiry, chosen, reply);
    if (audience == Audience::pxe_menu) put_menu(inquiry, *pxe, chosen, local, reply);
    if (pxe && has_lease) {
        const OfferCase offer{.is_proxy = false,
                              .has_boot_server = inquiry.policy().pxe.shows_menu(),
                              .tags = reply.tags,
                              .chosen = chosen,
                              .local = local};
        reply.shape = adapt(inquiry, *pxe, offer, message, reply.boot_file, reply.boot_line);
    }
    put_relay_agent(inquiry.message(), options);
    return reply;
}

Message build_nak(const Inquiry& inquiry, Reason reason, Ipv4 server_id) {
    Message message = reply_header(inquiry.message());
    // RFC 2131 4.3.2: through a relay the NAK is for the whole link over there.
    if (!message.giaddr.is_zero()) message.flags |= k_broadcast_flag;
    message.options.set_u8(k_message_type, static_cast<std::uint8_t>(MessageType::nak));
    message.options.set_address(k_server_id, server_id);
    message.options.set_text(k_message, row_of(reason).phrase);
    const auto& asked = inquiry.message().options;
    if (const auto id = asked.find(k_client_id); id && !id->empty()) message.options.set(k_client_id, *id);
    if (const auto relay = asked.find(k_relay_agent)) message.options.set(k_relay_agent, *relay);
    return message;
}

std::size_t reply_limit(const Message& message) {
    constexpr std::size_t k_headers = 28;  // IP and UDP
    constexpr std::size_t k_least = 576 - k_headers;
    constexpr std::size_t k_most = 16384;
    // BOOTP's vendor area is 64 bytes and its receivers' buffers may be no longer (RFC 951 3).
    constexpr std::size_t k_bootp = 300;
    if (message.type() == MessageType::none) return k_bootp;
    const std::size_t asked = message.options.u16(k_max_message_size).value_or(0);
    return asked < k_headers ? k_least : std::clamp(asked - k_headers, k_least, k_most);
}

seconds lease_time_for(const Inquiry& inquiry, const Subnet& subnet) {
    const Host* host = inquiry.who.host;
    const seconds configured =
        host != nullptr && host->lease_time ? *host->lease_time : subnet.range->lease_time;
    const auto wanted = inquiry.message().options.u32(k_lease_time);
    if (!wanted) return configured;
    return std::min(configured, std::max(seconds{*wanted}, k_shortest_lease_time));
}

}  // namespace pxed::dhcp
