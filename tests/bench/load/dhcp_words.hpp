#pragma once
// The four messages of a DHCPv4 exchange, as a relay agent's client says and hears them. Addresses are in
// network byte order.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace load {

enum class DhcpKind : std::uint8_t { none = 0, discover = 1, offer = 2, request = 3, ack = 5, nak = 6 };

/// What a client says. `address` and `server` go only into a REQUEST.
struct Question {
    DhcpKind kind = DhcpKind::discover;
    std::uint32_t xid = 0;
    std::uint32_t client = 0;  ///< the MAC is perfdhcp's: 00:0c:01:02:03:04 and so many above
    std::uint32_t relay = 0;
    std::uint32_t address = 0;
    std::uint32_t server = 0;
};

/// What a server says.
struct Answer {
    DhcpKind kind = DhcpKind::none;
    std::uint32_t xid = 0;
    std::uint32_t address = 0;
    std::uint32_t server = 0;
};

/// Replaces `bytes` with the message (RFC 2131 figure 1, RFC 2132).
void write_message(std::vector<std::uint8_t>& bytes, const Question& question);

/// Nothing when it is not a reply, or an option reaches beyond its end.
std::optional<Answer> read_answer(std::span<const std::uint8_t> bytes);

}  // namespace load
