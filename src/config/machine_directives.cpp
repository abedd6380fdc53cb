// The rows of what is remembered of a machine during its boot.

#include <array>

#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "no-same-address",
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "do not keep one address for a machine from its firmware to its system",
     .manual =
         "The firmware of a machine, the loader it fetches, an installer and the installed system each ask "
         "for "
         "an address, often with a client identifier of their own. A lease that firmware or its loader took "
         "(option 60 begins with PXEClient or HTTPClient) is found by the hardware address alone, so that "
         "all of "
         "them have one address from the first packet to the login; and firmware finds what the system had. "
         "Other clients are told apart by their client identifiers first.\n\n"
         "With this line client identifiers decide for everybody, as in dnsmasq: a machine may have an "
         "address for "
         "each stage of its boot. Needed where several systems ask with one hardware address at the same "
         "time, such as containers behind ipvlan on a machine that boots from the network.\n\n"
         "A dhcp-host line that gives a stage an address of its own holds either way.\n\n"
         "    no-same-address",
     .parse = flag<&dhcp::Policy::keeps_address_between_stages, false>},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> machine_rows() {
    return k_rows;
}

}  // namespace pxed::config
