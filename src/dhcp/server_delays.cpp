// Replies that leave later than they were decided (dhcp-reply-delay).
#include <utility>

#include "dhcp/server.hpp"

namespace pxed::dhcp {

void Server::answer(Question question, Decision decision) {
    if (decision.send_at && *decision.send_at > now_.instant) {
        DelayedReply delayed{std::move(question), std::move(decision)};
        if (!delays_.put(delayed))
            tell_silence(delayed.question, Reason::overloaded, "too many replies wait for dhcp-reply-delay");
        return;
    }
    send(question, decision);
}

void Server::send_delayed() {
    for (DelayedReply& delayed : delays_.take_due(now_.instant)) {
        if (find_link(delayed.question.interface) == nullptr) {
            tell_silence(delayed.question, Reason::wrong_interface,
                         "it went away while its reply was delayed");
            continue;
        }
        // In a full pool the oldest hold gives way, and who got the address may have its lease by now: one
        // address must not be offered to two.
        const Ipv4 offered = delayed.decision.reply ? delayed.decision.reply->yiaddr : Ipv4{};
        const auto is_anothers = [&](const auto* row) {
            return row != nullptr && row->hardware != delayed.question.arrival.message.hardware;
        };
        if (is_anothers(leases_.find_hold(offered)) || is_anothers(leases_.find(offered))) {
            tell_silence(delayed.question, Reason::no_address, "another machine got it while it was delayed");
            continue;
        }
        send(delayed.question, delayed.decision);
    }
}

}  // namespace pxed::dhcp
