#pragma once
// What a client sees, as named facts that can be compared one by one.

#include <map>
#include <string>
#include <string_view>

#include "wire.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::oracle {

/// A fact that is absent is `none`.
inline constexpr std::string_view k_none = "none";

/// Facts by name: `type`, `yiaddr`, `option.51`, `to`, `boot-file`...; README.md lists them.
using Facts = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] std::string_view fact(const Facts& facts, std::string_view name);

/// The facts of a message: its header fields and options.
[[nodiscard]] Facts facts_of(const dhcp::Message& message);

/// The facts of a reply to `request`: those of its message, where it went and where it came from, and the
/// boot file and servers that a client takes from it. What must vary between two runs is levelled.
[[nodiscard]] Facts facts_of_reply(const Datagram& datagram, const dhcp::Message& request);

/// The facts of a TFTP packet: `packet`, `block`, `code`, `text`, `options`, `bytes`, `from`.
[[nodiscard]] Facts facts_of_tftp(const Datagram& datagram, std::string_view server_port_word);

/// One line for a person.
[[nodiscard]] std::string text_of(const Facts& facts);

}  // namespace pxed::oracle
