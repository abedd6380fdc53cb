// The frames that pxed builds by itself because the kernel cannot: a reply to a client that has no address
// yet and answers no ARP (RFC 2131 4.1), and the two ways to ask whether an address is in use, ARP (RFC 5227)
// and ICMP echo (RFC 792).

#include "wire/udp_frame.hpp"

#include <algorithm>
#include <array>

namespace pxed {

namespace {

constexpr std::size_t k_ip_header = 20;
constexpr std::size_t k_udp_header = 8;
constexpr std::size_t k_checksum_in_ip = 10;
constexpr std::size_t k_checksum_in_udp = 6;
constexpr std::size_t k_checksum_in_icmp = 2;
constexpr std::uint8_t k_version_and_length = 0x45;  // version 4, 5 words
constexpr std::uint8_t k_time_to_live = 64;
constexpr std::uint8_t k_protocol_udp = 17;

// RFC 826, for Ethernet and IPv4.
constexpr std::uint16_t k_arp_ethernet = 1;
constexpr std::uint16_t k_arp_ipv4 = 0x0800;
constexpr std::uint8_t k_ethernet_size = 6;
constexpr std::uint8_t k_ipv4_size = 4;
constexpr std::uint16_t k_arp_request = 1;
constexpr std::uint16_t k_arp_reply = 2;
constexpr std::size_t k_arp_size = 28;

// RFC 792.
constexpr std::uint8_t k_icmp_echo_reply = 0;
constexpr std::uint8_t k_icmp_echo = 8;
constexpr std::size_t k_icmp_header = 8;
constexpr std::size_t k_icmp_payload = 16;

/// The sum of 16-bit words before folding; a last odd byte counts as if a zero followed (RFC 1071 4.1).
std::uint32_t sum_of(Bytes data) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < data.size(); ++i)
        sum += i % 2 == 0 ? std::uint32_t{data[i]} << 8 : data[i];
    return sum;
}

void put_u16(std::vector<std::uint8_t>& bytes, std::size_t at, std::uint16_t value) {
    ByteWriter{std::span{bytes}.subspan(at, 2)}.u16(value);
}

/// The pseudo header that the UDP checksum covers (RFC 768).
std::uint32_t pseudo_header_sum(const UdpFrame& frame, std::uint16_t udp_length) {
    std::array<std::uint8_t, 12> header{};
    ByteWriter writer{header};
    writer.ipv4(frame.source);
    writer.ipv4(frame.destination);
    writer.u8(0);
    writer.u8(k_protocol_udp);
    writer.u16(udp_length);
    return sum_of(header);
}

}  // namespace

std::uint16_t internet_checksum(Bytes data, std::uint32_t sum) {
    auto folded = std::uint64_t{sum} + sum_of(data);
    // One's complement: what is carried out of 16 bits is added at the bottom, and may carry once more.
    while (folded > 0xffff)
        folded = (folded & 0xffff) + (folded >> 16);
    return static_cast<std::uint16_t>(~folded);
}

std::vector<std::uint8_t> build_udp_frame(const UdpFrame& frame) {
    const auto udp_length = static_cast<std::uint16_t>(k_udp_header + frame.payload.size());
    std::vector<std::uint8_t> bytes(k_ip_header + udp_length);
    ByteWriter writer{bytes};
    writer.u8(k_version_and_length);
    writer.u8(0);  // type of service: none asked for
    writer.u16(static_cast<std::uint16_t>(k_ip_header + udp_length));
    // Identification, flags, fragment offset. The frame ends on this very link, where nobody fragments it, so
    // nothing has to tell it from another one (RFC 6864 4.1).
    writer.u32(0);
    writer.u8(k_time_to_live);
    writer.u8(k_protocol_udp);
    writer.u16(0);  // the checksum, below
    writer.ipv4(frame.source);
    writer.ipv4(frame.destination);
    writer.u16(frame.source_port);
    writer.u16(frame.destination_port);
    writer.u16(udp_length);
    writer.u16(0);
    writer.bytes(frame.payload);
    put_u16(bytes, k_checksum_in_ip, internet_checksum(Bytes{bytes}.first(k_ip_header)));
    const auto checksum =
        internet_checksum(Bytes{bytes}.subspan(k_ip_header), pseudo_header_sum(frame, udp_length));
    // RFC 768: zero on the wire means "no checksum", so a computed zero is sent as its other form.
    put_u16(bytes, k_ip_header + k_checksum_in_udp, checksum == 0 ? 0xffff : checksum);
    return bytes;
}

// The kernel checks nothing for a packet socket. Every length is compared with what there is before it is
// used: CVE-2015-8605 was a DHCP server that believed the UDP header of a raw frame.
std::optional<UdpFrame> read_udp_frame(Bytes packet, UdpChecksum checksum) {
    constexpr std::uint16_t k_fragment = 0x3fff;  // more fragments, or an offset
    ByteReader reader{packet};
    const auto version_and_length = reader.u8();
    reader.u8();
    const std::size_t total = reader.u16();
    reader.u16();
    const auto fragment = reader.u16();
    reader.u8();
    const auto protocol = reader.u8();
    reader.u16();
    UdpFrame frame;
    frame.source = reader.ipv4();
    frame.destination = reader.ipv4();
    const std::size_t header = std::size_t{4} * (version_and_length & 0xf);
    if (reader.is_bad() || version_and_length >> 4 != 4 || header < k_ip_header || protocol != k_protocol_udp)
        return std::nullopt;
    if (total < header + k_udp_header || total > packet.size()) return std::nullopt;
    // RFC 2131 4.1 lets nobody send DHCP in fragments to a client; nor does any client.
    if ((fragment & k_fragment) != 0) return std::nullopt;
    // Over a header that carries its own checksum the sum comes out as zero (RFC 1071 1).
    if (internet_checksum(packet.first(header)) != 0) return std::nullopt;

    const Bytes datagram = packet.first(total).subspan(header);
    ByteReader udp{datagram};
    frame.source_port = udp.u16();
    frame.destination_port = udp.u16();
    const std::uint16_t length = udp.u16();
    const auto given = udp.u16();
    if (length < k_udp_header || length > datagram.size()) return std::nullopt;
    const Bytes whole = datagram.first(length);
    const bool is_judged = checksum == UdpChecksum::filled && given != 0;
    if (is_judged && internet_checksum(whole, pseudo_header_sum(frame, length)) != 0) return std::nullopt;
    frame.payload = whole.subspan(k_udp_header);
    return frame;
}

std::vector<std::uint8_t> build_arp_probe(const HwAddr& sender, Ipv4 target) {
    std::vector<std::uint8_t> bytes(k_arp_size);
    ByteWriter writer{bytes};
    writer.u16(k_arp_ethernet);
    writer.u16(k_arp_ipv4);
    writer.u8(k_ethernet_size);
    writer.u8(k_ipv4_size);
    writer.u16(k_arp_request);
    const auto hardware = sender.bytes().first(std::min<std::size_t>(sender.bytes().size(), k_ethernet_size));
    writer.bytes(hardware);
    writer.zeros(k_ethernet_size - hardware.size());
    // RFC 5227 2.1.1: a zero sender address, or the probe itself would change other hosts' caches.
    writer.ipv4(Ipv4{});
    // The target's hardware address is what is asked for.
    writer.zeros(k_ethernet_size);
    writer.ipv4(target);
    return bytes;
}

bool read_arp_sender(Bytes packet, ArpSender& sender) {
    ByteReader reader{packet};
    // Read in the order of the packet by the short circuit; on a mismatch the rest is read askew and not
    // used.
    const bool is_for_us = reader.u16() == k_arp_ethernet && reader.u16() == k_arp_ipv4 &&
                           reader.u8() == k_ethernet_size && reader.u8() == k_ipv4_size;
    const auto operation = reader.u16();
    const auto hardware = reader.take(k_ethernet_size);
    const auto address = reader.ipv4();
    // The target is not used, but a packet cut before its end is no ARP packet.
    reader.take(k_ethernet_size + k_ipv4_size);
    if (!is_for_us || reader.is_bad()) return false;
    // Requests count too: who asks for somebody else tells his own address by it.
    if (operation != k_arp_request && operation != k_arp_reply) return false;
    sender = {address, HwAddr{k_ethernet, hardware}};
    return true;
}

std::vector<std::uint8_t> build_echo_request(std::uint16_t identifier, std::uint16_t sequence) {
    // The payload is zeros: a host echoes it, and the identifier is all that is compared.
    std::vector<std::uint8_t> bytes(k_icmp_header + k_icmp_payload);
    ByteWriter writer{bytes};
    writer.u8(k_icmp_echo);
    writer.u8(0);
    writer.u16(0);
    writer.u16(identifier);
    writer.u16(sequence);
    put_u16(bytes, k_checksum_in_icmp, internet_checksum(bytes));
    return bytes;
}

bool is_echo_reply(Bytes icmp, std::uint16_t identifier) {
    // Over a message that carries its own checksum the sum comes out as zero (RFC 1071 1).
    if (icmp.size() < k_icmp_header || internet_checksum(icmp) != 0) return false;
    ByteReader reader{icmp};
    const auto type = reader.u8();
    const auto code = reader.u8();
    reader.u16();
    return type == k_icmp_echo_reply && code == 0 && reader.u16() == identifier;
}

}  // namespace pxed
