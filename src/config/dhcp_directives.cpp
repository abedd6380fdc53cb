// The rows of addresses, leases and hosts, and the parse functions that are too short for a file of their
// own.

#include <array>
#include <string>

#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/parsers.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

// Bare, dnsmasq's ports for tests without root: 1067 and 1068. One number: the client's port is the next one.
Parsed parse_alternate_port(Line& line) {
    auto& policy = line.config().dhcp;
    if (line.value().is_empty()) {
        policy.server_port = 1067;
        policy.client_port = 1068;
        return {};
    }
    const auto fields = line.value().split();
    const auto server = parse_number_between(fields.front().text(), 1, 0xffff);
    // 65535 alone leaves no next port: 65536 then fails the bounds.
    const auto client = fields.size() > 1
                            ? parse_number_between(fields[1].text(), 1, 0xffff)
                            : parse_number_between(std::to_string(server.value_or(0) + 1), 1, 0xffff);
    if (!server || !client || fields.size() > 2) {
        return fail("bad ports " + quote(line.value().text()) +
                    "; they are SERVER[,CLIENT], each from 1 to 65535");
    }
    policy.server_port = static_cast<std::uint16_t>(*server);
    policy.client_port = static_cast<std::uint16_t>(*client);
    return {};
}

dhcp::Condition condition_of(const Line& line) {
    return {tag_tests_of(line.value()), line.origin()};
}

Parsed parse_dhcp_broadcast(Line& line) {
    line.config().dhcp.broadcasts.push_back(condition_of(line));
    return {};
}

// Without a tag it would hold for every client.
Parsed parse_dhcp_ignore(Line& line) {
    auto condition = condition_of(line);
    if (condition.tests.empty()) {
        return fail(std::string{"no tag is named; to ignore all clients leave out dhcp-range instead"});
    }
    line.config().dhcp.ignores.push_back(std::move(condition));
    return {};
}

Parsed parse_dhcp_leasefile(Line& line) {
    line.config().daemon.lease_file = line.value().str();
    line.config().daemon.lease_file_origin = line.origin();
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    // dnsmasq prepends these to its list; ours is in file order, and whoever decides walks it as dnsmasq
    // would.
    {.name = "dhcp-range",
     .short_option = 'F',
     .group = Group::dhcp,
     .syntax = "[tag:TAG,...][set:TAG,]START,END|static|proxy[,NETMASK[,BROADCAST]][,LEASE-TIME]",
     .help = "give clients addresses from START to END",
     .manual = "Serves DHCP on the network of START and gives addresses from START to END. Without this "
               "line nobody is answered, but for what dhcp-relay passes on. With `static` instead of END "
               "only machines with an address of their own (dhcp-host) are served.\n\n"
               "With `proxy` instead of END nobody on the network of START gets an address from here: "
               "another DHCP server gives them, and PXE clients are told beside its offer what to boot "
               "(ProxyDHCP, and the boot server on port 4011). pxe-service, pxe-prompt and dhcp-boot say "
               "what. Where a proxy range is the first on a network, no other range there counts.\n\n"
               "LEASE-TIME is a number with `s`, `m`, `h`, `d` or `w`, or `infinite`; one hour without, and "
               "never below two minutes. NETMASK is needed only for networks that come through a relay; "
               "otherwise that of the interface is used. A range on no network of this machine waits for a "
               "relay.\n\n"
               "`tag:TAG` restricts the range to clients with that tag (all of them, `tag:!TAG` for those "
               "without it), `set:TAG` gives a tag to those it serves. A bare word in front is such a tag "
               "too: `eth0,...` does not tie a range to an interface."
               "\n\n    dhcp-range=192.168.1.50,192.168.1.150,12h"
               "\n    dhcp-range=set:lab,10.0.0.10,10.0.0.99,255.255.255.0,1h"
               "\n    dhcp-range=192.168.2.0,proxy",
     .pitfall = "A range on no network of this machine is no mistake, since a relay may come; a digit "
                "that is wrong shows as `no address range available` in the log.",
     .parse = parse_dhcp_range},
    // The syntax line leaves out what is only tolerated: [IPv6] in brackets, net: for set:, empty fields.
    {.name = "dhcp-host",
     .short_option = 'G',
     .group = Group::dhcp,
     .syntax = "[MAC...][,id:CLIENT-ID|*][,set:TAG][,tag:TAG][,ADDRESS][,NAME][,LEASE-TIME][,ignore]",
     .help = "give one machine its address, name, tags or lease time",
     .manual = "Describes a machine, found by hardware address, client id or the name it gives itself. The "
               "fields come in any order and are told apart by their shape. Only what has a colon can be a "
               "MAC: `aa-bb-cc-dd-ee-ff` is a host name, as in dnsmasq.\n\n"
               "Several MACs share one address, one at a time; `*` stands for any byte, and a hexadecimal "
               "ARP type may stand in front (`06-aa:bb:...`). `id:` takes hexadecimal with colons, text, or "
               "`*` to pay no attention to this machine's client id. ADDRESS need not be in a range but in "
               "the network of one. `set:TAG` gives a tag, `tag:TAG` makes the line hold only with that "
               "tag, `ignore` leaves the machine without any answer. A machine that a line matches has the "
               "tag `known`. Without this line a machine gets any address of a range, and not that tag."
               "\n\n    dhcp-host=52:54:00:12:34:56,set:rack1,192.168.1.10,node1,infinite"
               "\n    dhcp-host=b8:27:eb:*:*:*,set:pi",
     .pitfall = "Firmware, loader and system often send different client ids: an id: fits one of "
                "them, the MAC all.",
     .parse = parse_dhcp_host},
    // Off by default, as RFC 2131 4.3.2 wants it: a server without a record of the client keeps silent beside
    // others.
    {.name = "dhcp-authoritative",
     .short_option = 'K',
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "be the only DHCP server here: refuse what is not ours at once",
     .manual =
         "Says that no other DHCP server is on these networks. Clients that ask for an unknown lease, or "
         "for another server's, are answered at once (accepted or refused) where pxed would be silent "
         "otherwise. Machines then change networks without a minute's wait.",
     .pitfall = "If there is another server on the network after all, its clients are refused the "
                "addresses it gave them.",
     .parse = flag<&dhcp::Policy::is_authoritative>},
    {.name = "dhcp-broadcast",
     .group = Group::dhcp,
     .value = Value::optional,
     .syntax = "tag:TAG[,tag:TAG...]",
     .help = "broadcast replies to clients with all these tags",
     .manual = "Sends replies by broadcast although the client did not ask for it: for clients that cannot "
               "receive what is addressed to them yet and do not say so. Without tags it holds for all. "
               "Without this line only those get broadcasts that ask for them or could hear nothing else."
               "\n\n    dhcp-broadcast=tag:old-rom",
     .pitfall = "Every machine on the wire has to look at a broadcast, and on a wireless network it "
                "is slow: give the line a tag.",
     .parse = parse_dhcp_broadcast},
    {.name = "dhcp-ignore",
     .short_option = 'J',
     .group = Group::dhcp,
     .syntax = "tag:TAG[,tag:TAG...]",
     .help = "do not answer clients with all these tags",
     .manual = "Leaves clients that have all the tags without any answer. `dhcp-ignore=tag:!known` serves "
               "only machines that a dhcp-host line matches. Without this line all are answered whom no "
               "dhcp-host line ignores."
               "\n\n    dhcp-ignore=tag:!known",
     .pitfall = "The machine sees only that nobody answered; the reason is in the log of pxed.",
     .parse = parse_dhcp_ignore},
    // dnsmasq's 1000 is what bounds its memory; here the pools do, and a lease costs little.
    {.name = "dhcp-lease-max",
     .short_option = 'X',
     .group = Group::dhcp,
     .use = Use::once,
     .syntax = "NUMBER",
     .help = "most leases at one time (default: what the ranges hold)",
     .manual =
         "Limits how many leases there are at one time. Without it the ranges are the limit; dnsmasq has "
         "1000."
         "\n\n    dhcp-lease-max=5000",
     .pitfall = "A number below the size of the ranges leaves machines without an address while some "
                "are free; the log says `no leases left`.",
     .parse = number<&dhcp::Policy::lease_max, 0, 0xffffffff>},
    // Also what lets the tests run without root.
    {.name = "dhcp-alternate-port",
     .group = Group::dhcp,
     .use = Use::once,
     .value = Value::optional,
     .syntax = "SERVER-PORT[,CLIENT-PORT]",
     .help = "use other ports than 67 and 68 (bare: 1067 and 1068)",
     .manual =
         "Serves DHCP on other ports, for tests without root. With SERVER-PORT alone the client's is the "
         "next one."
         "\n\n    dhcp-alternate-port=1067,1068",
     .pitfall = "Firmware asks on port 67, whatever the file says.",
     .reload = Reload::sockets,
     .parse = parse_alternate_port,
     .default_value = "67,68"},
    // Without it dnsmasq's hash (SDBM over the MAC), so that a migrated network keeps its addresses.
    {.name = "dhcp-sequential-ip",
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "give addresses one after the other instead of by hash of the MAC",
     .manual = "Gives a new client the next address after the highest one in use. Without it the address "
               "follows from the MAC, so that a client finds its old one again even after its lease was "
               "forgotten.",
     .pitfall = "A machine that was away until its lease had ended may come back to another address.",
     .parse = flag<&dhcp::Policy::is_sequential>},
    // iPXE sends 01 and its MAC, firmware often nothing, an operating system often a DUID (RFC 4361): RFC
    // 2131 4.2 makes three clients of them.
    {.name = "dhcp-ignore-clid",
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "know machines by MAC alone, never by client id",
     .manual = "Pays no attention to client ids. Firmware, boot program and operating system of one machine "
               "often send different ones and then get different addresses; with this they share one.",
     .pitfall = "Several systems on one hardware address, such as containers behind ipvlan, then take "
                "the address from each other.",
     .parse = flag<&dhcp::Policy::ignores_client_ids>},
    // RFC 2131 3.1(2) wants the test and lets it be switched off. dnsmasq stands still for three seconds
    // while it waits; here it is a timer.
    {.name = "no-ping",
     .short_option = '5',
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "offer addresses without testing whether somebody uses them",
     .manual =
         "Leaves out the test whether an address answers before it is offered to a new client. The test "
         "takes a fraction of a second and delays nobody else.",
     .pitfall = "An address that somebody has set by hand is then given to a second machine.",
     .parse = flag<&dhcp::Policy::probes, false>},
    // A copy, not the store: dnsmasq rewrites the whole file in place and can lose every lease when it is
    // killed meanwhile. Scripts read the format, so it is kept.
    {.name = "dhcp-leasefile",
     .short_option = 'l',
     .group = Group::dhcp,
     .use = Use::once,
     .syntax = "PATH",
     .help = "keep a copy of the leases in dnsmasq's text format here",
     .manual = "Writes all leases to this file, in dnsmasq's format, for the scripts that read it: at most "
               "once a second, and always a whole file. On the first start, when there is no lease database "
               "yet, leases are read from it. Without this line there is no such file. The leases "
               "themselves are kept in the database (see lease-database), under systemd in its state "
               "directory, else beside this file with `.db` appended."
               "\n\n    dhcp-leasefile=/var/lib/misc/dnsmasq.leases",
     .pitfall = "It is a copy: what is changed in the file changes no lease.",
     .reload = Reload::restart,
     .parse = parse_dhcp_leasefile},
    {.name = "dhcp-lease",
     .short_option = 'l',
     .group = Group::dhcp,
     .use = Use::once,
     .syntax = "PATH",
     .help = "the same as dhcp-leasefile",
     .manual = "Another name of dhcp-leasefile.",
     .reload = Reload::restart,
     .parse = parse_dhcp_leasefile,
     .alias_of = "dhcp-leasefile"},
    // RFC 2131 3.1(4): a binding is committed to persistent storage before the ACK.
    {.name = "lease-database",
     .group = Group::dhcp,
     .use = Use::once,
     .syntax = "PATH",
     .help = "where the leases are kept (SQLite)",
     .manual =
         "The database of leases. No lease is acknowledged before it is stored there. Default: "
         "`leases.db` in systemd's state directory; without systemd the dhcp-leasefile with `.db` "
         "appended when there is one, else `/var/lib/pxed/leases.db`. When the database of the other way "
         "to start pxed was written later than this one, the start warns and names both."
         "\n\n    lease-database=/srv/pxed/leases.db",
     .pitfall = "Not on NFS: SQLite's write-ahead log needs a disk of this machine, and every new "
                "lease waits for it.",
     .reload = Reload::restart,
     .parse = text<&DaemonPolicy::lease_database>},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> dhcp_rows() {
    return k_rows;
}

}  // namespace pxed::config
