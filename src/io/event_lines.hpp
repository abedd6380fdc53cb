#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "io/log.hpp"
#include "machine/event.hpp"

namespace pxed::io {

/// How many lines of one kind may come at once. Whatever a client can cause has a limit, but for log-dhcp,
/// which was asked for to see everything.
enum class Limit : std::uint8_t {
    none,
    routine,  ///< ordinary steps: a whole school that boots is news, a client that asks all day is not
    trouble,  ///< the same trouble many times over says nothing new
};

/// One line for the log, its journal fields beside it (SYSLOG_IDENTIFIER among them).
struct LogLine {
    Level level = Level::info;
    std::string text;
    std::vector<Field> fields;
    Limit limit = Limit::none;  ///< many of its kind at once are no news: LogLimit may hold it back
};

/// What the log says of an event, in dnsmasq's words: `DHCPACK(br0) 192.168.1.132 52:54:00:00:00:01 host`.
/// One line for a decision; with log-dhcp the request's own line before it; none at all where quiet-dhcp or
/// quiet-tftp hold. Pure. What comes from the wire is escaped, and lines are bounded.
[[nodiscard]] std::vector<LogLine> lines_of(const machine::Event& event, const config::Config& config);

/// What the journal calls us for such a step: `pxed-tftp`.
[[nodiscard]] std::string_view program_of(machine::Stage stage);

/// The client's address, or that it is unknown.
[[nodiscard]] std::string address_of(const machine::Event& event);

}  // namespace pxed::io
