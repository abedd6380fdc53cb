#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/endpoint.hpp"

namespace pxed::io {

/// A sockaddr of either family, as the kernel takes and gives it.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;

    SocketAddress() = default;
    /// For a socket of the IPv6 family an IPv4 address is mapped.
    SocketAddress(const Endpoint& endpoint, bool is_ipv6_socket);

    /// `interface`: the index it was met on; a link-local address knows its own.
    [[nodiscard]] Endpoint endpoint(unsigned interface = 0) const;
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

}  // namespace pxed::io
