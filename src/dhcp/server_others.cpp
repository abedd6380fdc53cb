// What the server learns of other servers beside its own work, see OtherServers.
#include "dhcp/server.hpp"

namespace pxed::dhcp {

void Server::hear(const ForeignReply& reply, Now now) {
    if (auto event = others_.hear(reply, *policy_, links_, now.instant))
        surroundings_.tell(std::move(*event));
}

void Server::note_others(const Arrival& arrival, const Decision& decision) {
    const Message& message = arrival.message;
    const auto answered = decision.reply ? decision.reply->type() : MessageType::none;
    std::optional<machine::Event> event;
    // A REQUEST that we acknowledge names us, by whatever address a relay gave us. Machines that the file
    // has us ignore are another server's on purpose.
    const bool is_left_to_others =
        decision.reason == Reason::ignored_by_tag || decision.reason == Reason::ignored_host;
    if (message.type() == MessageType::request && answered != MessageType::ack && !is_left_to_others &&
        arrival.local_port == policy_->server_port)
        event = others_.hear_choice(arrival, *policy_, links_, now_.instant);
    if (answered == MessageType::offer && decision.reply->yiaddr.is_zero() && message.giaddr.is_zero())
        event = others_.note_proxy_offer(*arrival.link, now_.instant);
    if (event) surroundings_.tell(std::move(*event));
    // Apple's Boot Server Discovery Protocol is INFORMs of this class. They are answered like any other.
    if (message.options.text(k_vendor_class).value_or("").starts_with("AAPLBSDPC")) {
        machine::Event asked;
        asked.stage = machine::Stage::notice;
        asked.reason = Reason::bsdp_asked;
        asked.machine = message.hardware;
        asked.interface = arrival.link->name;
        asked.xid = message.xid;
        surroundings_.tell(std::move(asked));
    }
}

}  // namespace pxed::dhcp
