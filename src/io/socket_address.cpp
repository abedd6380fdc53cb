#include "io/socket_address.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>

namespace pxed::io {

namespace {

bool is_link_local(const Endpoint::V6& address) {
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

}  // namespace

SocketAddress::SocketAddress(const Endpoint& endpoint, bool is_ipv6_socket) {
    if (is_ipv6_socket) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(endpoint.port());
        std::ranges::copy(endpoint.ipv6(), address.sin6_addr.s6_addr);
        if (is_link_local(endpoint.ipv6())) address.sin6_scope_id = endpoint.interface();
        std::memcpy(&storage, &address, sizeof address);
        length = sizeof address;
    } else {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port());
        address.sin_addr.s_addr = htonl(endpoint.ipv4().value_or(Ipv4{}).value());
        std::memcpy(&storage, &address, sizeof address);
        length = sizeof address;
    }
}

Endpoint SocketAddress::endpoint(unsigned interface) const {
    if (storage.ss_family == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, &storage, sizeof address);
        return {Ipv4{ntohl(address.sin_addr.s_addr)}, ntohs(address.sin_port), interface};
    }
    sockaddr_in6 address{};
    std::memcpy(&address, &storage, sizeof address);
    Endpoint::V6 bytes{};
    std::ranges::copy(address.sin6_addr.s6_addr, bytes.begin());
    return {bytes, ntohs(address.sin6_port), interface != 0 ? interface : address.sin6_scope_id};
}

}  // namespace pxed::io
