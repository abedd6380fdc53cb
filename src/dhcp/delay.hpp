#pragma once

#include "dhcp/inquiry.hpp"

namespace pxed::dhcp {

/// The dhcp-reply-delay line for a client with these tags, or nullptr. A line whose tags match goes before
/// one without tags; among several the last one counts.
[[nodiscard]] const ReplyDelay* delay_for(const Policy& policy, const Tags& tags);

/// Has the reply of `decision` wait as dhcp-reply-delay says. For OFFERs and ProxyDHCP replies: whoever asks
/// again with a REQUEST has understood an earlier answer.
void delay(const Inquiry& inquiry, const Tags& tags, Decision& decision);

}  // namespace pxed::dhcp
