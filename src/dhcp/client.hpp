#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dhcp/lease_table.hpp"
#include "dhcp/policy.hpp"
#include "wire/arch.hpp"
#include "wire/client_id.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// Who asks: a message read once, in the words the decisions use. Views point into the message.
struct Client {
    HwAddr hardware;
    ClientId id;          ///< the one leases are known by: empty when dhcp-ignore-clid or `id:*` say so
    ClientId id_as_sent;  ///< option 61
    Recognition recognition = Recognition::client_id;  ///< which rows of its hardware address are its own
    std::optional<Arch> arch;
    std::string_view vendor_class;  ///< option 60
    std::string host_name;          ///< option 81, else 12: its first label; empty when none or no legal name
    std::string host_domain;        ///< what it has behind its first dot; perhaps no domain at all
    std::optional<std::uint8_t> fqdn_flags;  ///< option 81 is there, and what it asks for (RFC 4702 2.1)
    bool counts_nul = false;                 ///< it ends its names with a NUL and wants them so (old Windows)
    std::optional<Bytes> parameters;         ///< option 55
    Ipv4 ciaddr;                             ///< zero where the message has no business with one
    std::optional<Ipv4> requested;           ///< option 50

    /// Whether the client wants this option; one without option 55 takes what it gets.
    [[nodiscard]] bool asks_for(std::uint8_t code) const;
    /// Neither a hardware address nor an id: nothing to know it by.
    [[nodiscard]] bool is_anonymous() const { return hardware.is_empty() && id.is_empty(); }
    /// The name it gives itself, its domain included.
    [[nodiscard]] std::string full_name() const;
};

/// Reads the message; `ignores_client_ids` is the policy's (dhcp-ignore-clid).
[[nodiscard]] Client client_of(const Message& message, bool ignores_client_ids);

/// Whether one client sent both (RFC 2131 4.2: by client identifier, and by hardware address without one).
[[nodiscard]] bool is_same_client(const Message& a, const Message& b);

/// Whether a class of option 77 contains `text`. RFC 3004 makes the option a list of counted texts; iPXE
/// sends its text as it is. Both are read.
[[nodiscard]] bool user_class_contains(Bytes option, std::string_view text);

}  // namespace pxed::dhcp
