#include "wire/relayed.hpp"

#include <algorithm>

namespace pxed::dhcp {

namespace {

// RFC 2131 figure 1.
constexpr std::size_t k_hops_at = 3;
constexpr std::size_t k_giaddr_at = 24;
constexpr std::size_t k_header = 236;
constexpr std::size_t k_cookie_bytes = 4;
constexpr std::uint32_t k_cookie = 0x63825363;
constexpr std::size_t k_longest_option = 255;

}  // namespace

std::optional<Message> read_relayed(Bytes datagram) {
    if (auto whole = parse(datagram)) return std::move(*whole);
    // A header without options is BOOTP of 1985, and parse() reads that.
    auto header = parse(datagram.first(std::min(datagram.size(), k_header)));
    return header ? std::optional{std::move(*header)} : std::nullopt;
}

std::vector<std::uint8_t> with_giaddr(Bytes datagram, std::uint8_t hops, Ipv4 giaddr) {
    std::vector<std::uint8_t> changed{datagram.begin(), datagram.end()};
    changed.at(k_hops_at) = hops;
    ByteWriter{std::span{changed}.subspan(k_giaddr_at)}.ipv4(giaddr);
    return changed;
}

std::optional<std::vector<std::uint8_t>> with_relay_agent(Bytes datagram, Bytes value) {
    ByteReader reader{datagram};
    const Bytes header = reader.take(k_header);
    if (reader.u32() != k_cookie || value.size() > k_longest_option) return std::nullopt;
    const Bytes start = datagram.first(header.size() + k_cookie_bytes);
    std::vector<std::uint8_t> changed{start.begin(), start.end()};
    while (!reader.is_at_end()) {
        const auto code = reader.u8();
        if (code == k_end) break;
        if (code == k_pad) {
            changed.push_back(code);
            continue;
        }
        const auto length = reader.u8();
        const Bytes content = reader.take(length);
        if (reader.is_bad()) return std::nullopt;
        if (code == k_relay_agent) continue;
        changed.push_back(code);
        changed.push_back(length);
        changed.insert(changed.end(), content.begin(), content.end());
    }
    if (!value.empty()) {
        changed.push_back(k_relay_agent);
        changed.push_back(static_cast<std::uint8_t>(value.size()));
        changed.insert(changed.end(), value.begin(), value.end());
    }
    changed.push_back(k_end);
    // Padding makes room first: a BOOTP message has 300 bytes or more.
    if (changed.size() < datagram.size()) changed.resize(datagram.size(), k_pad);
    return changed;
}

}  // namespace pxed::dhcp
