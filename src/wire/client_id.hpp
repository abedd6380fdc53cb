#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/text.hpp"

namespace pxed {

/// A DHCP client identifier (option 61): opaque bytes, compared as they are (RFC 2131 2, RFC 4361 6.3).
/// Empty: the client sent none.
class ClientId {
 public:
    ClientId() = default;
    explicit ClientId(std::span<const std::uint8_t> bytes) : bytes_(as_text(bytes)) {}

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return as_bytes(bytes_); }
    [[nodiscard]] bool is_empty() const { return bytes_.empty(); }
    /// Colon-separated hexadecimal, as dnsmasq's lease file has it; "*" when empty.
    [[nodiscard]] std::string text() const { return is_empty() ? "*" : hex_text(bytes()); }

    friend auto operator<=>(const ClientId&, const ClientId&) = default;

 private:
    // A string for its small buffer: a MAC behind its type byte, 7 bytes, needs no allocation.
    std::string bytes_;
};

}  // namespace pxed

template <>
struct std::hash<pxed::ClientId> {
    std::size_t operator()(const pxed::ClientId& id) const noexcept {
        return std::hash<std::string_view>{}(pxed::as_text(id.bytes()));
    }
};
