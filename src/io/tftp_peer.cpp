#include "io/tftp_peer.hpp"

#include <algorithm>

#include "wire/tftp_packet.hpp"

namespace pxed::io {

namespace {

// No client asks from there; services that answer everything do, and two of them answer each other for ever
// (CVE-2024-2169). 7 echo, 19 chargen, 67 and 68 DHCP, 69 TFTP.
bool is_a_service(std::uint16_t port) {
    return port == 0 || port == 7 || port == 19 || port == 67 || port == 68 || port == tftp::k_port;
}

}  // namespace

Endpoint key_of(const Endpoint& peer) {
    const bool is_link_local = !peer.is_ipv4() && peer.ipv6()[0] == 0xfe && (peer.ipv6()[1] & 0xc0) == 0x80;
    return {peer.ipv6(), peer.port(), is_link_local ? peer.interface() : 0};
}
Endpoint address_of(const Endpoint& peer) {
    const auto key = key_of(peer);
    return {key.ipv6(), 0, key.interface()};
}

bool is_sane_source(const Endpoint& from) {
    const bool is_zero = std::ranges::all_of(from.ipv6(), [](auto byte) { return byte == 0; }) ||
                         (from.is_ipv4() && from.ipv4()->is_zero());
    return !is_zero && !from.is_multicast_or_broadcast() && !is_a_service(from.port());
}

}  // namespace pxed::io
