#pragma once

#include "dhcp/inquiry.hpp"

namespace pxed::dhcp {

/// Where `reply` goes (RFC 2131 4.1): the relay, the address the client has, the whole link, or the new
/// address at the client's hardware address. It comes from `local`.
[[nodiscard]] Destination destination_of(const Inquiry& inquiry, const Message& reply, Ipv4 local);

}  // namespace pxed::dhcp
