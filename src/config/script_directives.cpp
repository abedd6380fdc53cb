// The rows of dhcp-script: the program that is told of leases and of files that were sent.

#include <array>
#include <string>

#include "config/line.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

// The whole value is the path, blanks and all: no shell ever looks at it.
Parsed parse_script(Line& line) {
    auto& script = line.config().daemon.script;
    script.path = line.value().str();
    script.origin = line.origin();
    if (script.path.empty()) line.warn("names no program: nothing is run");
    return {};
}

Parsed parse_script_user(Line& line) {
    auto& script = line.config().daemon.script;
    script.user = line.value().str();
    script.user_origin = line.origin();
    return {};
}

Parsed parse_script_on_renewal(Line& line) {
    line.config().daemon.script.hears_renewals = true;
    return {};
}

Parsed parse_lease_file_ro(Line& line) {
    auto& script = line.config().daemon.script;
    script.keeps_leases = true;
    script.keeps_leases_origin = line.origin();
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "dhcp-script",
     .short_option = '6',
     .group = Group::dhcp,
     .use = Use::once,
     .syntax = "PATH",
     .help = "run this program when a lease comes, changes or ends",
     .manual = "Runs a program for each lease that was stored, never by a shell, with dnsmasq's arguments: "
               "`add`, `old` or `del`, the hardware address (its type in front unless it is Ethernet), the "
               "address, and the host name if there is one. `old` is a lease that changed; after a start "
               "and a reload every lease is told as `old`. When a lease loses its name, `old` comes without "
               "one and `DNSMASQ_OLD_HOSTNAME` has it. For a file that was sent by TFTP the arguments are "
               "`tftp`, its size, the client's address and the file's path. Without this line no program is "
               "run.\n\n"
               "The environment is `PATH` and dnsmasq's variables, nothing else: `DNSMASQ_INTERFACE`, "
               "`_LEASE_EXPIRES`, `_TIME_REMAINING`, `_CLIENT_ID`, `_DOMAIN`, `_OLD_HOSTNAME`, "
               "`_RELAY_ADDRESS`, `_LOG_DHCP`, and for the request that made the lease "
               "`_SUPPLIED_HOSTNAME`, `_VENDOR_CLASS`, `_USER_CLASS0` and on, `_TAGS`, "
               "`_REQUESTED_OPTIONS`, `_CIRCUIT_ID`, `_REMOTE_ID`, `_SUBSCRIBER_ID`, `_CPEWAN_OUI`, "
               "`_CPEWAN_SERIAL`, `_CPEWAN_CLASS`, `_MUD_URL`. These are not stored: where they are not "
               "known `DNSMASQ_DATA_MISSING` is 1. Control characters in them are written `\\xHH`; they are "
               "what a client sent, so quote them in your script.\n\n"
               "One program runs at a time, as the account pxed runs as, without capabilities and without a "
               "way to more rights (so no sudo), in `/`, its standard input empty. What it prints is "
               "logged, 1000 lines a call, until it ends. Clients never wait for it: while it runs, changes "
               "of one lease become one call. It is killed after five minutes. At the end of pxed the calls "
               "that wait get three seconds; the others are made up for by the `old` of the next start.\n\n"
               "Other than in dnsmasq: it never runs as root's helper, and what dnsmasq cuts is whole (a "
               "client id over 100 bytes, a text behind `=`); a lease that begins and ends while another "
               "call runs is not told; all leases are told in the order of their addresses; `script-arp` "
               "and Lua are not served."
               "\n\n    dhcp-script=/usr/local/lib/pxed/lease-changed",
     .pitfall = "Under systemd the unit's protections hold for the program as well: it writes below "
                "`/var/lib/pxed` and `/run/pxed`, elsewhere only where a drop-in with `ReadWritePaths=` lets "
                "it.",
     .parse = parse_script},
    // dnsmasq keeps a process of root's for this. pxed has none once it runs: nothing of it may become root
    // again.
    {.name = "dhcp-scriptuser",
     .group = Group::dhcp,
     .use = Use::once,
     .syntax = "NAME",
     .help = "accepted; the script runs as the account pxed runs as",
     .manual = "The script runs as the account pxed runs as: pxed keeps no process of root's that could run "
               "it as another. A NAME that is another account is warned about, `root` too. Without this "
               "line nothing is different."
               "\n\n    dhcp-scriptuser=pxed",
     .reload = Reload::none,
     .parse = parse_script_user},
    {.name = "script-on-renewal",
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "run dhcp-script with `old` when a lease is renewed, too",
     .manual = "Runs dhcp-script with `old` each time a lease gets another end. Without it a renewal that "
               "changes nothing else is not told.",
     .parse = parse_script_on_renewal},
    {.name = "leasefile-ro",
     .short_option = '9',
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "keep no leases on disk; dhcp-script keeps them",
     .manual = "Keeps leases in memory only: no lease database, no lease file. At start dhcp-script is "
               "called with `init` alone and prints the leases as dnsmasq's lease file has them; a status "
               "other than 0 stops the start with 10 added to it. Renewals are told, as with "
               "script-on-renewal. A client has its answer before the script has run, so what the script "
               "did not keep is lost with the power.",
     .pitfall = "Without dhcp-script every lease is forgotten at the end of pxed.",
     .reload = Reload::restart,
     .parse = parse_lease_file_ro},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> script_rows() {
    return k_rows;
}

}  // namespace pxed::config
