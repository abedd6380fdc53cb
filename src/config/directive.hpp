#pragma once
// One row a directive. The parser, the command line, --help, pxed.conf(5), shell completions and the fuzz
// dictionary are all written from this table.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pxed::config {

class Line;

/// What a parse function says: nothing, or what is wrong with the line and what was probably meant.
using Parsed = Result<void, std::string>;

/// A parse function, or none. It remembers being given one because GCC 12 under UBSan does not compare the
/// address of a function with nullptr at compile time.
class Parse {
 public:
    using Function = Parsed (*)(Line& line);
    constexpr Parse() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): a row names the function and nothing else
    constexpr Parse(Function function) : function_(function), is_given_(true) {}

    [[nodiscard]] constexpr bool is_given() const { return is_given_; }
    /// Requires: is_given().
    Parsed operator()(Line& line) const { return function_(line); }

 private:
    Function function_ = nullptr;
    bool is_given_ = false;
};

/// How often a directive may stand, and with what.
enum class Use : std::uint8_t {
    flag,  ///< no value; repeating it says nothing new
    once,  ///< a value, once in all files; a file's value replaces the command line's
    many,  ///< a value, as often as you like
};

/// Whether `=value` may be missing (`enable-tftp`, `enable-tftp=eth0`). A flag never has one.
enum class Value : std::uint8_t { none, optional, required };

/// The part of the manual and of --help a directive belongs to, in this order.
enum class Group : std::uint8_t {
    daemon,
    interfaces,
    dhcp,
    options,
    boot,
    tags,
    tftp,
    http,
    log,
    files,
    not_served,  ///< known to dnsmasq, not to pxed: listed by name only
};

/// What a reload does again when the directive changed.
enum class Reload : std::uint8_t {
    none,     ///< nothing: it has no effect in pxed
    policy,   ///< the next decision follows the new value
    sockets,  ///< sockets and interfaces are set up again
    restart,  ///< only a restart takes the new value
};

/// What pxed makes of a name that dnsmasq knows.
enum class Status : std::uint8_t {
    served,
    without_effect,    ///< accepted in silence: what it asks for is so anyway
    recognised_other,  ///< DNS, DHCPv6, ...: warned about once and skipped
    not_served,        ///< skipping it would change what clients see: refused with the reason
};

/// One row of the table.
struct Directive {
    std::string_view name = {};
    char short_option = 0;  ///< dnsmasq's letter, 0: none
    Group group = Group::not_served;
    Use use = Use::many;
    Value value = Value::required;
    std::string_view syntax = {};  ///< what follows `=`: `[tag:TAG,]FILE[,NAME[,ADDRESS]]`; empty for flags
    std::string_view help = {};    ///< one line, no full stop, at most 80 characters
    /// Plain sentences for pxed.conf(5). Paragraphs are separated by an empty line; `X` between backquotes is
    /// literal; a line that begins with four blanks is an example.
    std::string_view manual = {};
    /// One sentence on what people stumble over, for the manual and --help; empty: nothing is known.
    std::string_view pitfall = {};
    Reload reload = Reload::policy;
    Parse parse = {};  ///< only served rows have one
    Status status = Status::served;
    std::string_view reason = {};    ///< not served: completes "NAME ..." (`is DNS; pxed does not serve it`)
    std::string_view alias_of = {};  ///< another spelling of that directive, which it repeats (dhcp-lease)
    /// The value that is as good as no line, where there is one; the field's initializer says the same.
    std::string_view default_value = {};
};

/// All rows, sorted by name.
[[nodiscard]] std::span<const Directive> directives();

/// The row with exactly that name (no abbreviations, as in dnsmasq's files), or nullptr.
[[nodiscard]] const Directive* find_directive(std::string_view name);

/// The row that lists the letter, or nullptr.
[[nodiscard]] const Directive* find_short_option(char letter);

/// Whether a table may be compiled: every row has a name, a help line and a manual paragraph, a parse
/// function exactly when it is served, a reason exactly when it is not, and a syntax exactly when it takes a
/// value.
[[nodiscard]] constexpr bool is_complete(std::span<const Directive> rows) {
    return std::ranges::all_of(rows, [](const Directive& row) {
        const bool is_served = row.status == Status::served;
        const bool is_skipped = row.status == Status::recognised_other || row.status == Status::not_served;
        return !row.name.empty() && !row.help.empty() && row.help.size() <= 80 && !row.manual.empty() &&
               is_served == row.parse.is_given() && is_skipped == !row.reason.empty() &&
               (row.use == Use::flag) == (row.value == Value::none) &&
               (row.value == Value::none) == row.syntax.empty();
    });
}

}  // namespace pxed::config
