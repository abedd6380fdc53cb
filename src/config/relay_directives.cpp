// The rows of pxed as a relay agent, and of replies that are to be late.

#include <algorithm>
#include <array>

#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

// Firmware gives up after about a minute (PXE 2.1 2.2.3: 4, 8, 16 and 32 s).
constexpr seconds k_patience{60};

constexpr std::size_t k_longest_interface_name = 15;  // IFNAMSIZ

bool looks_like_ipv6(const Field& field) {
    return std::ranges::count(field.text(), ':') >= 2;
}

// `SERVER` or `SERVER#PORT`. False: it is neither, so an interface may be meant.
bool take_server(Line& line, const Field& field, dhcp::Relay& relay) {
    const auto hash = field.find('#');
    const auto server = Ipv4::parse(field.between(0, hash).text());
    if (!server) return false;
    // dnsmasq's spelling for "no server", beside an interface.
    if (!server->is_zero()) relay.server = server;
    if (hash == std::string_view::npos) return true;
    const auto port = parse_number_between(field.from(hash + 1).text(), 1, 0xffff);
    if (port) {
        relay.port = static_cast<std::uint16_t>(*port);
    } else {
        // dnsmasq says nothing and takes the port of DHCP.
        line.warn(quote(field.from(hash + 1).text()) + " is no port; requests go to port 67");
    }
    return true;
}

Parsed take_interface(Line& line, const Field& field, dhcp::Relay& relay) {
    const auto name = field.text();
    if (name.empty() || name.find_first_of(" /") != name.npos)
        return fail(quote(name) + " cannot be the name of an interface");
    // A server is named by its address, here as in dnsmasq, which takes a host name for an interface.
    if (name.size() > k_longest_interface_name)
        line.warn(quote(name) + " is no interface; a server is named by its address");
    relay.interface = name;
    return {};
}

// LOCAL,SERVER[#PORT][,INTERFACE] or LOCAL,INTERFACE; with dhcp-split-relay the last field is required, and
// an address may stand for the interface.
Parsed parse_relay(Line& line, bool is_split) {
    const auto form = [&] {
        return std::string{line.directive().name} + '=' + std::string{line.directive().syntax};
    };
    FieldReader fields{line.value()};
    if (!fields.has_more()) return fail("the local address is missing: " + form());
    dhcp::Relay relay;
    relay.origin = line.origin();
    relay.is_split = is_split;
    const Field local = fields.take();
    if (looks_like_ipv6(local)) {
        line.warn_once("this is a relay for DHCPv6; pxed relays DHCPv4 only and skips it");
        return {};
    }
    const auto address = Ipv4::parse(local.text());
    if (!address || address->is_zero()) {
        return fail(quote(local.text()) + " is no address of this machine; " + form() +
                    " begins with the address on the clients' network");
    }
    relay.local = *address;
    if (!fields.has_more()) return fail("neither a server nor an interface is named: " + form());
    const Field second = fields.take();
    if (looks_like_ipv6(second)) {
        line.warn("the server " + quote(second.text()) + " is IPv6 and LOCAL is not; the line is skipped");
        return {};
    }
    const bool has_server = second.is_empty() || take_server(line, second, relay);
    if (!has_server) {
        if (auto taken = take_interface(line, second, relay); !taken) return taken;
    }
    if (fields.has_more() && !has_server) {
        return fail(quote(second.text()) + " is no address; a server is named by its address: " + form());
    }
    if (fields.has_more()) {
        const Field last = fields.take();
        relay.uplink = is_split ? Ipv4::parse(last.text()) : std::nullopt;
        if (!relay.uplink) {
            if (auto taken = take_interface(line, last, relay); !taken) return taken;
        }
    }
    const bool is_pattern = relay.interface.ends_with('*');
    if (is_split && !relay.uplink && (relay.interface.empty() || is_pattern))
        return fail("the interface or the address towards the server is missing: " + form());
    if (!relay.server && (relay.interface.empty() || is_pattern))
        return fail("without a server the interface to broadcast on is missing: " + form());
    if (fields.has_more()) line.warn(quote(fields.take_rest().text()) + " is left over and ignored");
    line.config().dhcp.relays.push_back(std::move(relay));
    return {};
}

Parsed parse_dhcp_relay(Line& line) {
    return parse_relay(line, false);
}

Parsed parse_dhcp_split_relay(Line& line) {
    return parse_relay(line, true);
}

// [tag:T,...]SECONDS
Parsed parse_reply_delay(Line& line) {
    FieldReader fields{line.value()};
    dhcp::ReplyDelay delay;
    delay.origin = line.origin();
    delay.tests = take_tag_tests(fields);
    const Field length = fields.take_rest();
    const auto number = parse_number_between(length.text(), 0, 0xffffffff);
    // dnsmasq reads nothing as 0.
    if (!number && !length.is_empty()) {
        return fail(quote(length.text()) +
                    " is no number of seconds; dhcp-reply-delay=" + std::string{line.directive().syntax});
    }
    if (length.is_empty()) line.warn("no number of seconds is given, so nothing is delayed");
    delay.length = seconds{number.value_or(0)};
    if (delay.length > k_patience) {
        line.warn("no client waits for " + std::to_string(delay.length.count()) +
                  " seconds; a delay is one or two as a rule");
    }
    line.config().dhcp.reply_delays.push_back(std::move(delay));
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "dhcp-relay",
     .group = Group::dhcp,
     .syntax = "LOCAL,SERVER[#PORT][,INTERFACE]|LOCAL,INTERFACE",
     .help = "pass requests of a network on to a DHCP server elsewhere",
     .manual = "Makes pxed the relay agent of the network that has its address LOCAL: requests go to "
               "SERVER, which answers to LOCAL and so needs a route there. Several lines with one LOCAL "
               "name several servers. With INTERFACE only replies that come by it are passed on; without "
               "SERVER requests are broadcast out of it. Without this line, and without dhcp-split-relay, "
               "pxed is no relay agent. PORT is 67 unless given; dhcp-alternate-port does not change it. "
               "interface and except-interface say which clients are served, for relayed networks too, but "
               "replies of servers are heard everywhere.\n\n"
               "Relay agent information (option 82) that a switch has added is passed on untouched."
               "\n\n    dhcp-relay=10.1.0.1,10.2.0.2"
               "\n    dhcp-relay=10.1.0.1,10.2.0.3,eth1",
     .pitfall = "On a network that is relayed no dhcp-range counts.",
     .reload = Reload::sockets,
     .parse = parse_dhcp_relay},
    {.name = "dhcp-split-relay",
     .group = Group::dhcp,
     .syntax = "LOCAL,[SERVER[#PORT]],INTERFACE|ADDRESS",
     .help = "relay where clients and server have no route to each other",
     .manual = "Like dhcp-relay, but the server answers to an address it can reach: ADDRESS, or the first "
               "one of INTERFACE. LOCAL tells it which network the client is on (RFC 3527) and is the "
               "server address that clients are told (RFC 5107), so that they renew through the relay. "
               "Neither needs a route to the other then; the server has to know both RFCs, as pxed, dnsmasq "
               "and Kea do. With INTERFACE replies have to come by it. Without this line servers answer to "
               "LOCAL, see dhcp-relay."
               "\n\n    dhcp-split-relay=10.1.0.1,10.2.0.2,eth1",
     .pitfall = "The router and the DNS server that clients are told are likely to need lines of their own "
                "on the server.",
     .reload = Reload::sockets,
     .parse = parse_dhcp_split_relay},
    {.name = "dhcp-reply-delay",
     .group = Group::dhcp,
     .syntax = "[tag:TAG,...]SECONDS",
     .help = "send offers only this many seconds after they were asked for",
     .manual = "Holds offers and ProxyDHCP replies back, counted from when the request came. Some boot "
               "ROMs, that of the Raspberry Pi 3 above all, fail when the answer is too quick: one or two "
               "seconds cure them. A line whose tags match goes before one without tags; among several the "
               "last one counts. Without this line an offer waits for nothing but the test of its address, "
               "unless a profile delays it (see quirks). Unlike dnsmasq, pxed serves everybody else "
               "meanwhile, and takes more than one such line."
               "\n\n    dhcp-mac=set:pi3,b8:27:eb:*:*:*"
               "\n    dhcp-reply-delay=tag:pi3,2",
     .pitfall = "PXE firmware repeats its request after four seconds: stay below.",
     .parse = parse_reply_delay},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> relay_rows() {
    return k_rows;
}

}  // namespace pxed::config
