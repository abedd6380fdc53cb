#include "dhcp/decide.hpp"

#include "dhcp/answer.hpp"
#include "dhcp/pxe.hpp"

namespace pxed::dhcp {

machine::Stage stage_of(MessageType type) {
    switch (type) {
        case MessageType::none:
            return machine::Stage::bootp;
        case MessageType::discover:
            return machine::Stage::discover;
        case MessageType::decline:
            return machine::Stage::decline;
        case MessageType::release:
            return machine::Stage::release;
        case MessageType::inform:
            return machine::Stage::inform;
        case MessageType::request:
        case MessageType::offer:
        case MessageType::ack:
        case MessageType::nak:
            break;
    }
    return machine::Stage::request;
}

Decision decide(const Context& context) {
    const Message& message = context.arrival.message;
    const MessageType type = message.type();
    const Inquiry inquiry = inquire(context);
    if (message.op != Op::request) return silence(inquiry, stage_of(type), Reason::not_a_request);
    if (inquiry.place.refusal != Reason::none) return silence(inquiry, stage_of(type), inquiry.place.refusal);
    // Without an address on the interface there is nothing to put into option 54, nor to answer from.
    if (inquiry.place.local.is_zero()) return silence(inquiry, stage_of(type), Reason::no_range);
    // First: where another server gives the addresses nothing below may be reached.
    if (auto decision = decide_pxe(inquiry)) return std::move(*decision);
    switch (type) {
        case MessageType::none:
            return bootp(inquiry);
        case MessageType::discover:
            return discover(inquiry);
        case MessageType::request:
            return request(inquiry);
        case MessageType::decline:
            return decline(inquiry);
        case MessageType::release:
            return release(inquiry);
        case MessageType::inform:
            return inform(inquiry);
        case MessageType::offer:
        case MessageType::ack:
        case MessageType::nak:
            break;
    }
    // A server's message, or one of the later RFCs' (types 9 to 18): not for us.
    return silence(inquiry, stage_of(type), Reason::unsupported_type);
}

}  // namespace pxed::dhcp
