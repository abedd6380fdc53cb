#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"

namespace pxed {

/// An IPv4/UDP datagram to be sent below the kernel's routing: to a client that has no address yet (RFC
/// 2131 4.1).
struct UdpFrame {
    Ipv4 source;
    std::uint16_t source_port = 0;
    Ipv4 destination;
    std::uint16_t destination_port = 0;
    Bytes payload;
};

/// IPv4 header (no options, TTL 64, don't-fragment off), UDP header and payload, both checksums filled. The
/// link header is the packet socket's (SOCK_DGRAM). Requires: payload at most 65,507 bytes.
[[nodiscard]] std::vector<std::uint8_t> build_udp_frame(const UdpFrame& frame);

/// Whether the UDP checksum of a frame is there to be judged. A virtual network card hands over what never
/// was on a wire before its sender's card has filled it in (packet(7), TP_STATUS_CSUMNOTREADY).
enum class UdpChecksum : std::uint8_t { filled, to_be_filled };

/// Reads a whole IPv4/UDP datagram, without its link header, as packet sockets hear it; padding behind it is
/// cut. `payload` points into `packet`. Nothing for anything else: fragments, lengths that contradict each
/// other, wrong checksums. A UDP checksum of zero is none (RFC 768).
[[nodiscard]] std::optional<UdpFrame> read_udp_frame(Bytes packet, UdpChecksum checksum);

/// The Internet checksum of RFC 1071 over `data`, starting from `sum`.
[[nodiscard]] std::uint16_t internet_checksum(Bytes data, std::uint32_t sum = 0);

/// ARP for Ethernet (RFC 826): a probe asks for `target` with sender address zero (RFC 5227 2.1.1). 28 bytes.
[[nodiscard]] std::vector<std::uint8_t> build_arp_probe(const HwAddr& sender, Ipv4 target);

/// What an ARP packet says about its sender: `address` is at `hardware`.
struct ArpSender {
    Ipv4 address;
    HwAddr hardware;
};
/// The sender of a request or reply for Ethernet and IPv4; false when the packet is anything else.
[[nodiscard]] bool read_arp_sender(Bytes packet, ArpSender& sender);

/// ICMP echo request (RFC 792) with `identifier` and `sequence`, 16 bytes of payload.
[[nodiscard]] std::vector<std::uint8_t> build_echo_request(std::uint16_t identifier, std::uint16_t sequence);

/// Whether an ICMP message is the reply to such a request. `icmp` begins after the IP header.
[[nodiscard]] bool is_echo_reply(Bytes icmp, std::uint16_t identifier);

}  // namespace pxed
