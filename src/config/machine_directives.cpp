// The rows of what is remembered of a machine during its boot.

#include <array>

#include "config/line.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

Parsed parse_quirks(Line& line) {
    line.config().quirks_file = line.value().str();
    line.config().quirks_origin = line.origin();
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "no-adaptive-offer",
     .group = Group::boot,
     .use = Use::flag,
     .value = Value::none,
     .help = "offer a boot file in one form only, however often firmware asks",
     .manual = "No one form of an offer suits all firmware. When a PXE ROM or UEFI has not answered two "
               "offers (no DHCPREQUEST and nothing on port 4011, offers three seconds apart), the third one "
               "and those after it say the same in other words: with option 43 or without it, the server "
               "and the file in options as well, by broadcast. The answers that follow keep that form, and "
               "what a machine took is offered to it first at its next boot, until pxed is started anew. "
               "The log names the form.\n\n"
               "The first two offers are always as configured. iPXE and UEFI HTTP Boot are offered one "
               "form, and so is everybody whose option 43 or 60 the file sets itself.\n\n"
               "With this line all offers are as configured.\n\n"
               "    no-adaptive-offer",
     .pitfall = "Firmware that takes no offer of the configured form then asks on and never boots.",
     .parse = flag<&dhcp::Policy::adapts_offers, false>},
    {.name = "no-same-address",
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "do not keep one address for a machine from its firmware to its system",
     .manual = "The firmware of a machine, the loader it fetches, an installer and the installed system "
               "each ask for an address, often with a client identifier of their own. A lease that firmware "
               "or its loader took (option 60 begins with PXEClient or HTTPClient) is found by the hardware "
               "address alone, so that all of them have one address from the first packet to the login; and "
               "firmware finds what the system had. Other clients are told apart by their client "
               "identifiers first.\n\n"
               "With this line client identifiers decide for everybody, as in dnsmasq: a machine may have "
               "an address for each stage of its boot. Needed where several systems ask with one hardware "
               "address at the same time, such as containers behind ipvlan on a machine that boots from the "
               "network.\n\n"
               "A dhcp-host line that gives a stage an address of its own holds either way.\n\n"
               "    no-same-address",
     .parse = flag<&dhcp::Policy::keeps_address_between_stages, false>},
    {.name = "quirks",
     .group = Group::boot,
     .use = Use::once,
     .syntax = "[FILE]",
     .help = "read the profiles of odd firmware from this file, or use none",
     .manual = "Some firmware needs what no standard asks for. Profiles say which, and what it gets: a "
               "menu, a delay, directories by serial number. Without this line those hold that pxed has "
               "inside: all Raspberry Pis boot with `enable-tftp` and their files below `tftp-root`. They "
               "are also in /usr/share/pxed/quirks.conf, which explains its few words; copy it to change "
               "it.\n\n"
               "A pxe-service line with the text of the profile's menu goes before the profile, and so does "
               "a dhcp-reply-delay that is for the machine. An empty name switches all profiles off. A "
               "SIGHUP reads the file again.\n\n"
               "    quirks=/etc/pxed/quirks.conf",
     .pitfall = "A file of your own takes the place of the profiles inside pxed and does not add to them.",
     .parse = parse_quirks},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> machine_rows() {
    return k_rows;
}

}  // namespace pxed::config
