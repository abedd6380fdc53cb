#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/result.hpp"
#include "wire/dhcp_options.hpp"

namespace pxed::dhcp {

inline constexpr std::uint16_t k_server_port = 67;
inline constexpr std::uint16_t k_client_port = 68;
// PXE 2.1: the boot server's (BINL) port.
inline constexpr std::uint16_t k_pxe_port = 4011;

enum class Op : std::uint8_t { request = 1, reply = 2 };

/// Option 53. `none` is a BOOTP message, which has no option 53 (RFC 1534).
enum class MessageType : std::uint8_t {
    none = 0,
    discover = 1,
    offer = 2,
    request = 3,
    decline = 4,
    ack = 5,
    nak = 6,
    release = 7,
    inform = 8,
};

/// The broadcast bit of `flags` (RFC 2131 figure 2).
inline constexpr std::uint16_t k_broadcast_flag = 0x8000;

/// A BOOTP or DHCP message as a value. `sname` and `file` are texts (up to their first NUL); options that
/// came in overloaded sname/file areas are in `options`, those two are then empty and option 52 itself is
/// gone (RFC 2131 4.1, RFC 3396): it says how a message was packed, and build() packs anew.
struct Message {
    Op op = Op::request;
    HwAddr hardware;  ///< htype, hlen, chaddr
    std::uint8_t hops = 0;
    std::uint32_t xid = 0;
    std::uint16_t secs = 0;
    std::uint16_t flags = 0;
    Ipv4 ciaddr, yiaddr, siaddr, giaddr;
    std::string sname;  ///< at most 64 bytes
    std::string file;   ///< at most 128 bytes
    Options options;

    [[nodiscard]] bool wants_broadcast() const { return (flags & k_broadcast_flag) != 0; }
    /// From option 53; `none` when absent or not one byte. A number beyond `inform` is kept as it is.
    [[nodiscard]] MessageType type() const;

    friend bool operator==(const Message&, const Message&) = default;
};

enum class ParseError : std::uint8_t {
    too_short,            ///< less than the fixed BOOTP header (236 bytes)
    bad_op,               ///< op is neither 1 nor 2
    bad_hardware_length,  ///< hlen over 16, or htype 0 with an hlen
    truncated_option,     ///< an option runs past its area
    bad_overload,         ///< option 52 outside 1..3 or not one byte
};

/// One sentence for the administrator.
[[nodiscard]] std::string_view sentence(ParseError error);

/// Reads one datagram's payload. A BOOTP message without the magic cookie gives a Message without options.
/// Accepts what real clients send: no `end` option, padding anywhere, any order; joins split options in the
/// order options, file, sname (RFC 3396 5). Cost: one pass over each area and one stable sort of the pieces.
[[nodiscard]] Result<Message, ParseError> parse(Bytes datagram);

/// What build() made of a message, and what found no room in it.
struct Built {
    std::vector<std::uint8_t> bytes;
    std::vector<std::uint8_t> left_out;  ///< codes of options that did not fit, in order
};

/// Writes the datagram's payload: fixed header, cookie and options in their order, but relay agent
/// information (82) last (RFC 3046 2.1), `end`, zero padding to `minimum` bytes. Options over 255 bytes are
/// split (RFC 3396). Never uses option overload. An option that would pass `limit` bytes is left out whole
/// and named; room for an 82 of up to 255 bytes is kept before all others. The header itself is always
/// written, and padding does not count against `limit`. A BOOTP message (no option 53) carries cookie and
/// options as well when it has any (RFC 1497).
[[nodiscard]] Built build(const Message& message, std::size_t limit, std::size_t minimum = 300);

}  // namespace pxed::dhcp
