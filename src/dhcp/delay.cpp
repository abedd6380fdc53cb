// dhcp-reply-delay. The mask ROM of the Raspberry Pi 3 locks up when DHCP and TFTP are too quick for it.
#include "dhcp/delay.hpp"

#include "base/reversed.hpp"

namespace pxed::dhcp {

const ReplyDelay* delay_for(const Policy& policy, const Tags& tags) {
    const ReplyDelay* untagged = nullptr;
    for (const auto& line : reversed(policy.reply_delays)) {
        if (!line.tests.empty() && tags.satisfy(line.tests)) return &line;
        if (line.tests.empty() && untagged == nullptr) untagged = &line;
    }
    return untagged;
}

void delay(const Inquiry& inquiry, const Tags& tags, Decision& decision) {
    const ReplyDelay* line = delay_for(inquiry.policy(), tags);
    const bool has_quirk_delay = inquiry.quirk != nullptr && inquiry.quirk->reply_delay.has_value();
    if (line == nullptr && !has_quirk_delay) return;
    const seconds length = line != nullptr ? line->length : *inquiry.quirk->reply_delay;
    // From the arrival, as in dnsmasq: the time an address was tested for is part of it.
    if (length > seconds{0}) decision.send_at = after(inquiry.context.arrival.received, length);
    if (inquiry.context.traces) {
        if (!decision.trace.empty()) decision.trace += '\n';
        decision.trace +=
            std::to_string(inquiry.message().xid) + " reply delay: " + std::to_string(length.count());
    }
}

}  // namespace pxed::dhcp
