#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "dhcp/decide.hpp"
#include "dhcp/probe_desk.hpp"

namespace pxed::dhcp {

/// A decided message whose reply is to leave later.
struct DelayedReply {
    Question question;
    Decision decision;  ///< `send_at` is set
};

/// Replies that dhcp-reply-delay holds back. One a client at most: it listens only for its last transaction.
class DelayDesk {
 public:
    /// Beyond, a client has to ask again.
    static constexpr std::size_t k_most_waiting = 4096;

    /// Keeps the reply until its time; it takes the place of an older one for the same client. A repeated
    /// message (same xid) leaves at the time of the one it repeats: a client that repeats faster than the
    /// delay would never be answered otherwise. False, and nothing is moved from, when there is no room.
    [[nodiscard]] bool put(DelayedReply& reply);
    /// Takes out those whose time has come, in the order of their times.
    [[nodiscard]] std::vector<DelayedReply> take_due(Instant now);
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    [[nodiscard]] std::size_t waiting() const { return replies_.size(); }
    void abandon();

 private:
    using Replies = std::multimap<Instant, DelayedReply>;
    using ByHardware = std::unordered_multimap<HwAddr, Replies::iterator>;
    [[nodiscard]] ByHardware::iterator find_entry(const Message& message);

    Replies replies_;         ///< by their time
    ByHardware by_hardware_;  ///< the same by their client, so that each new one need not look through all
};

}  // namespace pxed::dhcp
