#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/client.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/tags.hpp"
#include "wire/dhcp_options.hpp"

namespace pxed::dhcp {

/// The dhcp-option lines that hold for one client: of each plain option one, and all matching encapsulated
/// ones; in reverse file order, as dnsmasq sends them.
class ChosenOptions {
 public:
    /// Of several lines for one option a tagged one beats an untagged one, one that matches without the tag
    /// of the range (`tags`) beats one that needs it (`with_range`), and the last in the file beats the rest.
    ChosenOptions(const Policy& policy, const Tags& tags, const Tags& with_range);

    /// The plain option `code`, suppressed ones included.
    [[nodiscard]] const ConfiguredOption* find(std::uint8_t code) const;
    [[nodiscard]] bool has(std::uint8_t code) const { return find(code) != nullptr; }
    /// dnsmasq's pseudo-option server-ip-address.
    [[nodiscard]] std::optional<Ipv4> next_server() const;

    /// Adds the plain options the client asks for or is to have by force, except those `reply` has already.
    /// `local`: our address, for 0.0.0.0.
    void put_plain(const Client& client, Ipv4 local, Options& reply) const;
    /// Adds the encapsulated ones: encap:N, vi-encap:E, then vendor:CLASS in option 43. Gives what had to be
    /// left out, in words; empty when that is nothing.
    [[nodiscard]] std::string put_encapsulated(const Client& client, Options& reply) const;

 private:
    void put_vendor(const Client& client, Options& reply) const;
    void put_envelope(std::uint8_t outer, const Client& client, Options& reply) const;
    [[nodiscard]] std::string put_vendor_vi(const Client& client, Options& reply) const;

    std::vector<const ConfiguredOption*> plain_;
    std::vector<const ConfiguredOption*> encapsulated_;
};

}  // namespace pxed::dhcp
