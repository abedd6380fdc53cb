// pxed as a relay agent.
#include "dhcp/relay.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/reversed.hpp"
#include "dhcp/place.hpp"
#include "wire/relayed.hpp"

namespace pxed::dhcp {

namespace {

using machine::Event;
using machine::Stage;

bool has_address(const Link& link, Ipv4 address) {
    return std::ranges::find(link.addresses, address, &Network::address) != link.addresses.end();
}

const Link* link_with(std::span<const Link> links, Ipv4 address) {
    const auto found =
        std::ranges::find_if(links, [&](const Link& link) { return has_address(link, address); });
    return found == links.end() ? nullptr : &*found;
}

bool is_named(std::string_view interface, const std::string& pattern) {
    if (!pattern.ends_with('*')) return interface == pattern;
    return interface.starts_with(std::string_view{pattern}.substr(0, pattern.size() - 1));
}

Event event_of(const RelayContext& context, const Message& message, const Relay& line) {
    Event event;
    event.stage = Stage::relay;
    event.machine = message.hardware;
    event.interface = context.link.name;
    event.xid = message.xid;
    event.line = line.origin;
    return event;
}

RelayDecision dropped(const RelayContext& context, const Message& message, const Relay& line, Reason reason,
                      std::string detail) {
    RelayDecision decision;
    decision.events.push_back(event_of(context, message, line));
    decision.events.front().reason = reason;
    decision.events.front().detail = std::move(detail);
    return decision;
}

// --- From a client to a server ---

/// A request of a client, or of a relay agent between it and us.
class Upstream {
 public:
    Upstream(const RelayContext& context, Message message)
        : context_(context), message_(std::move(message)) {}

    std::optional<RelayDecision> decide() {
        if (!context_.served.contains(context_.link.index)) return std::nullopt;
        RelayDecision decision;
        for (const Relay& line : reversed(context_.policy.relays)) {  // dnsmasq's order
            if (!has_address(context_.link, line.local)) continue;
            if (const Reason reason = refusal(); reason != Reason::none)
                return dropped(context_, message_, line, reason, line.local.text());
            forward(line, decision);
        }
        if (decision.events.empty()) return std::nullopt;
        return decision;
    }

 private:
    // A message that comes back to its relay agent, or was never anybody's, would go round for ever.
    [[nodiscard]] Reason refusal() const {
        if (message_.hops > k_most_hops) return Reason::too_many_hops;
        const Ipv4 giaddr = message_.giaddr;
        const bool is_no_host =
            giaddr.is_loopback() || giaddr.is_multicast() || giaddr.is_limited_broadcast();
        return is_no_host || is_ours(context_.links, giaddr) ? Reason::relay_refused : Reason::none;
    }

    void forward(const Relay& line, RelayDecision& decision) const {
        const auto fail = [&](Reason reason, std::string detail) {
            auto why = dropped(context_, message_, line, reason, std::move(detail));
            decision.events.push_back(std::move(why.events.front()));
        };
        Forwarded forwarded;
        std::string target = line.interface;
        if (line.server) {
            forwarded.destination.way = Destination::Way::routed;
            forwarded.destination.address = *line.server;
            target = line.server->text();
            if (line.port != k_server_port) target += '#' + std::to_string(line.port);
        } else {
            const auto way_out = std::ranges::find(context_.links, line.interface, &Link::name);
            if (way_out == context_.links.end()) return fail(Reason::relay_without_interface, line.interface);
            forwarded.destination.address = k_limited_broadcast;
            forwarded.interface = way_out->index;
        }
        const auto giaddr = giaddr_of(line, context_.links);
        if (!giaddr) return fail(Reason::relay_without_interface, line.interface);
        auto datagram = datagram_for(line, *giaddr);
        if (!datagram) return fail(Reason::malformed, "its options leave no room for option 82");
        forwarded.datagram = std::move(*datagram);
        forwarded.destination.port = line.port;
        forwarded.destination.source = *giaddr;
        forwarded.destination.source_port = context_.policy.server_port;
        decision.forwarded.push_back(std::move(forwarded));
        decision.events.push_back(event_of(context_, message_, line));
        decision.events.back().detail = line.local.text() + " -> " + target;
    }

    [[nodiscard]] std::optional<std::vector<std::uint8_t>> datagram_for(const Relay& line,
                                                                        Ipv4 giaddr) const {
        const auto hops = static_cast<std::uint8_t>(message_.hops + 1);
        // RFC 1542 4.1.1: the first relay agent's address stays, and with it the way back.
        if (!message_.giaddr.is_zero()) return with_giaddr(context_.datagram, hops, message_.giaddr);
        auto datagram = with_giaddr(context_.datagram, hops, giaddr);
        if (!line.is_split) return datagram;
        return with_relay_agent(datagram, agent_information(line));
    }

    // RFC 3046 2.1.1 wants what a switch has put into option 82 left there. Ours is added to it: without the
    // client's network the server would serve that of giaddr. What says the same as ours is taken out, or a
    // client could choose its network and its server's name by an option 82 of its own.
    [[nodiscard]] std::vector<std::uint8_t> agent_information(const Relay& line) const {
        std::vector<std::uint8_t> information;
        const auto before = message_.options.find(k_relay_agent);
        for (const auto& [code, value] : suboptions(before.value_or(Bytes{}), false)) {
            if (code == k_link_selection || code == k_server_id_override || code == k_relay_flags) continue;
            information.insert(information.end(), {code, static_cast<std::uint8_t>(value.size())});
            information.insert(information.end(), value.begin(), value.end());
        }
        const auto add = [&](std::uint8_t code, Bytes value) {
            information.push_back(code);
            information.push_back(static_cast<std::uint8_t>(value.size()));
            information.insert(information.end(), value.begin(), value.end());
        };
        std::array<std::uint8_t, 4> local{};
        ByteWriter{local}.ipv4(line.local);
        add(k_link_selection, local);
        // RFC 5107: the client unicasts to us what it would else send past us to a server it cannot reach.
        add(k_server_id_override, local);
        add(k_relay_flags, std::array{context_.was_unicast ? k_relay_unicast : std::uint8_t{0}});
        return information;
    }

    const RelayContext& context_;
    Message message_;
};

// --- From a server to a client ---

/// A reply to a request that we have passed on.
class Downstream {
 public:
    Downstream(const RelayContext& context, Message message)
        : context_(context), message_(std::move(message)) {}

    std::optional<RelayDecision> decide() const {
        const Relay* misdirected = nullptr;
        const Relay* line = find_line(misdirected);
        if (line == nullptr && misdirected == nullptr) return std::nullopt;
        if (line == nullptr) {
            return dropped(context_, message_, *misdirected, Reason::relay_reply_misdirected,
                           misdirected->local.text() + " <- " + context_.source.text() + " by " +
                               context_.link.name + " instead of " + misdirected->interface);
        }
        const Link* link = link_with(context_.links, line->local);
        if (link == nullptr || !context_.served.contains(link->index))
            return dropped(context_, message_, *line, Reason::wrong_interface, line->local.text());
        RelayDecision decision;
        Forwarded forwarded;
        forwarded.interface = link->index;
        forwarded.destination = destination(*line);
        forwarded.datagram = line->is_split ? without_ours(*line)
                                            : std::vector(context_.datagram.begin(), context_.datagram.end());
        decision.forwarded.push_back(std::move(forwarded));
        decision.events.push_back(event_of(context_, message_, *line));
        decision.events.back().detail = line->local.text() + " <- " + context_.source.text();
        if (!message_.yiaddr.is_zero()) decision.events.back().peer = Endpoint{message_.yiaddr, 0};
        return decision;
    }

 private:
    // The line whose giaddr it is. Split relays may share one address towards the server; then the server's
    // echo of option 82 tells them apart, or the address it gave where it echoes nothing.
    const Relay* find_line(const Relay*& misdirected) const {
        for (const Relay& line : context_.policy.relays) {
            if (giaddr_of(line, context_.links) != message_.giaddr) continue;
            if (line.is_split && !is_of(line)) continue;
            if (line.interface.empty() || is_named(context_.link.name, line.interface)) return &line;
            misdirected = &line;
        }
        return nullptr;
    }

    [[nodiscard]] bool is_of(const Relay& line) const {
        if (const auto selected = suboption(k_link_selection))
            return ByteReader{*selected}.ipv4() == line.local;
        const Link* link = link_with(context_.links, line.local);
        const Ipv4 address = message_.yiaddr.is_zero() ? message_.ciaddr : message_.yiaddr;
        return link != nullptr && (address.is_zero() || is_on_link(*link, address));
    }

    [[nodiscard]] std::optional<Bytes> suboption(std::uint8_t code) const {
        const auto information = message_.options.find(k_relay_agent);
        return information ? find_suboption(*information, code, false) : std::nullopt;
    }

    // RFC 3046 2.1: what a relay agent has added it takes out again. A switch's own sub-options stay.
    [[nodiscard]] std::vector<std::uint8_t> without_ours(const Relay& line) const {
        const std::vector<std::uint8_t> as_it_is{context_.datagram.begin(), context_.datagram.end()};
        const auto information = message_.options.find(k_relay_agent);
        if (!information) return as_it_is;
        std::array<std::uint8_t, 4> local{};
        ByteWriter{local}.ipv4(line.local);
        std::vector<std::uint8_t> left;
        for (const Option& part : suboptions(*information, false)) {
            const bool is_ours = part.code == k_link_selection || part.code == k_server_id_override;
            if (part.code == k_relay_flags || (is_ours && std::ranges::equal(part.value, local))) continue;
            left.push_back(part.code);
            left.push_back(static_cast<std::uint8_t>(part.value.size()));
            left.insert(left.end(), part.value.begin(), part.value.end());
        }
        // What cannot be taken out does a client no harm.
        return with_relay_agent(context_.datagram, left).value_or(as_it_is);
    }

    // RFC 2131 4.1 from the relay agent's side. A NAK has no address to go to, and its client may believe in
    // a wrong one; dnsmasq 2.90 sends it to 0.0.0.0 unless the server has set the broadcast bit.
    [[nodiscard]] Destination destination(const Relay& line) const {
        Destination to;
        to.address = k_limited_broadcast;
        to.port = context_.policy.client_port;
        to.source = line.local;
        to.source_port = context_.policy.server_port;
        if (message_.wants_broadcast() || message_.type() == MessageType::nak) return to;
        const Ipv4 address = message_.yiaddr.is_zero() ? message_.ciaddr : message_.yiaddr;
        // The frame names the client's hardware and leaves by its interface: no address leads it elsewhere.
        const bool is_a_host =
            !address.is_zero() && !address.is_multicast() && !address.is_limited_broadcast();
        if (is_a_host && message_.hardware.is_ethernet()) {
            to.way = Destination::Way::link_layer;
            to.hardware = message_.hardware;
            to.address = address;
        }
        return to;
    }

    const RelayContext& context_;
    Message message_;
};

}  // namespace

std::optional<Ipv4> giaddr_of(const Relay& line, std::span<const Link> links) {
    if (!line.is_split) return line.local;
    if (line.uplink) return line.uplink;
    const auto link = std::ranges::find(links, line.interface, &Link::name);
    if (link == links.end() || link->addresses.empty()) return std::nullopt;
    return link->addresses.front().address;
}

std::optional<RelayDecision> relay(const RelayContext& context) {
    if (context.policy.relays.empty()) return std::nullopt;
    auto message = read_relayed(context.datagram);
    if (!message) return std::nullopt;
    if (message->op == Op::request) return Upstream{context, std::move(*message)}.decide();
    return Downstream{context, std::move(*message)}.decide();
}

}  // namespace pxed::dhcp
