#include "dhcp/server_name.hpp"

#include <cstdint>

namespace pxed::dhcp {

std::optional<Ipv4> ServerName::address_for(const HwAddr& machine) const {
    if (!is_given()) return std::nullopt;
    // As dnsmasq: nobody is sent to this server because another one's name is misspelt.
    if (addresses.empty()) return Ipv4{};
    // dnsmasq takes the next address for each reply, so that OFFER and ACK of one boot name two servers. By
    // the machine instead, machines spread over the servers as well, and each one keeps to its own. FNV-1a,
    // because neighbouring MACs differ in their last byte only.
    std::uint32_t hash = 2166136261U;
    for (const auto byte : machine.bytes())
        hash = (hash ^ byte) * 16777619U;
    return addresses[hash % addresses.size()];
}

}  // namespace pxed::dhcp
