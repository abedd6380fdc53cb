// Replies that are to be late. dnsmasq sleeps meanwhile and answers nobody; here they wait on a shelf.
#include "dhcp/delay_desk.hpp"

#include <algorithm>
#include <utility>

#include "dhcp/client.hpp"

namespace pxed::dhcp {

bool DelayDesk::put(DelayedReply& reply) {
    const Message& message = reply.question.arrival.message;
    Instant time = reply.decision.send_at.value_or(Instant{});
    const auto older = std::ranges::find_if(replies_, [&](const auto& waiting) {
        return is_same_client(waiting.second.question.arrival.message, message);
    });
    if (older != replies_.end()) {
        // Firmware repeats with the xid it began with (PXE 2.1 2.2.3); a new xid is a new exchange, and
        // whoever must not be answered too early must not be then either.
        if (older->second.question.arrival.message.xid == message.xid) time = std::min(time, older->first);
        replies_.erase(older);
    }
    if (replies_.size() >= k_most_waiting) return false;
    replies_.emplace(time, std::move(reply));
    return true;
}

std::vector<DelayedReply> DelayDesk::take_due(Instant now) {
    std::vector<DelayedReply> due;
    const auto end = replies_.upper_bound(now);
    for (auto reply = replies_.begin(); reply != end; ++reply)
        due.push_back(std::move(reply->second));
    replies_.erase(replies_.begin(), end);
    return due;
}

std::optional<Instant> DelayDesk::next_deadline() const {
    if (replies_.empty()) return std::nullopt;
    return replies_.begin()->first;
}

}  // namespace pxed::dhcp
