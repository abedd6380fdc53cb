// The rows of networks that are more than one interface with one subnet: several subnets on a wire,
// interfaces that stand for others, relays, clients that get their lease in another way than by four
// messages.

#include <algorithm>
#include <array>
#include <string>

#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/parsers.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

// INTERFACE|ADDRESS,ADDRESS. dnsmasq refuses an interface that does not exist; here it may come later.
Parsed parse_shared_network(Line& line) {
    const auto fields = line.value().split();
    if (fields.size() != 2 || fields[0].is_empty()) {
        return fail("bad shared network " + quote(line.value().text()) +
                    "; it is INTERFACE,ADDRESS or ADDRESS,ADDRESS");
    }
    if (fields[1].contains(':')) {
        line.warn_once("this is a network of IPv6; pxed serves DHCPv4 only and skips it");
        return {};
    }
    const auto inside = Ipv4::parse(fields[1].text());
    if (!inside) return fail(quote(fields[1].text()) + " is no address of the other network");
    dhcp::SharedNetwork shared{{}, Ipv4::parse(fields[0].text()), *inside, line.origin()};
    if (!shared.address) {
        TRY(shared.interface, interface_name(fields[0]));
    }
    line.config().dhcp.shared_networks.push_back(std::move(shared));
    return {};
}

// INTERFACE,ALIAS[,ALIAS...]. Lines with the same interface add up, and keep the place of the first: where
// two interfaces claim one alias, the one that was named later has it, as in dnsmasq.
Parsed parse_bridge_interface(Line& line) {
    FieldReader fields{line.value()};
    if (!fields.has_more()) return fail(std::string{"an interface and its aliases are missing"});
    TRY(std::string name, interface_name(fields.take()));
    if (!fields.has_more()) return fail("the aliases of " + quote(name) + " are missing: INTERFACE,ALIAS");
    auto& bridges = line.config().daemon.bridges;
    auto bridge = std::ranges::find(bridges, name, &Bridge::interface);
    if (bridge == bridges.end()) {
        bridge = bridges.insert(bridges.end(), {std::move(name), {}, line.origin()});
    }
    while (fields.has_more()) {
        TRY(std::string alias, interface_name(fields.take()));
        bridge->aliases.push_back({std::move(alias), line.origin()});
    }
    return {};
}

Parsed add_no_dhcp(Line& line, bool stops_tftp) {
    // dnsmasq takes an empty value for no interface at all.
    for (const auto& field : line.value().split()) {
        if (field.is_empty()) continue;
        TRY(std::string name, interface_name(field));
        line.config().daemon.no_dhcp_interfaces.push_back({{std::move(name), line.origin()}, stops_tftp});
    }
    return {};
}

Parsed parse_no_dhcp_interface(Line& line) {
    return add_no_dhcp(line, true);
}

// Measured: dnsmasq 2.90 goes on with TFTP there, even beside no-dhcpv6-interface.
Parsed parse_no_dhcpv4_interface(Line& line) {
    return add_no_dhcp(line, false);
}

Parsed parse_dhcp_proxy(Line& line) {
    // Bare it means all relays; `dhcp-proxy=` is a value that got lost, which dnsmasq refuses too.
    if (line.has_value() && line.value().is_empty()) return fail(std::string{"an address is missing"});
    auto& stand_ins = line.config().dhcp.stand_ins;
    stand_ins.are_given = true;
    for (const auto& field : line.value().split()) {
        const auto relay = Ipv4::parse(field.text());
        if (!relay) return fail(quote(field.text()) + " is no address of a relay");
        stand_ins.relays.push_back(*relay);
    }
    return {};
}

// Without tags it holds for all.
Parsed parse_bootp_dynamic(Line& line) {
    line.config().dhcp.bootp_dynamics.push_back({tag_tests_of(line.value()), line.origin()});
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "shared-network",
     .group = Group::dhcp,
     .syntax = "INTERFACE|ADDRESS,ADDRESS",
     .help = "serve another network on the wire of an interface or relay",
     .manual = "Says that a second network is on the same wire, so that the ranges of both give addresses "
               "there. The wire is named by an interface, by an address of this machine or by the address "
               "of a relay (giaddr); the last ADDRESS is any address of the other network. Without this "
               "line a request finds only ranges of the network that it comes from. The range over there "
               "needs a NETMASK."
               "\n\n    shared-network=eth0,192.168.2.1"
               "\n    dhcp-range=192.168.2.50,192.168.2.150,255.255.255.0,12h"
               "\n    dhcp-range=192.168.1.50,192.168.1.150,12h",
     .pitfall = "Clients of the other network are told no router unless `dhcp-option=option:router` names "
                "one: nothing says what it would be.",
     .parse = parse_shared_network},
    {.name = "bridge-interface",
     .group = Group::interfaces,
     .syntax = "INTERFACE,ALIAS[,ALIAS...]",
     .help = "take requests by the aliases as if they came by INTERFACE",
     .manual = "Serves interfaces without an address of their own, such as the taps of virtual machines: "
               "what comes by an ALIAS (a final `*` stands for any ending) is decided as if it had come by "
               "INTERFACE, and the reply leaves by the alias. Only INTERFACE counts for interface, "
               "except-interface and tags. Aliases may come and go. Without this line a machine that asks "
               "by such an interface gets no address: no range is on its network."
               "\n\n    bridge-interface=br0,tap*",
     .pitfall = "The ports of a bridge need no such line: what comes by them comes by the bridge.",
     .reload = Reload::sockets,
     .parse = parse_bridge_interface},
    {.name = "no-dhcp-interface",
     .short_option = '2',
     .group = Group::interfaces,
     .syntax = "INTERFACE[,INTERFACE...]",
     .help = "serve neither DHCP nor TFTP on these interfaces",
     .manual = "Leaves these interfaces without DHCP and TFTP, whatever interface and listen-address say. "
               "Without this line those two and except-interface decide alone. Only `enable-tftp=INTERFACE` "
               "and `enable-http=INTERFACE` still serve files there."
               "\n\n    no-dhcp-interface=eth1",
     .pitfall = "It takes TFTP and HTTP away as well; no-dhcpv4-interface does not.",
     .reload = Reload::sockets,
     .parse = parse_no_dhcp_interface},
    {.name = "no-dhcpv4-interface",
     .group = Group::interfaces,
     .syntax = "INTERFACE[,INTERFACE...]",
     .help = "do not serve DHCP on these interfaces, but TFTP",
     .manual = "Leaves these interfaces without DHCP, whatever interface and listen-address say. Without "
               "this line those two and except-interface decide alone. TFTP is served there as elsewhere."
               "\n\n    no-dhcpv4-interface=eth1",
     .reload = Reload::sockets,
     .parse = parse_no_dhcpv4_interface},
    // The option of RFC 5107 is the better way; this one is for relays that do not send it.
    {.name = "dhcp-proxy",
     .group = Group::dhcp,
     .value = Value::optional,
     .syntax = "ADDRESS[,ADDRESS...]",
     .help = "let relays (all, or these) see every packet of their clients",
     .manual = "Tells clients behind a relay that the relay is their server, so that renewals pass it too "
               "and get its option 82. A relay that sends a server identifier override itself (RFC 5107) "
               "needs no such line. Without this line clients behind one that does not renew straight from "
               "pxed. With addresses only these relays are meant. It has nothing to do with ProxyDHCP, "
               "which is `dhcp-range=...,proxy`."
               "\n\n    dhcp-proxy=192.168.2.1",
     .parse = parse_dhcp_proxy},
    {.name = "bootp-dynamic",
     .short_option = '3',
     .group = Group::dhcp,
     .value = Value::optional,
     .syntax = "tag:TAG[,tag:TAG...]",
     .help = "give BOOTP clients (those with all these tags) addresses of a range",
     .manual = "Gives BOOTP clients addresses of a range as well, all of them or those that have all the "
               "tags. Without this line they get that of their dhcp-host line or none."
               "\n\n    bootp-dynamic=tag:terminals",
     .pitfall = "BOOTP knows no end of a lease: the address is gone for ever, unless the machine's dhcp-host "
                "line has a lease time.",
     .parse = parse_bootp_dynamic},
    {.name = "dhcp-rapid-commit",
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "acknowledge at once to clients that ask for it (RFC 4039)",
     .manual = "Answers the DISCOVER of a client that asks for a rapid commit with the ACK, which saves two "
               "messages. The lease is stored first, as always.",
     .pitfall = "Where several servers share a network each of them gives the machine a lease.",
     .parse = flag<&dhcp::Policy::commits_rapidly>},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> network_rows() {
    return k_rows;
}

}  // namespace pxed::config
