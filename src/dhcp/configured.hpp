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

/// Who the options are for.
enum class Audience : std::uint8_t {
    everyone,
    pxe,        ///< a PXE client: dhcp-option-pxe counts
    pxe_menu,   ///< it is shown a menu besides: 43 and 60 are PXE's
    pxe_proxy,  ///< and another server gives the rest: of the plain options only dhcp-option-pxe's
};

/// The dhcp-option lines that hold for one client: of each plain option one, and all matching encapsulated
/// ones; in reverse file order, as dnsmasq sends them.
class ChosenOptions {
 public:
    /// Of several lines for one option a tagged one beats an untagged one, one that matches without the tag
    /// of the range (`tags`) beats one that needs it (`with_range`), and the last in the file beats the rest.
    ChosenOptions(const Policy& policy, const Tags& tags, const Tags& with_range,
                  Audience audience = Audience::everyone);

    /// The plain option `code`, suppressed ones included.
    [[nodiscard]] const ConfiguredOption* find(std::uint8_t code) const;
    [[nodiscard]] bool has(std::uint8_t code) const { return find(code) != nullptr; }
    /// dnsmasq's pseudo-option server-ip-address.
    [[nodiscard]] std::optional<Ipv4> next_server() const;

    /// Adds the plain options the client asks for or is to have by force, except those `reply` has already.
    /// `local`: our address, for 0.0.0.0.
    void put_plain(const Client& client, Ipv4 local, Options& reply) const;
    /// Adds the encapsulated ones: encap:N, vi-encap:E, then, unless 43 is PXE's, vendor:CLASS in option 43.
    /// Gives what had to be left out, in words; empty when that is nothing.
    [[nodiscard]] std::string put_encapsulated(const Client& client, Options& reply) const;

    /// Whether a line for the client's vendor class or a pxe-prompt is sub-option `code` of 43.
    [[nodiscard]] bool has_vendor(const Client& client, std::uint8_t code) const;
    /// Whether one of them is to be sent though the client does not ask for 43.
    [[nodiscard]] bool forces_vendor(const Client& client) const;
    /// All of them, as they stand behind a PXE menu; without an end.
    [[nodiscard]] std::vector<std::uint8_t> vendor_options(const Client& client) const;

 private:
    [[nodiscard]] bool is_vendor_for(const ConfiguredOption& option, std::string_view vendor_class) const;
    void put_vendor(const Client& client, Options& reply) const;
    void put_envelope(std::uint8_t outer, const Client& client, Options& reply) const;
    [[nodiscard]] std::string put_vendor_vi(const Client& client, Options& reply) const;

    Audience audience_;
    std::vector<const ConfiguredOption*> plain_;
    std::vector<const ConfiguredOption*> encapsulated_;
};

}  // namespace pxed::dhcp
