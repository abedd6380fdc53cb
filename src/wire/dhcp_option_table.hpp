#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace pxed::dhcp {

/// How the value of an option reads and is written (after dnsmasq 2.90's option table).
enum class ValueType : std::uint8_t {
    bytes,          ///< no known type: typed by what is written
    address_list,   ///< IPv4 addresses
    text,           ///< text, never an address even when it looks like one
    domain_list,    ///< RFC 1035 names, compressed (RFC 3397)
    number,         ///< an unsigned number of `width` bytes (0: any width)
    seconds,        ///< a number of 4 bytes that may be written 1w, 2d, 3h, 4m
    client_arch,    ///< an array of 16-bit numbers
    sip_servers,    ///< RFC 3361: names or addresses behind an encoding byte
    static_routes,  ///< RFC 3442: `a.b.c.d/len,router`
};

/// One option of the table.
struct OptionRow {
    std::uint8_t code;
    std::string_view name;  ///< dnsmasq's name
    ValueType type;
    std::uint8_t width = 0;  ///< bytes of one number; 0 when it varies
    bool is_internal =
        false;  ///< the name may be matched but not given in dhcp-option (marked * in dnsmasq's list)
};

/// All named options, by code. 255 is dnsmasq's pseudo-option server-ip-address.
[[nodiscard]] std::span<const OptionRow> option_table();
[[nodiscard]] const OptionRow* find_option(std::uint8_t code);
[[nodiscard]] const OptionRow* find_option(std::string_view name);  ///< ignores case, as dnsmasq does

/// For logs and hints: the table's name (`hostname`), or the number where it has none.
[[nodiscard]] std::string option_label(std::uint8_t code);

}  // namespace pxed::dhcp
