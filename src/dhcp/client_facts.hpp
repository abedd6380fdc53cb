#pragma once

#include "dhcp/inquiry.hpp"
#include "dhcp/lease_event.hpp"

namespace pxed::dhcp {

/// The facts for those who follow the leases; `tags` are all the client has, the range's included.
[[nodiscard]] ClientFacts facts_of(const Inquiry& inquiry, const Tags& tags);

}  // namespace pxed::dhcp
