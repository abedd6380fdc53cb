// Replies that are to be late. dnsmasq sleeps meanwhile and answers nobody; here they wait on a shelf.
#include "dhcp/delay_desk.hpp"

#include <algorithm>
#include <utility>

#include "dhcp/client.hpp"

namespace pxed::dhcp {

DelayDesk::ByHardware::iterator DelayDesk::find_entry(const Message& message) {
    const auto [first, last] = by_hardware_.equal_range(message.hardware);
    const auto found = std::find_if(first, last, [&](const auto& entry) {
        return is_same_client(entry.second->second.question.arrival.message, message);
    });
    return found == last ? by_hardware_.end() : found;
}

bool DelayDesk::put(DelayedReply& reply) {
    const Message& message = reply.question.arrival.message;
    Instant time = reply.decision.send_at.value_or(Instant{});
    if (const auto entry = find_entry(message); entry != by_hardware_.end()) {
        const auto older = entry->second;
        // Firmware repeats with the xid it began with (PXE 2.1 2.2.3); a new xid is a new exchange, and
        // whoever must not be answered too early must not be then either.
        if (older->second.question.arrival.message.xid == message.xid) time = std::min(time, older->first);
        by_hardware_.erase(entry);
        replies_.erase(older);
    }
    if (replies_.size() >= k_most_waiting) return false;
    const HwAddr hardware = message.hardware;
    by_hardware_.emplace(hardware, replies_.emplace(time, std::move(reply)));
    return true;
}

std::vector<DelayedReply> DelayDesk::take_due(Instant now) {
    std::vector<DelayedReply> due;
    const auto end = replies_.upper_bound(now);
    for (auto reply = replies_.begin(); reply != end; ++reply) {
        by_hardware_.erase(find_entry(reply->second.question.arrival.message));
        due.push_back(std::move(reply->second));
    }
    replies_.erase(replies_.begin(), end);
    return due;
}

void DelayDesk::abandon() {
    by_hardware_.clear();
    replies_.clear();
}

std::optional<Instant> DelayDesk::next_deadline() const {
    if (replies_.empty()) return std::nullopt;
    return replies_.begin()->first;
}

}  // namespace pxed::dhcp
