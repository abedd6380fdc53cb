#pragma once

#include "dhcp/boot.hpp"
#include "dhcp/inquiry.hpp"

namespace pxed::dhcp {

/// What was decided for the client.
struct Terms {
    MessageType type = MessageType::offer;  ///< none: an answer to BOOTP
    Ipv4 address;                           ///< yiaddr; zero: it keeps its own (INFORM)
    const Subnet* subnet = nullptr;         ///< nullptr: no range is where it is (INFORM)
    seconds lease_time{0};
    Ipv4 server_id;
    bool is_renewal = false;  ///< it renews or rebinds: T1 and T2 are spread
};

/// A reply and what is to be said of it.
struct Reply {
    Message message;
    Tags tags;                   ///< those of the range included
    Origin boot_line;            ///< the line that named the boot file
    Reason note = Reason::none;  ///< boot_file_too_long, option_left_out, pxe_menu_too_long
    std::string detail;          ///< of the note
    std::string boot_file;
    std::optional<std::uint8_t> shape;  ///< dhcp/offer_shape; none: there is but one
};

/// The OFFER, ACK or BOOTP reply that says `terms`: header (RFC 2131 table 3), boot file, options.
[[nodiscard]] Reply build_reply(const Inquiry& inquiry, const Terms& terms);

/// The header of any reply: what RFC 2131 table 3 copies, zeros for the rest.
[[nodiscard]] Message reply_header(const Message& asked);

/// Puts back the client's id, option 61, if it sent one.
void put_client_id(const Message& asked, Options& reply);

/// Puts back the machine's GUID, option 97, if it sent one.
void put_machine_id(const Message& asked, Options& reply);

/// Puts back what the relay said, if one did (RFC 3046 2.2).
void put_relay_agent(const Message& asked, Options& reply);

/// The NAK that says `reason` (RFC 2131 table 3).
[[nodiscard]] Message build_nak(const Inquiry& inquiry, Reason reason, Ipv4 server_id);

/// Bytes of payload the client takes: option 57 without the IP and UDP headers, never under the 576-byte
/// datagram that every host takes (RFC 2132 9.10), and what fits a frame of ours.
[[nodiscard]] std::size_t reply_limit(const Message& message);

/// How long the lease is: the host line's or the range's time, less if the client asks for less, but not
/// under two minutes at its wish.
[[nodiscard]] seconds lease_time_for(const Inquiry& inquiry, const Subnet& subnet);

}  // namespace pxed::dhcp
