#pragma once
// The one readable form of a DHCP message: logs, golden files and scenarios speak it, both ways.
//
//   DISCOVER hw=02:00:00:00:0a:01 xid=0x1 flags=broadcast vendor-class="PXEClient:Arch:00000" client-arch=0
//            parameter-request=1,3,6,66,67 client-machine-id=00:11:11
//   OFFER hw=02:00:00:00:0a:01 xid=0x1 flags=broadcast yiaddr=10.99.0.129 siaddr=10.99.0.1 file="pxelinux.0"
//         server-identifier=10.99.0.1 lease-time=28800 netmask=255.255.255.0
//
// The first word is the message type in capitals (DHCP before it is accepted), or BOOTREQUEST and BOOTREPLY
// without option 53 or with a number in it that has no word. Then fields in any order, separated by blanks,
// each once: header fields hw, hops, xid (hexadecimal with 0x), secs, flags (`broadcast`, or 0x and four
// digits), ciaddr, yiaddr, siaddr, giaddr, sname, file, and op (`request`, `reply`) where it contradicts the
// type; all others are options, by dnsmasq's name or by number, and their order is the message's. Option 53
// is the first word and stands first; `message-type=N` marks its place where that is another. A field that is
// zero or empty is left out.
//
// Values are written by the option's type: addresses with commas, numbers with commas, routes as
// 10.0.0.0/8,10.99.0.1, text in double quotes with \" \\ \xHH (a trailing NUL shows as \x00), else
// colon-separated hexadecimal; a zero-length value is `name=` and nothing. On input each type also takes text
// in quotes, colon-hexadecimal of two or more bytes, and `hex:0a`, so that malformed values can be written
// too; times may end in m, h, d, w or be `infinite`.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// One line. Everything that came from the wire is escaped. message_from_text() gives the same message back,
/// byte for byte.
[[nodiscard]] std::string text_of(const Message& message);

/// The value of one option in the form above.
[[nodiscard]] std::string text_of(const Option& option);

/// Reads the form above; line breaks count as blanks. Op follows the type's direction.
/// Errors: a sentence naming the field and what it may be.
[[nodiscard]] Result<Message, std::string> message_from_text(std::string_view text);

}  // namespace pxed::dhcp
