#pragma once
// The one readable form of a DHCP message: logs, golden files and scenarios speak it, both ways.
//
//   DISCOVER hw=02:00:00:00:0a:01 xid=0x1 flags=broadcast vendor-class="PXEClient:Arch:00000" client-arch=0
//            parameter-request=1,3,6,66,67 97=00:11:11
//   OFFER hw=02:00:00:00:0a:01 xid=0x1 flags=broadcast yiaddr=10.99.0.129 siaddr=10.99.0.1 file="pxelinux.0"
//         server-identifier=10.99.0.1 lease-time=28800 netmask=255.255.255.0
//
// The first word is the message type in capitals (BOOTREQUEST and BOOTREPLY without option 53). Then fields
// in any order, separated by blanks: header fields hw, hops, xid (hexadecimal with 0x), secs, flags
// (`broadcast`, or 0x and four digits), ciaddr, yiaddr, siaddr, giaddr, sname, file; all others are options,
// by dnsmasq's name or by number. A field that is zero or empty is left out. Values are written by the
// option's type: addresses with commas, numbers with commas, text in double quotes with \" \\ \xHH (a
// trailing NUL shows as \x00), else colon-separated hexadecimal; a zero-length value is `name=` and nothing.
// On input each type also takes colon-hexadecimal of two or more bytes or `hex:0a`, so that malformed values
// can be written too.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// One line. Everything that came from the wire is escaped.
[[nodiscard]] std::string text_of(const Message& message);

/// The value of one option in the form above.
[[nodiscard]] std::string text_of(const Option& option);

/// Reads the form above; line breaks count as blanks. Op follows the type's direction.
/// Errors: a sentence naming the field.
[[nodiscard]] Result<Message, std::string> message_from_text(std::string_view text);

}  // namespace pxed::dhcp
