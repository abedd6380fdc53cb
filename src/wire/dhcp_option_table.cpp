// Which options have a name, and how their values are typed. The names are what files written for dnsmasq use
// in option:NAME, so they stay as dnsmasq 2.90 spells them, odd ones included.

#include "wire/dhcp_option_table.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

using enum ValueType;

constexpr bool k_internal = true;

// dnsmasq 2.90's names and types. A number without a width of its own in dnsmasq (58, 59) is `seconds`.
constexpr std::array k_table{
    OptionRow{1, "netmask", address_list},
    OptionRow{2, "time-offset", number, 4},
    OptionRow{3, "router", address_list},
    OptionRow{6, "dns-server", address_list},
    OptionRow{7, "log-server", address_list},
    OptionRow{9, "lpr-server", address_list},
    OptionRow{12, "hostname", text, 0, k_internal},
    OptionRow{13, "boot-file-size", number, 2},
    OptionRow{15, "domain-name", text},
    OptionRow{16, "swap-server", address_list},
    OptionRow{17, "root-path", text},
    OptionRow{18, "extension-path", text},
    OptionRow{19, "ip-forward-enable", number, 1},
    OptionRow{20, "non-local-source-routing", number, 1},
    OptionRow{21, "policy-filter", address_list},
    OptionRow{22, "max-datagram-reassembly", number, 2},
    OptionRow{23, "default-ttl", number, 1},
    OptionRow{26, "mtu", number, 2},
    OptionRow{27, "all-subnets-local", number, 1},
    OptionRow{28, "broadcast", address_list, 0, k_internal},
    OptionRow{31, "router-discovery", number, 1},
    OptionRow{32, "router-solicitation", address_list},
    OptionRow{33, "static-route", address_list},
    OptionRow{34, "trailer-encapsulation", number, 1},
    OptionRow{35, "arp-timeout", number, 4},
    OptionRow{36, "ethernet-encap", number, 1},
    OptionRow{37, "tcp-ttl", number, 1},
    OptionRow{38, "tcp-keepalive", number, 4},
    OptionRow{40, "nis-domain", text},
    OptionRow{41, "nis-server", address_list},
    OptionRow{42, "ntp-server", address_list},
    // Vendor options are written with vendor: and encap:; the number alone still takes raw bytes.
    OptionRow{43, "vendor-encap", bytes, 0, k_internal},
    OptionRow{44, "netbios-ns", address_list},
    OptionRow{45, "netbios-dd", address_list},
    OptionRow{46, "netbios-nodetype", number, 1},
    OptionRow{47, "netbios-scope", bytes},
    OptionRow{48, "x-windows-fs", address_list},
    OptionRow{49, "x-windows-dm", address_list},
    OptionRow{50, "requested-address", address_list, 0, k_internal},
    OptionRow{51, "lease-time", seconds, 4, k_internal},
    OptionRow{52, "option-overload", number, 1, k_internal},
    OptionRow{53, "message-type", number, 1, k_internal},
    OptionRow{54, "server-identifier", address_list, 0, k_internal},
    OptionRow{55, "parameter-request", number, 1, k_internal},
    OptionRow{56, "message", text, 0, k_internal},
    OptionRow{57, "max-message-size", number, 2, k_internal},
    OptionRow{58, "T1", seconds, 4},
    OptionRow{59, "T2", seconds, 4},
    // Not internal: `dhcp-option-force=60,HTTPClient` is how UEFI HTTP boot is answered.
    OptionRow{60, "vendor-class", bytes},
    OptionRow{61, "client-id", bytes, 0, k_internal},
    OptionRow{64, "nis+-domain", text},
    OptionRow{65, "nis+-server", address_list},
    // Always text: `dhcp-option=66,1.2.3.4` sends a name that looks like an address, never four bytes.
    OptionRow{66, "tftp-server", text},
    OptionRow{67, "bootfile-name", text},
    OptionRow{68, "mobile-ip-home", address_list},
    OptionRow{69, "smtp-server", address_list},
    OptionRow{70, "pop3-server", address_list},
    OptionRow{71, "nntp-server", address_list},
    OptionRow{74, "irc-server", address_list},
    OptionRow{77, "user-class", bytes},
    OptionRow{80, "rapid-commit", bytes},
    OptionRow{81, "FQDN", bytes, 0, k_internal},
    OptionRow{82, "agent-id", bytes, 0, k_internal},
    OptionRow{93, "client-arch", client_arch, 2},
    OptionRow{94, "client-interface-id", bytes},
    OptionRow{97, "client-machine-id", bytes},
    OptionRow{100, "posix-timezone", text},
    OptionRow{101, "tzdb-timezone", text},
    OptionRow{108, "ipv6-only", number, 4},
    OptionRow{118, "subnet-select", address_list, 0, k_internal},
    OptionRow{119, "domain-search", domain_list},
    OptionRow{120, "sip-server", sip_servers},
    // RFC 3442: a client that takes 121 pays no attention to option 3, so the default route stands in it too.
    OptionRow{121, "classless-static-route", static_routes},
    OptionRow{125, "vendor-id-encap", bytes},
    OptionRow{150, "tftp-server-address", address_list},
    // No option of the wire, where 255 is the end mark: it sets siaddr.
    OptionRow{255, "server-ip-address", address_list},
};
static_assert(std::ranges::is_sorted(k_table, std::ranges::less{}, &OptionRow::code));

}  // namespace

std::span<const OptionRow> option_table() {
    return k_table;
}

const OptionRow* find_option(std::uint8_t code) {
    const auto* row = std::ranges::lower_bound(k_table, code, {}, &OptionRow::code);
    return row != k_table.end() && row->code == code ? row : nullptr;
}

const OptionRow* find_option(std::string_view name) {
    const auto* row = std::ranges::find_if(
        k_table, [&](const OptionRow& candidate) { return equal_ignoring_case(candidate.name, name); });
    return row != k_table.end() ? row : nullptr;
}

std::string option_label(std::uint8_t code) {
    const auto* row = find_option(code);
    return row ? std::string{row->name} : std::to_string(code);
}

}  // namespace pxed::dhcp
