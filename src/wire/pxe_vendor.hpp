#pragma once
// What PXE says inside option 43 (PXE 2.1 tables 2-1 to 2-3; RFC 4578 leaves it to that specification).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ipv4.hpp"

namespace pxed::pxe {

/// Sub-options of 43 between PXE clients and boot servers. 1 to 5 are multicast TFTP, which pxed does not
/// serve.
enum Code : std::uint8_t {
    k_discovery_control = 6,
    k_multicast_address = 7,
    k_boot_servers = 8,
    k_boot_menu = 9,
    k_menu_prompt = 10,
    k_boot_item = 71,
};

/// Bits of PXE_DISCOVERY_CONTROL.
enum DiscoveryControl : std::uint8_t {
    k_no_broadcast = 1,
    k_no_multicast = 2,
    k_listed_servers_only = 4,
    /// The boot file of the reply is loaded at once: no menu, no discovery.
    k_boot_file_at_once = 8,
};

/// The type of a menu item that goes on to the machine's next boot device.
inline constexpr std::uint16_t k_local_boot = 0;

/// The first type a site may give meaning to (PXE 2.1 table 2-3): dnsmasq numbers its own from here.
inline constexpr std::uint16_t k_first_own_type = 0x8000;

/// How long a prompt waits when it waits for ever, and when it does not wait at all.
inline constexpr std::uint8_t k_wait_for_ever = 255;
inline constexpr std::uint8_t k_do_not_wait = 0;

/// The servers for one type of the menu.
struct BootServers {
    std::uint16_t type = 0;
    std::vector<Ipv4> addresses;
    friend bool operator==(const BootServers&, const BootServers&) = default;
};

struct MenuItem {
    std::uint16_t type = 0;
    std::string text;
    friend bool operator==(const MenuItem&, const MenuItem&) = default;
};

struct MenuPrompt {
    std::uint8_t timeout = 0;  ///< seconds until the first item is taken
    std::string text;
    friend bool operator==(const MenuPrompt&, const MenuPrompt&) = default;
};

/// Which item a client took, and which of its programs it wants: a boot server says it back.
struct BootItem {
    std::uint16_t type = 0;
    std::uint16_t layer = 0;
    friend bool operator==(const BootItem&, const BootItem&) = default;

    /// The client asks for the credentials of the program (BIS), not for the program.
    [[nodiscard]] bool asks_for_credentials() const { return (layer & 0x8000) != 0; }
};

/// Option 43 as a value. An empty list is a sub-option that is not there.
struct VendorOptions {
    std::optional<BootItem> boot_item;
    std::optional<std::uint8_t> discovery_control;
    std::optional<MenuPrompt> prompt;
    std::vector<BootServers> servers;
    std::vector<MenuItem> menu;
    friend bool operator==(const VendorOptions&, const VendorOptions&) = default;
};

/// Reads the value of option 43; what is malformed or unknown is left out, as clients do.
[[nodiscard]] VendorOptions parse(Bytes value);

/// The boot item a client asks for, if it asks for one. More than its four bytes is accepted.
[[nodiscard]] std::optional<BootItem> boot_item_of(Bytes value);

/// The sub-options in dnsmasq's order (71, 6, 10, 8, 9), without the end: more may follow. nullopt: the list
/// of servers or the menu is over the 253 bytes that fit one option with code and length.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> build(const VendorOptions& options);

}  // namespace pxed::pxe
