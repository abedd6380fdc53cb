#include "dhcp/other_servers.hpp"

#include <algorithm>
#include <string_view>

#include "dhcp/place.hpp"
#include "dhcp/subnets.hpp"

namespace pxed::dhcp {

namespace {

bool says(const Message& message, std::string_view vendor_class) {
    return message.options.text(k_vendor_class).value_or("").starts_with(vendor_class);
}

// Whether the file names anything to boot. A pool without it leaves that to somebody else on purpose.
bool names_boot_programs(const Policy& policy) {
    const auto is_boot_option = [](const ConfiguredOption& option) {
        return option.code == k_boot_file && option.envelope == Envelope::plain;
    };
    return !policy.boots.empty() || policy.pxe.shows_menu() || !policy.boot_tree.programs.empty() ||
           std::ranges::any_of(policy.options, is_boot_option);
}

// Replies that a relay agent of ours passes on are the server's it was told to ask.
bool is_relayed_for_us(const Policy& policy, Ipv4 server) {
    return std::ranges::any_of(policy.relays, [&](const Relay& line) { return line.server == server; });
}

// A second address, another instance on this host, a message of ours that came back by a second cable.
bool is_our_hardware(std::span<const Link> links, const HwAddr& sender) {
    return !sender.is_empty() && std::ranges::find(links, sender, &Link::hardware) != links.end();
}

machine::Event event_for(const Link& link, Reason reason, Ipv4 address, std::string detail) {
    machine::Event event;
    event.stage = machine::Stage::notice;
    event.reason = reason;
    event.interface = link.name;
    if (!address.is_zero()) event.peer = Endpoint{address, 0, link.index};
    event.detail = std::move(detail);
    return event;
}

std::string_view word_of(MessageType type) {
    if (type == MessageType::offer) return "an OFFER";
    return type == MessageType::nak ? "a NAK" : "an ACK";
}

}  // namespace

std::optional<ServerKind> kind_of(const Message& reply) {
    const auto type = reply.type();
    const bool is_reply = type == MessageType::offer || type == MessageType::ack || type == MessageType::nak;
    if (reply.op != Op::reply || !is_reply) return std::nullopt;
    // Only who minds the addresses of a network refuses one there.
    if (type == MessageType::nak) return ServerKind::gives_addresses;
    const bool claims_pxe = says(reply, "PXEClient");
    if (!reply.yiaddr.is_zero()) return claims_pxe ? ServerKind::claims_pxe : ServerKind::gives_addresses;
    if (claims_pxe || says(reply, "HTTPClient")) return ServerKind::proxy;
    return std::nullopt;
}

LinkRole role_on(const Policy& policy, const Link& link, std::span<const Link> links) {
    LinkRole role;
    const auto subnets = local_subnets({policy, link, links, {}, {}});
    // The first range decides, as in place_of().
    if (subnets.empty()) return role;
    role.is_proxy = subnets.front().range->is_proxy;
    role.gives_addresses = !role.is_proxy;
    return role;
}

Reason complaint(const Policy& policy, LinkRole role, ServerKind kind) {
    if (!role.gives_addresses && !role.is_proxy) return Reason::none;
    switch (kind) {
        case ServerKind::gives_addresses:
            // Beside a proxy that is how it should be.
            return role.gives_addresses ? Reason::competing_server : Reason::none;
        case ServerKind::claims_pxe:
            return role.gives_addresses ? Reason::competing_server : Reason::server_claims_pxe;
        case ServerKind::proxy:
            return role.is_proxy || names_boot_programs(policy) ? Reason::competing_proxy : Reason::none;
    }
    return Reason::none;
}

std::optional<machine::Event> OtherServers::hear(const ForeignReply& reply, const Policy& policy,
                                                 std::span<const Link> links, Instant now) {
    const Message& message = reply.message;
    const auto kind = kind_of(message);
    if (!kind || is_our_hardware(links, reply.sender)) return std::nullopt;
    // A relay agent's name in option 54 (RFC 5107) still tells one server from another.
    const Ipv4 address = message.options.address(k_server_id).value_or(reply.source);
    const bool is_our_relaying = !message.giaddr.is_zero() && is_ours(links, message.giaddr);
    if (address.is_zero() || is_our_relaying || is_ours(links, reply.source)) return std::nullopt;
    ++replies_;
    const std::string hardware = reply.sender.is_empty() ? "" : " (" + reply.sender.text() + ")";
    std::string detail = address.text() + hardware + " on " + reply.link->name + ", " +
                         std::string{word_of(message.type())} + " to " + message.hardware.text();
    return see({*kind, address, reply.sender, reply.link, std::move(detail)}, policy, links, now);
}

std::optional<machine::Event> OtherServers::hear_choice(const Arrival& request, const Policy& policy,
                                                        std::span<const Link> links, Instant now) {
    const Message& message = request.message;
    const auto server = message.options.address(k_server_id);
    // What comes through a relay says who answers on its network, not on this one.
    if (message.op != Op::request || message.type() != MessageType::request || !server || server->is_zero() ||
        !message.giaddr.is_zero())
        return std::nullopt;
    std::string detail = server->text() + " on " + request.link->name + ", chosen by " +
                         message.hardware.text() + "; its own replies were not heard";
    return see({ServerKind::gives_addresses, *server, {}, request.link, std::move(detail)}, policy, links,
               now);
}

std::optional<machine::Event> OtherServers::see(const Sight& sight, const Policy& policy,
                                                std::span<const Link> links, Instant now) {
    if (is_relayed_for_us(policy, sight.address)) return std::nullopt;
    if (is_ours(links, sight.address)) {
        // Beside a proxy of this host that is another program on it (dhcp-no-bind), whose own replies leave
        // here and are not heard.
        const bool is_beside_us =
            sight.kind != ServerKind::proxy && role_on(policy, *sight.link, links).is_proxy;
        if (is_beside_us) static_cast<void>(remember(sight, now));
        return std::nullopt;
    }
    Server* server = remember(sight, now);
    if (server == nullptr) return std::nullopt;
    if (server->told && now - *server->told < k_repeat) return std::nullopt;
    // Only for who may be told: the ranges of a link are looked through for it.
    const Reason reason = complaint(policy, role_on(policy, *sight.link, links), sight.kind);
    if (reason == Reason::none) return std::nullopt;
    // Two kinds of replies of one server may be one fault.
    const bool was_told = std::ranges::any_of(servers_, [&](const Server& other) {
        return other.address == server->address && other.interface == server->interface && other.told &&
               other.complaint == reason && now - *other.told < k_repeat;
    });
    if (was_told) return std::nullopt;
    server->told = now;
    server->complaint = reason;
    return event_for(*sight.link, reason, sight.address, sight.detail);
}

OtherServers::Server* OtherServers::remember(const Sight& sight, Instant now) {
    std::erase_if(servers_, [&](const Server& server) { return now - server.last > k_repeat; });
    const auto is_known = [&](const Server& server) {
        // A choice says nothing of a server's kind: any that is known by its address there is meant.
        return server.interface == sight.link->index && server.address == sight.address &&
               (server.kind == sight.kind || sight.hardware.is_empty());
    };
    auto found = std::ranges::find_if(servers_, is_known);
    if (found == servers_.end()) {
        if (servers_.size() >= k_most) return nullptr;
        servers_.push_back({.interface = sight.link->index,
                            .interface_name = sight.link->name,
                            .address = sight.address,
                            .hardware = sight.hardware,
                            .kind = sight.kind,
                            .last = now,
                            .told = {}});
        found = std::prev(servers_.end());
    }
    ++found->heard;
    found->last = now;
    if (!sight.hardware.is_empty()) found->hardware = sight.hardware;
    if (sight.kind != ServerKind::proxy)
        std::erase_if(alone_, [&](const Alone& alone) { return alone.interface == sight.link->index; });
    return &*found;
}

std::optional<machine::Event> OtherServers::note_proxy_offer(const Link& link, Instant now) {
    if (gives_addresses(link.index, now)) return std::nullopt;
    auto alone = std::ranges::find(alone_, link.index, &Alone::interface);
    if (alone == alone_.end()) {
        // One a served link, so the links bound it.
        alone_.push_back({.interface = link.index, .offers = 0, .since = now, .told = {}});
        alone = std::prev(alone_.end());
    }
    ++alone->offers;
    const bool is_long = alone->offers >= k_offers_alone && now - alone->since >= k_time_alone;
    if (!is_long || (alone->told && now - *alone->told < k_repeat)) return std::nullopt;
    alone->told = now;
    return event_for(
        link, Reason::no_dhcp_server, {},
        std::to_string(alone->offers) + " offers of ours on " + link.name + " without a sign of one");
}

void OtherServers::follow(std::span<const Link> links) {
    std::erase_if(alone_, [&](const Alone& alone) {
        return std::ranges::find(links, alone.interface, &Link::index) == links.end();
    });
}

bool OtherServers::has_proxy(unsigned interface, Instant now) const {
    return std::ranges::any_of(servers_, [&](const Server& server) {
        return server.kind == ServerKind::proxy && server.interface == interface &&
               now - server.last <= k_repeat;
    });
}

bool OtherServers::gives_addresses(unsigned interface, Instant now) const {
    return std::ranges::any_of(servers_, [&](const Server& server) {
        return server.kind != ServerKind::proxy && server.interface == interface &&
               now - server.last <= k_repeat;
    });
}

}  // namespace pxed::dhcp
