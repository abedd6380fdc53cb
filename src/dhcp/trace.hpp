#pragma once

#include <string>

#include "dhcp/inquiry.hpp"

namespace pxed::dhcp {

/// What log-dhcp says of a decision, in dnsmasq's words, lines split by \n: ranges, classes, name, tags, what
/// was asked for and what is sent. `reply` is nullptr when there is none.
[[nodiscard]] std::string trace_of(const Inquiry& inquiry, const Tags& tags, const Message* reply);

}  // namespace pxed::dhcp
