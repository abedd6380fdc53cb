#pragma once
// What the administrator wants of PXE: the menu, and which clients count as PXE clients.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/origin.hpp"
#include "dhcp/server_name.hpp"
#include "dhcp/tags.hpp"
#include "wire/arch.hpp"

namespace pxed::dhcp {

/// `pxe-service`: one item of the boot menu of one architecture.
struct PxeService {
    Arch arch{};
    std::string text;
    std::uint16_t type = 0;  ///< what the client asks a boot server for; 0: boot from the local disk
    std::string program;  ///< the file this server names for it; empty: another server's type, or local boot
    std::optional<Ipv4> server;  ///< who has the file, or serves the type; none: this server, or not known
    ServerName server_host;      ///< a name in the place of the address
    TagTests tests;
    Origin origin;

    [[nodiscard]] bool is_ours() const { return !program.empty(); }
    /// The program for a layer, which is what PXE 2.1 calls the programs of one type: a name with a dot is
    /// whole, another gets the layer as its suffix (`pxelinux` is `pxelinux.0`).
    [[nodiscard]] std::string file_of(std::uint16_t layer) const;
    /// The server's address for that machine; 0.0.0.0: it is named and not known, none: this server's.
    [[nodiscard]] std::optional<Ipv4> server_for(const HwAddr& machine) const;
};

struct PxePolicy {
    std::vector<PxeService> services;
    bool has_prompt = false;  ///< there is a `pxe-prompt`; it stands among the options, where dnsmasq has it
    std::vector<std::string> vendors;  ///< `dhcp-pxe-vendor`; empty: PXEClient

    /// dnsmasq's switch for everything PXE: a pxe-service or a pxe-prompt.
    [[nodiscard]] bool shows_menu() const { return has_prompt || !services.empty(); }
};

}  // namespace pxed::dhcp
