#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "config/fields.hpp"

namespace pxed::config {

/// No line of a file may be longer.
inline constexpr std::size_t k_longest_line = 65536;

/// One line that holds a directive: comment, blanks and quotes are gone.
struct FileLine {
    std::uint32_t number = 0;  ///< counted from 1
    std::string name;
    bool has_value = false;  ///< there was an `=`
    std::string value;
    std::string quoted;  ///< marks for Field

    [[nodiscard]] Field field() const { return {value, quoted}; }
};

/// A line that holds something else.
struct LineProblem {
    std::uint32_t number = 0;
    std::string what;
};

/// Reads a file's text with dnsmasq's rules, a line at a time, in order:
/// - `#` begins a comment at the start of a line or after a blank, outside double quotes;
/// - double quotes hide `, : . #` and digits from whoever reads the value, and know \\ \" \t \n \b \r \e;
/// - blanks around the first `=` and at both ends are dropped; a bare word has no value;
/// - lines end in LF or CRLF, the last one may end without.
/// Each line is given to exactly one of the two, or to none when there is nothing on it.
void read_lines(std::string_view text, const std::function<void(const FileLine&)>& on_line,
                const std::function<void(const LineProblem&)>& on_problem);

/// The same for a file whose lines are values without a name (dhcp-hostsfile): comments, quotes and escapes
/// are the same, FileLine::name stays empty.
void read_values(std::string_view text, const std::function<void(const FileLine&)>& on_line,
                 const std::function<void(const LineProblem&)>& on_problem);

/// A value as read_lines() would read it to this field: with quotes and escapes where they are needed.
[[nodiscard]] std::string as_written(const Field& value);

/// The mark of a template that was never filled in (`{{ x }}`, `{% x %}`, `${X}`, `%%X%%`, `###X###`), empty
/// when there is none. `${net0/mac}` and other names in lower case are iPXE's to fill in.
[[nodiscard]] std::string_view find_template(std::string_view text);

}  // namespace pxed::config
