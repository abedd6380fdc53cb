#pragma once
// What a relay agent reads and changes of a datagram that is not its own: a few header fields and option 82.
// All else goes on byte for byte (RFC 1542 4.1.1), also what we would not understand.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/ipv4.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// Sub-options of relay agent information (option 82) that pxed reads or writes.
enum RelayCode : std::uint8_t {
    k_link_selection = 5,       ///< RFC 3527: the client's network
    k_relay_flags = 10,         ///< RFC 5010: how the client's message came
    k_server_id_override = 11,  ///< RFC 5107: what option 54 is to say
    k_relay_source_port = 19,   ///< RFC 8357
};

/// The bit of k_relay_flags that says the client sent by unicast.
inline constexpr std::uint8_t k_relay_unicast = 0x80;

/// The message of a datagram; of one whose options lie about their lengths the header alone, because a relay
/// agent has no business with options. nullopt: not even a header.
[[nodiscard]] std::optional<Message> read_relayed(Bytes datagram);

/// The same datagram with other `hops` and `giaddr`. Requires: read_relayed() could read it.
[[nodiscard]] std::vector<std::uint8_t> with_giaddr(Bytes datagram, std::uint8_t hops, Ipv4 giaddr);

/// The same datagram with `value` as its option 82, last (RFC 3046 2.1), and without any when `value` is
/// empty. Never shorter than before. nullopt when it has no options or one of them runs past its end, or when
/// `value` is longer than an option may be (255 bytes).
[[nodiscard]] std::optional<std::vector<std::uint8_t>> with_relay_agent(Bytes datagram, Bytes value);

}  // namespace pxed::dhcp
