#include "dhcp/policy.hpp"

#include <algorithm>
#include <bit>

namespace pxed::dhcp {

bool HwPattern::matches(const HwAddr& address) const {
    const auto given = address.bytes();
    if (given.size() != length || address.type() != type) return false;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const bool may_be_anything = (wildcards >> i & 1) != 0;
        if (!may_be_anything && given[i] != bytes[i]) return false;
    }
    return true;
}

int HwPattern::wildcard_count() const {
    return std::popcount(wildcards);
}

std::string PxeService::file_of(std::uint16_t layer) const {
    return program.find('.') == std::string::npos ? program + '.' + std::to_string(layer) : program;
}

std::optional<Ipv4> PxeService::server_for(const HwAddr& machine) const {
    return server_host.is_given() ? server_host.address_for(machine) : server;
}

bool Policy::is_boot_server() const {
    // dnsmasq opens it for a menu alone. A proxy range with nothing but dhcp-boot needs it as well: UEFI asks
    // there whatever the offer named.
    return gives_leases() && (pxe.shows_menu() || std::ranges::any_of(ranges, &Range::is_proxy));
}

}  // namespace pxed::dhcp
