#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/ipv4.hpp"

namespace pxed {

/// One end of a conversation: an IPv4 or IPv6 address, a port and the interface it was met on. The only
/// address type that tftp, http, machine and the log know. An IPv4 peer of a dual-stack socket
/// (::ffff:a.b.c.d) is IPv4 here.
class Endpoint {
 public:
    using V6 = std::array<std::uint8_t, 16>;

    Endpoint() = default;
    Endpoint(Ipv4 address, std::uint16_t port, unsigned interface = 0);
    /// A v4-mapped address becomes IPv4.
    Endpoint(const V6& address, std::uint16_t port, unsigned interface = 0);

    [[nodiscard]] bool is_ipv4() const { return is_ipv4_; }
    /// The IPv4 address, if it is one.
    [[nodiscard]] std::optional<Ipv4> ipv4() const;
    /// The address as IPv6; IPv4 is mapped.
    [[nodiscard]] const V6& ipv6() const { return address_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// The kernel's index of the interface, 0 when not known.
    [[nodiscard]] unsigned interface() const { return interface_; }
    [[nodiscard]] bool is_multicast_or_broadcast() const;

    /// The address alone: `10.0.0.1` or `fe80::1` (RFC 5952).
    [[nodiscard]] std::string address_text() const;
    /// With the port: `10.0.0.1:69` or `[fe80::1]:69`.
    [[nodiscard]] std::string text() const;

    /// Compares the interface too: fe80:: addresses repeat from link to link.
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;

 private:
    V6 address_{};
    std::uint16_t port_ = 0;
    unsigned interface_ = 0;
    // Follows from address_; kept because it is asked for every datagram.
    bool is_ipv4_ = false;
};

}  // namespace pxed

template <>
struct std::hash<pxed::Endpoint> {
    std::size_t operator()(const pxed::Endpoint& endpoint) const noexcept;
};
