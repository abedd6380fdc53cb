#pragma once

#include "base/endpoint.hpp"

namespace pxed::io {

/// The peer as sessions are found by: the interface counts only where an address means nothing without it.
[[nodiscard]] Endpoint key_of(const Endpoint& peer);

/// The same for all ports of the peer's address.
[[nodiscard]] Endpoint address_of(const Endpoint& peer);

/// Whether a client may ask from there: from a port of its own, at an address that can be answered.
[[nodiscard]] bool is_sane_source(const Endpoint& from);

}  // namespace pxed::io
