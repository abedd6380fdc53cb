// The rows of pxed as a relay agent, and of replies that are to be late.

#include <array>

#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

// Firmware gives up after about a minute (PXE 2.1 2.2.3: 4, 8, 16 and 32 s).
constexpr seconds k_patience{60};

// [tag:T,...]SECONDS
Parsed parse_reply_delay(Line& line) {
    FieldReader fields{line.value()};
    dhcp::ReplyDelay delay;
    delay.origin = line.origin();
    delay.tests = take_tag_tests(fields);
    const Field length = fields.take_rest();
    const auto number = parse_number_between(length.text(), 0, 0xffffffff);
    // dnsmasq reads nothing as 0.
    if (!number && !length.is_empty()) {
        return fail(quote(length.text()) +
                    " is no number of seconds; dhcp-reply-delay=" + std::string{line.directive().syntax});
    }
    if (length.is_empty()) line.warn("no number of seconds is given, so nothing is delayed");
    delay.length = seconds{number.value_or(0)};
    if (delay.length > k_patience) {
        line.warn("no client waits for " + std::to_string(delay.length.count()) +
                  " seconds; a delay is one or two as a rule");
    }
    line.config().dhcp.reply_delays.push_back(std::move(delay));
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "dhcp-reply-delay",
     .group = Group::dhcp,
     .syntax = "[tag:TAG,...]SECONDS",
     .help = "send offers only this many seconds after they were asked for",
     .manual =
         "Holds offers and ProxyDHCP replies back, counted from when the request came. Some boot ROMs, that "
         "of the Raspberry Pi 3 above all, fail when the answer is too quick: one or two seconds cure them. "
         "A line whose tags match goes before one without tags; among several the last one counts. Unlike "
         "dnsmasq, pxed serves everybody else meanwhile, and takes more than one such line."
         "\n\n    dhcp-mac=set:pi3,b8:27:eb:*:*:*\n    dhcp-reply-delay=tag:pi3,2",
     .parse = parse_reply_delay},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> relay_rows() {
    return k_rows;
}

}  // namespace pxed::config
