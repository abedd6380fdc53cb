#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pxed {

/// An IPv4 address. value() is in host byte order, so that addresses count and compare as people expect.
class Ipv4 {
 public:
    constexpr Ipv4() = default;
    constexpr explicit Ipv4(std::uint32_t host_order) : value_(host_order) {}
    constexpr Ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d)
        : value_(std::uint32_t{a} << 24 | std::uint32_t{b} << 16 | std::uint32_t{c} << 8 | d) {}

    /// Four decimal numbers 0 to 255 with dots between and nothing around; nothing else is an address.
    [[nodiscard]] static std::optional<Ipv4> parse(std::string_view text);

    [[nodiscard]] constexpr std::uint32_t value() const { return value_; }
    [[nodiscard]] constexpr bool is_zero() const { return value_ == 0; }
    [[nodiscard]] constexpr bool is_loopback() const { return value_ >> 24 == 127; }
    [[nodiscard]] constexpr bool is_multicast() const { return value_ >> 28 == 14; }
    [[nodiscard]] constexpr bool is_limited_broadcast() const { return value_ == 0xffffffff; }
    /// The address above; that of 255.255.255.255 is 0.0.0.0.
    [[nodiscard]] constexpr Ipv4 next() const { return Ipv4{value_ + 1}; }
    [[nodiscard]] std::string text() const;

    /// By number: an address range is an interval.
    friend constexpr auto operator<=>(Ipv4, Ipv4) = default;

 private:
    std::uint32_t value_ = 0;
};

inline constexpr Ipv4 k_limited_broadcast{255, 255, 255, 255};

/// An address with the netmask of its network.
struct Network {
    Ipv4 address;
    Ipv4 netmask;

    /// Whether `other` is in the same network. A netmask of zero contains every address.
    [[nodiscard]] constexpr bool contains(Ipv4 other) const {
        return (address.value() & netmask.value()) == (other.value() & netmask.value());
    }
    /// The network's own address, all host bits zero.
    [[nodiscard]] constexpr Ipv4 base() const { return Ipv4{address.value() & netmask.value()}; }
    /// The directed broadcast address, all host bits one.
    [[nodiscard]] constexpr Ipv4 broadcast() const { return Ipv4{address.value() | ~netmask.value()}; }
    friend constexpr auto operator<=>(const Network&, const Network&) = default;
};

/// The netmask of `bits` leading ones, 0 to 32.
[[nodiscard]] constexpr Ipv4 netmask_of(unsigned bits) {
    // A shift by all 32 bits is undefined, so no bits is a case of its own.
    return Ipv4{bits == 0 ? 0 : ~std::uint32_t{0} << (32 - (bits > 32 ? 32 : bits))};
}

/// Whether the mask is ones followed by zeros.
[[nodiscard]] constexpr bool is_contiguous(Ipv4 netmask) {
    // The host bits are then 0...01...1, and adding one leaves no bit in common.
    const std::uint32_t inverted = ~netmask.value();
    return (inverted & (inverted + 1)) == 0;
}

}  // namespace pxed

template <>
struct std::hash<pxed::Ipv4> {
    std::size_t operator()(pxed::Ipv4 address) const noexcept {
        // A multiplicative hash: the standard library's is the value itself, and the addresses of a pool are
        // neighbours.
        return std::hash<std::uint64_t>{}(address.value() * 0x9e3779b97f4a7c15ULL);
    }
};
