#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pxed {

/// ARP hardware type of Ethernet (IANA).
inline constexpr std::uint8_t k_ethernet = 1;

/// A link-layer address as DHCP carries it: hardware type, 0 to 16 bytes (RFC 2131 2: htype, hlen, chaddr).
class HwAddr {
 public:
    static constexpr std::size_t k_max = 16;

    constexpr HwAddr() = default;
    /// Requires: bytes.size() <= k_max.
    HwAddr(std::uint8_t type, std::span<const std::uint8_t> bytes);

    /// `02:00:00:00:0a:01`, or `06-02:00:...` with the hardware type in hexadecimal before the dash.
    [[nodiscard]] static std::optional<HwAddr> parse(std::string_view text);

    [[nodiscard]] std::uint8_t type() const { return type_; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {bytes_.data(), length_}; }
    /// RFC 4390: over InfiniBand a client sends hlen 0 and is known by its client id alone.
    [[nodiscard]] bool is_empty() const { return length_ == 0; }
    /// Whether ARP and an Ethernet frame can reach it.
    [[nodiscard]] bool is_ethernet() const { return type_ == k_ethernet && length_ == 6; }
    /// As parse() reads it: lower case, the type only where it is not Ethernet.
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const HwAddr&, const HwAddr&) = default;

 private:
    std::uint8_t type_ = k_ethernet;
    std::uint8_t length_ = 0;
    std::array<std::uint8_t, k_max> bytes_{};  // the unused tail stays zero, so that == holds
};

}  // namespace pxed

template <>
struct std::hash<pxed::HwAddr> {
    std::size_t operator()(const pxed::HwAddr& address) const noexcept {
        // Without the type: nearly every address is Ethernet's, and == tells the others apart.
        const auto bytes = address.bytes();
        return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
};
