// ProxyDHCP and the PXE boot server. Addresses are another server's business; here machines are told what to
// boot.
#include "dhcp/pxe.hpp"

#include <algorithm>

#include "dhcp/boot.hpp"
#include "dhcp/boot_url.hpp"
#include "dhcp/delay.hpp"
#include "dhcp/destination.hpp"
#include "dhcp/http_boot.hpp"
#include "dhcp/ipxe_boot.hpp"
#include "dhcp/offer_shape.hpp"
#include "dhcp/pxe_menu.hpp"
#include "dhcp/reply.hpp"
#include "dhcp/trace.hpp"

namespace pxed::dhcp {

namespace {

using machine::Stage;

// A reply under way, and what it is made from.
struct Draft {
    Tags tags;
    ChosenOptions chosen;
    Message message;
    Ipv4 local;
    std::string file;
    Origin line;
    Reason note = Reason::none;
    std::optional<std::uint8_t> shape{};
    std::optional<Ipv4> file_server{};  ///< where siaddr is another
};

Draft begin(const Inquiry& inquiry, const PxeClient& pxe, const Subnet& subnet, MessageType type) {
    Tags tags = tags_with_range(inquiry.policy(), inquiry.who, *subnet.range);
    ChosenOptions chosen{inquiry.policy(), inquiry.who.tags, tags, Audience::pxe_proxy};
    Draft draft{.tags = std::move(tags),
                .chosen = std::move(chosen),
                .message = reply_header(inquiry.message()),
                .local = subnet.local,
                .file = {},
                .line = subnet.range->origin};
    Options& options = draft.message.options;
    options.set_u8(k_message_type, static_cast<std::uint8_t>(type));
    options.set_address(k_server_id, inquiry.server_id(&subnet));
    options.set_text(k_vendor_class, pxe.vendor);
    put_client_id(inquiry.message(), options);
    put_machine_id(inquiry.message(), options);
    return draft;
}

// shim, GRUB and old ROMs read the header alone, iPXE takes a proxy's offer without asking further only when
// it has siaddr and a file: both are always filled.
void name_file(Draft& draft, std::string_view file, Ipv4 server, Origin line) {
    draft.message.siaddr = server;
    draft.file = file;
    if (!file.empty()) draft.line = line;
    constexpr std::size_t k_header_file = 128;
    if (file.size() < k_header_file) {
        draft.message.file = file;
    } else {
        draft.message.options.set_text(k_boot_file, file, true);
        draft.note = Reason::boot_file_too_long;
    }
}

void show_menu(const Inquiry& inquiry, const PxeMenu& menu, Draft& draft) {
    const auto value = menu.option(inquiry.client, draft.chosen);
    if (!value.empty()) draft.message.options.set(k_vendor_options, value);
    if (menu.is_too_long() && draft.note == Reason::none) draft.note = Reason::pxe_menu_too_long;
}

Decision finish(const Inquiry& inquiry, Stage stage, Draft draft) {
    Options& options = draft.message.options;
    draft.chosen.put_plain(inquiry.client, draft.local, options);
    keep_ipxe_from_itself(inquiry, draft.chosen, draft.file, options);
    std::string left_out = draft.chosen.put_encapsulated(inquiry.client, options);
    put_relay_agent(inquiry.message(), options);

    machine::Event event = event_of(inquiry, stage, inquiry.client.ciaddr);
    event.file = std::move(draft.file);
    if (have_tags(inquiry.policy().linux_boots))
        event.tags.emplace(draft.tags.names().begin(), draft.tags.names().end());
    event.line = draft.line;
    event.reason = draft.note;
    event.offer_shape = draft.shape;
    if (stage == Stage::proxy_offer) explain_shape(inquiry, true, event);
    if (stage == Stage::proxy_offer) explain_quirk(inquiry, event);
    if (!left_out.empty() && event.reason == Reason::none) {
        event.reason = Reason::option_left_out;
        event.detail = std::move(left_out);
    }
    Decision decision;
    decision.reply_limit = reply_limit(inquiry.message());
    decision.destination = destination_of(inquiry, draft.message, draft.local);
    decision.reason = event.reason;
    decision.line = event.line;
    if (inquiry.context.traces) decision.trace = trace_of(inquiry, draft.tags, &draft.message);
    if (stage == Stage::proxy_offer) delay(inquiry, draft.tags, decision);
    decision.reply = std::move(draft.message);
    decision.events.push_back(std::move(event));
    return decision;
}

bool is_at_boot_server(const Inquiry& inquiry) {
    return inquiry.context.arrival.local_port == k_pxe_port;
}

// iPXE takes a proxy's offer as its answer when that has siaddr and a file, and asks nobody then. It would
// show a menu in the place of the file (ipxe#908), so it gets none.
void say_what_ipxe_boots(const Inquiry& inquiry, const PxeClient& pxe, const Subnet& subnet, Draft& draft) {
    const BootAnswer boot =
        boot_for_ipxe(inquiry, draft.tags, draft.chosen, &pxe, draft.local, subnet.range->is_proxy);
    const bool names_server = !boot.file.empty() || pxe.is_uefi();
    name_file(draft, boot.file, boot.server.value_or(names_server ? draft.local : Ipv4{}), boot.line);
    if (draft.note == Reason::none) draft.note = boot.note;
    // Golden vector C: with a UEFI machine's offer there is no 43, whoever asks.
    if (!pxe.is_uefi() || is_at_boot_server(inquiry)) show_menu(inquiry, PxeMenu{}, draft);
}

// UEFI HTTP Boot asks no boot server: all it is told stands in the offer (UEFI 2.10 24.7). Firmware reads
// option 67 first, GRUB the header alone.
void say_what_http_boots(const Inquiry& inquiry, const PxeClient& pxe, const Subnet& subnet, Draft& draft) {
    const BootAnswer boot =
        boot_for_http(inquiry, draft.tags, draft.chosen, &pxe, draft.local, subnet.range->is_proxy);
    name_file(draft, is_http_url(boot.file) ? boot.file : std::string_view{},
              boot.server.value_or(draft.local), boot.line);
    Options& options = draft.message.options;
    const bool lists_it = inquiry.client.parameters && inquiry.client.asks_for(k_boot_file);
    if (!draft.file.empty() && lists_it) options.set_text(k_boot_file, draft.file, true);
    options.set_text(k_vendor_class, k_http_client);
}

void say_what_to_boot(const Inquiry& inquiry, const PxeClient& pxe, const Subnet& subnet, Draft& draft) {
    if (pxe.is_http()) {
        say_what_http_boots(inquiry, pxe, subnet, draft);
        return;
    }
    if (inquiry.boots.is_ipxe) {
        say_what_ipxe_boots(inquiry, pxe, subnet, draft);
        return;
    }
    const HwAddr& machine = inquiry.client.hardware;
    BootAnswer boot =
        boot_of(inquiry.policy(), draft.tags, draft.chosen,
                {.client = inquiry.boots, .machine = machine, .is_proxy = subnet.range->is_proxy});
    // It boots from its menu alone; a program is for other machines unless a line says whom it is for.
    if (pxe.has_quirk_menu && !boot.is_for_some()) boot.file.clear();
    const Ipv4 boot_server = boot.server.value_or(draft.local);
    const PxeMenu menu{inquiry.pxe(), *pxe.arch, draft.tags, draft.local, machine};
    const PxeService* program = menu.only_program();
    if (!pxe.is_uefi()) {
        // A menu has its servers in option 43; siaddr is the file's.
        const bool names_server = !boot.file.empty() || pxe.has_quirk_menu;
        name_file(draft, boot.file, names_server ? boot_server : boot.server.value_or(Ipv4{}), boot.line);
        show_menu(inquiry, menu, draft);
    } else if (program != nullptr && is_at_boot_server(inquiry)) {
        // One program is no menu: it is the answer itself.
        const Ipv4 server = program->server_for(machine).value_or(draft.local);
        name_file(draft, program->file_of(0), server, program->origin);
        draft.message.sname = program->server_host.is_given() ? program->server_host.name : server.text();
    } else if (is_at_boot_server(inquiry)) {
        name_file(draft, boot.file, boot_server, boot.line);
        show_menu(inquiry, menu, draft);
    } else {
        // No option 43, or UEFI firmware before 2017 drops the first offer it gets (tianocore bug 469).
        // Without it UEFI asks siaddr on port 4011, so that has to be this server, wherever the file is.
        name_file(draft, program != nullptr ? std::string_view{} : boot.file, draft.local, boot.line);
        draft.file_server = boot_server;
    }
}

// ProxyDHCP's offer, or the boot server's answer to one who was sent there by an offer without a menu.
Decision say_boot(const Inquiry& inquiry, const PxeClient& pxe, const Subnet& subnet) {
    const bool is_offer = inquiry.message().type() == MessageType::discover;
    if (!pxe.arch) return silence(inquiry, stage_of(inquiry.message().type()), Reason::no_client_arch);
    Draft draft = begin(inquiry, pxe, subnet, is_offer ? MessageType::offer : MessageType::ack);
    draft.message.ciaddr = inquiry.client.ciaddr;
    // A client without an address hears nothing else.
    if (inquiry.client.ciaddr.is_zero()) draft.message.flags |= k_broadcast_flag;
    say_what_to_boot(inquiry, pxe, subnet, draft);
    // dnsmasq never answers without a menu. Here dhcp-boot is enough; but an offer that names nothing would
    // keep the client from what the other server may name.
    // An offer that says HTTPClient and has no URL is dropped whole, so nothing is lost with it.
    if (pxe.is_http() && draft.file.empty())
        return silence(inquiry, stage_of(inquiry.message().type()), Reason::no_boot_url);
    if (draft.note == Reason::ipxe_would_loop)
        return silence(inquiry, stage_of(inquiry.message().type()), draft.note, {}, draft.line);
    if (!inquiry.pxe().shows_menu() && draft.file.empty())
        return silence(inquiry, stage_of(inquiry.message().type()), Reason::no_boot_file);
    const OfferCase offer{.is_proxy = subnet.range->is_proxy,
                          .has_boot_server = true,
                          .tags = draft.tags,
                          .chosen = draft.chosen,
                          .local = draft.local,
                          .file_server = draft.file_server};
    draft.shape = adapt(inquiry, pxe, offer, draft.message, draft.file, draft.line);
    return finish(inquiry, is_offer ? Stage::proxy_offer : Stage::boot_server, std::move(draft));
}

const PxeService* service_of(const PxePolicy& policy, std::uint16_t type) {
    for (const auto& service : policy.services) {
        if (service.type == type && service.is_ours()) return &service;
    }
    return nullptr;
}

const Subnet* find_around(const std::vector<Subnet>& subnets, Ipv4 address) {
    const auto found =
        std::ranges::find_if(subnets, [&](const Subnet& subnet) { return subnet.contains(address); });
    return found == subnets.end() ? nullptr : &*found;
}

// The network that gave the client its address, if we gave it.
const Subnet* pool_around(const Place& place, Ipv4 address) {
    return place.is_proxy_first ? nullptr : find_around(place.subnets, address);
}

// A ROM that asks on port 67 listens on 68, and may want broadcasts or not answer ARP yet.
void send_to_rom(const Inquiry& inquiry, Decision& decision) {
    Destination& destination = decision.destination;
    const Message& reply = *decision.reply;
    destination.port = inquiry.policy().client_port;
    if (reply.wants_broadcast()) {
        destination.way = Destination::Way::broadcast;
        destination.address = k_limited_broadcast;
    } else if (reply.hardware.is_ethernet() && is_on_link(*inquiry.context.arrival.link, reply.yiaddr)) {
        destination.way = Destination::Way::link_layer;
        destination.address = reply.yiaddr;
        destination.hardware = reply.hardware;
    }
}

// The client took an item of the menu (PXE 2.1 2.3): the file of its type, and the item said back.
Decision serve_item(const Inquiry& inquiry, const PxeClient& pxe, const pxe::BootItem& item) {
    const Stage stage = stage_of(inquiry.message().type());
    // Also beside an option 50, where Client reads no ciaddr: the request is about the address it has.
    const Ipv4 address = inquiry.message().ciaddr;
    if (item.asks_for_credentials()) return silence(inquiry, stage, Reason::credentials_asked, address);
    const Subnet* subnet = find_around(inquiry.place.subnets, address);
    if (subnet == nullptr) subnet = find_around(inquiry.place.proxies, address);
    if (subnet == nullptr) return silence(inquiry, stage, Reason::wrong_network, address);
    const PxeService* service = service_of(inquiry.policy().pxe, item.type);
    if (service == nullptr) return silence(inquiry, stage, Reason::unknown_boot_item, address);

    Draft draft = begin(inquiry, pxe, *subnet, MessageType::ack);
    draft.message.yiaddr = address;
    name_file(draft, service->file_of(item.layer),
              service->server_for(inquiry.client.hardware).value_or(draft.local), service->origin);
    pxe::VendorOptions said_back;
    said_back.boot_item = item;
    auto value = pxe::build(said_back).value_or(std::vector<std::uint8_t>{});
    const auto added = draft.chosen.vendor_options(inquiry.client);
    value.insert(value.end(), added.begin(), added.end());
    draft.message.options.set(k_vendor_options, with_end(std::move(value)));

    Decision decision = finish(inquiry, Stage::boot_server, std::move(draft));
    const bool is_direct = !is_at_boot_server(inquiry) && inquiry.message().giaddr.is_zero();
    if (is_direct && inquiry.message().type() == MessageType::request) send_to_rom(inquiry, decision);
    return decision;
}

// The proxy range whose tags hold; a tagged one that does not hold leaves the client without an answer.
const Subnet* proxy_of(const Inquiry& inquiry) {
    for (const auto& subnet : inquiry.place.proxies) {
        if (inquiry.who.tags.satisfy(subnet.range->tests)) return &subnet;
    }
    return nullptr;
}

std::optional<Decision> answer_pxe(const Inquiry& inquiry, const PxeClient& pxe) {
    const MessageType type = inquiry.message().type();
    const bool may_ask = type == MessageType::request || type == MessageType::inform;
    const bool shows_menu = inquiry.policy().pxe.shows_menu();
    if (const auto vendor = inquiry.message().options.find(k_vendor_options);
        vendor && may_ask && shows_menu) {
        if (const auto item = pxe::boot_item_of(*vendor)) return serve_item(inquiry, pxe, *item);
    }
    // HTTP clients know no boot server, and may as well have their URL from the pool's own answer.
    const bool has_pool = !inquiry.place.subnets.empty() && !inquiry.place.is_proxy_first;
    if (pxe.is_http() && (is_at_boot_server(inquiry) || (has_pool && inquiry.policy().pxe.vendors.empty())))
        return std::nullopt;
    const bool asks_boot_server = type == MessageType::request && is_at_boot_server(inquiry);
    const Subnet* proxy = proxy_of(inquiry);
    if (proxy != nullptr && (type == MessageType::discover || asks_boot_server)) {
        // Without an architecture it may still have an address of ours.
        if (!pxe.arch && has_pool && !is_at_boot_server(inquiry)) return std::nullopt;
        return say_boot(inquiry, pxe, *proxy);
    }
    // A UEFI client whose lease is ours and came without a menu asks here what to boot. dnsmasq sends it that
    // way and then does not answer.
    const Subnet* own = pool_around(inquiry.place, inquiry.client.ciaddr);
    if (asks_boot_server && shows_menu && pxe.is_uefi() && own != nullptr)
        return say_boot(inquiry, pxe, *own);
    return std::nullopt;
}

// A server with proxy ranges alone says nothing to ordinary clients on any interface, not even to an INFORM.
bool gives_addresses(const Policy& policy) {
    return policy.ranges.empty() || !std::ranges::all_of(policy.ranges, &Range::is_proxy);
}

// Why a message gets no answer where only PXE is served.
Reason refusal_of(const Inquiry& inquiry, const std::optional<PxeClient>& pxe) {
    if (inquiry.place.subnets.empty() && inquiry.place.proxies.empty()) return Reason::no_range;
    if (!pxe) return Reason::not_pxe;
    const auto server_id = inquiry.message().options.address(k_server_id);
    const bool is_request = inquiry.message().type() == MessageType::request;
    const bool chose_another = is_request && server_id && !inquiry.is_server_id(*server_id);
    return chose_another ? Reason::other_server : Reason::proxy_only;
}

}  // namespace

std::optional<Decision> decide_pxe(const Inquiry& inquiry) {
    const bool is_only_pxe = is_at_boot_server(inquiry) || inquiry.place.is_proxy_first;
    const auto pxe = pxe_client_of(inquiry);
    const auto& who = inquiry.who;
    // `dhcp-host=...,ignore` keeps a machine from a lease, not from its boot file: so dnsmasq has it.
    const bool is_ignored = who.silence == Reason::ignored_by_tag;
    if (pxe && !is_ignored) {
        if (auto decision = answer_pxe(inquiry, *pxe)) return decision;
    }
    if (!is_only_pxe && gives_addresses(inquiry.policy())) return std::nullopt;
    const Ipv4 address = inquiry.client.requested.value_or(inquiry.client.ciaddr);
    const Stage stage = stage_of(inquiry.message().type());
    if (pxe && is_ignored) return silence(inquiry, stage, who.silence, address, who.silenced_by);
    return silence(inquiry, stage, refusal_of(inquiry, pxe), address);
}

}  // namespace pxed::dhcp
