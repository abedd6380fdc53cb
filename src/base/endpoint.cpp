// How an end of a conversation is stored, compared and written. One form inside: IPv4 is kept as
// ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that a client is the same key whether it came in by an IPv4 or by a
// dual-stack socket.

#include "base/endpoint.hpp"

#include <algorithm>
#include <string_view>

#include "base/bytes.hpp"

namespace pxed {

namespace {

constexpr std::array<std::uint8_t, 12> k_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// The last four bytes. Requires: the address is v4-mapped.
Ipv4 tail_of(const Endpoint::V6& address) {
    return ByteReader{Bytes{address}.last(4)}.ipv4();
}

// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as "::".
std::string ipv6_text(const Endpoint::V6& address) {
    std::array<std::uint16_t, 8> groups{};
    ByteReader reader{address};
    for (auto& group : groups)
        group = reader.u16();
    std::size_t run_start = groups.size();
    // RFC 5952 4.2.2: one zero group alone is not shortened. 4.2.3: of equal runs the first is.
    std::size_t run_length = 1;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        std::size_t length = 0;
        while (i + length < groups.size() && groups[i + length] == 0)
            ++length;
        if (length > run_length) {
            run_start = i;
            run_length = length;
        }
    }
    std::string result;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (i == run_start) {
            result += "::";
            i += run_length - 1;
            continue;
        }
        // "::" brings its own separator.
        if (!result.empty() && result.back() != ':') result += ':';
        constexpr std::string_view digits = "0123456789abcdef";
        bool started = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            const auto digit = static_cast<std::size_t>(groups[i] >> shift & 15);
            started = started || digit != 0 || shift == 0;
            if (started) result += digits[digit];
        }
    }
    return result;
}

}  // namespace

Endpoint::Endpoint(Ipv4 address, std::uint16_t port, unsigned interface)
    : port_(port), interface_(interface), is_ipv4_(true) {
    std::ranges::copy(k_mapped_prefix, address_.begin());
    ByteWriter{std::span{address_}.last(4)}.ipv4(address);
}

Endpoint::Endpoint(const V6& address, std::uint16_t port, unsigned interface)
    : address_(address),
      port_(port),
      interface_(interface),
      is_ipv4_(std::equal(k_mapped_prefix.begin(), k_mapped_prefix.end(), address.begin())) {}

std::optional<Ipv4> Endpoint::ipv4() const {
    if (!is_ipv4_) return std::nullopt;
    return tail_of(address_);
}

bool Endpoint::is_multicast_or_broadcast() const {
    if (!is_ipv4_) return address_[0] == 0xff;
    const auto address = tail_of(address_);
    return address.is_multicast() || address.is_limited_broadcast();
}

std::string Endpoint::address_text() const {
    return is_ipv4_ ? tail_of(address_).text() : ipv6_text(address_);
}

std::string Endpoint::text() const {
    const auto address = address_text();
    return (is_ipv4_ ? address : '[' + address + ']') + ':' + std::to_string(port_);
}

}  // namespace pxed

std::size_t std::hash<pxed::Endpoint>::operator()(const pxed::Endpoint& endpoint) const noexcept {
    const auto& address = endpoint.ipv6();
    const std::string_view bytes{reinterpret_cast<const char*>(address.data()), address.size()};
    // The interface takes part in ==, not here: one client is met on one interface, so it would spread
    // nothing.
    return std::hash<std::string_view>{}(bytes) ^ (std::size_t{endpoint.port()} * 0x9e3779b97f4a7c15ULL);
}
