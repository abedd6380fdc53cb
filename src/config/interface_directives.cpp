// The rows that say where pxed listens. An interface that is not there is never an error: it is waited for.

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "config/line.hpp"
#include "config/parsers.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

Result<std::string, std::string> interface_name(const Field& field) {
    // IFNAMSIZ leaves 15 characters; the kernel takes no slash, no blank, no control character.
    constexpr std::size_t k_longest_interface_name = 15;
    const auto name = field.text();
    if (name.size() > k_longest_interface_name || name.find_first_of(" /\t") != name.npos)
        return fail(quote(name) + " cannot be the name of an interface");
    // No kernel would mind such a name, but nobody has one: it is listen-address that was meant.
    if (Ipv4::parse(name)) return fail(quote(name) + " is an address; write listen-address=" + field.str());
    return field.str();
}

namespace {

Parsed add_names(Line& line, std::vector<InterfaceName>& names) {
    for (const auto& field : line.value().split()) {
        TRY(std::string name, interface_name(field));
        names.push_back({std::move(name), line.origin()});
    }
    return {};
}

Parsed parse_interface(Line& line) {
    auto& names = line.config().daemon.interfaces;
    if (!line.value().is_empty()) return add_names(line, names);
    // dnsmasq then serves the loopback interface with DNS and nothing else.
    line.warn("no interface is named, so none is served by this line");
    names.push_back({{}, line.origin()});
    return {};
}

Parsed parse_except_interface(Line& line) {
    return add_names(line, line.config().daemon.except_interfaces);
}

Parsed parse_listen_address(Line& line) {
    if (line.value().is_empty()) return fail(std::string{"an address is missing"});
    for (const auto& field : line.value().split()) {
        const auto address = Ipv4::parse(field.text());
        if (address) {
            line.config().daemon.listen_addresses.push_back({*address, line.origin()});
        } else if (field.contains(':')) {
            line.warn("the IPv6 address " + quote(field.text()) + " is left out; pxed serves DHCPv4 only");
        } else {
            return fail(quote(field.text()) +
                        " is no address; to name an interface write interface=" + escaped(field.text()));
        }
    }
    return {};
}

// dnsmasq's DNS port. Only 0, "no DNS", says what is so.
Parsed parse_port(Line& line) {
    if (line.value().is_empty()) {
        // What a template with nothing to fill in leaves; dnsmasq reads it as 0.
        line.warn("the value is empty; that is read as 0", "0");
        line.config().daemon.dns_port = 0;
        return {};
    }
    const auto port = parse_number_between(line.value().text(), 0, 0xffff);
    if (!port) return fail(quote(line.value().text()) + " is no port from 0 to 65535");
    line.config().daemon.dns_port = *port;
    if (*port != 0) line.warn("the port is that of DNS, which pxed does not serve");
    return {};
}

// dnsmasq stops at run time when both are given; here they are one, and check() says so.
Parsed bind_interfaces(Line& line) {
    line.config().daemon.binds_interfaces = true;
    line.config().daemon.bind_interfaces_origin = line.origin();
    return {};
}

Parsed bind_dynamic(Line& line) {
    line.config().daemon.binds_interfaces = true;
    line.config().daemon.bind_dynamic_origin = line.origin();
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "interface",
     .short_option = 'i',
     .group = Group::interfaces,
     .syntax = "INTERFACE[,INTERFACE...]",
     .help = "serve these interfaces only (a final * stands for any ending)",
     .manual = "Serves only the interfaces named here, on one line or several. A name that ends in `*` "
               "stands for all that begin so. Without this line, and without listen-address, all interfaces "
               "are served but the loopback, which must be named. An interface that is not there yet is "
               "waited for."
               "\n\n    interface=eth1"
               "\n    interface=lab*",
     .pitfall = "A name that is written wrong is waited for like one that is not there yet; the log "
                "and `systemctl status` name it.",
     .reload = Reload::sockets,
     .parse = parse_interface},
    {.name = "except-interface",
     .short_option = 'I',
     .group = Group::interfaces,
     .syntax = "INTERFACE[,INTERFACE...]",
     .help = "do not serve these interfaces",
     .manual = "Leaves out the interfaces named here, even when an interface line names them too. A "
               "listen-address of such an interface counts more. Without this line none is left out."
               "\n\n    except-interface=wlan0",
     .reload = Reload::sockets,
     .parse = parse_except_interface},
    {.name = "listen-address",
     .short_option = 'a',
     .group = Group::interfaces,
     .syntax = "ADDRESS[,ADDRESS...]",
     .help = "serve the interfaces that have these addresses",
     .manual = "Serves the interfaces that have one of the addresses, beside those that interface lines "
               "name. Where there are no interface lines, no other interface is served then. Without this "
               "line interface lines decide alone."
               "\n\n    listen-address=192.168.1.1",
     .pitfall = "It admits the interface that has the address, with all its other addresses.",
     .reload = Reload::sockets,
     .parse = parse_listen_address},
    // dnsmasq with this line does not start when the interface comes a second later at boot.
    {.name = "bind-interfaces",
     .short_option = 'z',
     .group = Group::interfaces,
     .use = Use::flag,
     .value = Value::none,
     .help = "open a socket per served interface instead of one for all",
     .manual = "Binds to each interface that is served, so that another DHCP server can serve the others of "
               "this machine. Unlike dnsmasq, pxed waits for an interface that is not there yet.",
     .pitfall = "Another server that shares the interface in this way gets no error, and neither does "
                "pxed: both hear every broadcast, and both answer.",
     .reload = Reload::sockets,
     .parse = bind_interfaces},
    {.name = "bind-dynamic",
     .group = Group::interfaces,
     .use = Use::flag,
     .value = Value::none,
     .help = "the same as bind-interfaces",
     .manual = "The same as bind-interfaces, which follows interfaces that come and go as well.",
     .reload = Reload::sockets,
     .parse = bind_dynamic},
    // Sockets that share port 67 get each unicast datagram once, whichever of them: nobody would notice
    // before renewals fail. Packet sockets take nothing away from anybody.
    {.name = "dhcp-no-bind",
     .group = Group::interfaces,
     .use = Use::flag,
     .value = Value::none,
     .help = "serve DHCP beside another program on this host that has its port",
     .manual = "Leaves UDP port 67 to another program on this host: dnsmasq, libvirt's or a container "
               "network's, any DHCP server. Requests are heard and answered by packet sockets on the served "
               "interfaces instead, so both programs see each of them; port 4011 is bound as ever. It is "
               "meant for a proxy (dhcp-range=NETWORK,proxy) beside the server that gives the addresses; "
               "pools and dhcp-relay work too, but where nobody has port 67 the kernel answers renewals and "
               "relays with ICMP beside our reply. CAP_NET_RAW is needed."
               "\n\n    dhcp-no-bind"
               "\n    dhcp-range=192.168.1.0,proxy",
     .pitfall = "Packet sockets hear what a firewall of this host drops, and no client that runs on this "
                "host itself.",
     .reload = Reload::sockets,
     .parse = flag<&DaemonPolicy::leaves_dhcp_port>},
    {.name = "port",
     .short_option = 'p',
     .group = Group::interfaces,
     .use = Use::once,
     .syntax = "0",
     .help = "dnsmasq's DNS port; 0 (no DNS) is what pxed does",
     .manual = "The port of dnsmasq's DNS. pxed serves no DNS: 0 is accepted, anything else is warned "
               "about. Without this line there is no DNS either, and `pxed --test` says when clients are "
               "told no DNS server."
               "\n\n    port=0",
     .pitfall = "A file that relied on dnsmasq's DNS leaves clients without a name server: name one "
                "with dhcp-option=option:dns-server.",
     .reload = Reload::none,
     .parse = parse_port},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> interface_rows() {
    return k_rows;
}

}  // namespace pxed::config
