#include "wire/udp_frame.hpp"

#include <array>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed {
namespace {

using Memory = std::vector<std::uint8_t>;

TEST(InternetChecksum, IsTheOneOfRfc1071) {
    // The example of RFC 1071 3: the sum is ddf2, the checksum its complement.
    EXPECT_EQ(internet_checksum(*parse_hex("00:01:f2:03:f4:f5:f6:f7")), 0x220d);
    EXPECT_EQ(internet_checksum(Memory{}), 0xffff);
    EXPECT_EQ(internet_checksum(Memory{0x01}), 0xfeff);
    EXPECT_EQ(internet_checksum(Memory(65535, 0xff), 0xffffffff), 0x00ff);
}

TEST(UdpFrame, IsWhatAKernelWouldSend) {
    // Checksums worked out by another program, from RFC 791 and RFC 768.
    const Memory payload{'h', 'i', '!'};
    const auto bytes = build_udp_frame({Ipv4{10, 99, 0, 1}, 67, Ipv4{10, 99, 0, 129}, 68, payload});
    EXPECT_EQ(hex_text(bytes),
              "45:00:00:1f:00:00:00:00:40:11:65:87:0a:63:00:01:0a:63:00:81:"
              "00:43:00:44:00:0b:60:a0:68:69:21");
}

TEST(UdpFrame, BothChecksumsVerify) {
    for (const std::size_t size : {0U, 1U, 2U, 300U, 301U, 1472U, 65507U}) {
        const Memory payload(size, 0xa5);
        const auto bytes = build_udp_frame({Ipv4{10, 99, 0, 1}, 67, k_limited_broadcast, 68, payload});
        ASSERT_EQ(bytes.size(), size + 28);
        EXPECT_EQ(internet_checksum(Bytes{bytes}.first(20)), 0);
        // The pseudo header: both addresses, the protocol, the length.
        const auto sum = 0x0a63U + 0x0001U + 0xffffU + 0xffffU + 17U + static_cast<std::uint32_t>(size + 8);
        EXPECT_EQ(internet_checksum(Bytes{bytes}.subspan(20), sum), 0) << size;
    }
}

TEST(UdpFrame, AChecksumOfZeroIsSentAsOnes) {
    // Two bytes of payload that make the sum 0xffff: the field must not say "none" (RFC 768).
    Memory payload{0, 0};
    const auto first = build_udp_frame({Ipv4{1, 2, 3, 4}, 1, Ipv4{5, 6, 7, 8}, 2, payload});
    payload = {first[26], first[27]};
    const auto bytes = build_udp_frame({Ipv4{1, 2, 3, 4}, 1, Ipv4{5, 6, 7, 8}, 2, payload});
    EXPECT_EQ(bytes[26], 0xff);
    EXPECT_EQ(bytes[27], 0xff);
}

Memory datagram_of(std::size_t payload) {
    return build_udp_frame({Ipv4{10, 99, 0, 2}, 68, k_limited_broadcast, 67, Memory(payload, 0xa5)});
}

bool is_read(const Memory& packet, UdpChecksum checksum = UdpChecksum::filled) {
    return read_udp_frame(packet, checksum).has_value();
}

TEST(UdpFrame, IsReadAsItWasBuilt) {
    auto bytes = datagram_of(300);
    bytes.resize(bytes.size() + 18, 0xee);  // Ethernet's padding
    const auto frame = read_udp_frame(bytes, UdpChecksum::filled);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->source, (Ipv4{10, 99, 0, 2}));
    EXPECT_EQ(frame->destination, k_limited_broadcast);
    EXPECT_EQ(frame->source_port, 68);
    EXPECT_EQ(frame->destination_port, 67);
    EXPECT_EQ((Memory{frame->payload.begin(), frame->payload.end()}), Memory(300, 0xa5));
}

TEST(UdpFrame, LengthsThatLieAreNotBelieved) {
    for (std::size_t size = 0; size < 328; ++size) {
        auto cut = datagram_of(300);
        cut.resize(size);
        EXPECT_FALSE(is_read(cut, UdpChecksum::to_be_filled)) << size;
    }
    // The UDP length alone, at 24: without a checksum nothing else could tell.
    for (const unsigned length : {0U, 7U, 309U, 0xffffU}) {
        auto packet = datagram_of(300);
        packet[24] = static_cast<std::uint8_t>(length >> 8);
        packet[25] = static_cast<std::uint8_t>(length);
        EXPECT_FALSE(is_read(packet, UdpChecksum::to_be_filled)) << length;
    }
}

TEST(UdpFrame, OneFlippedBitOfAnyByteIsFound) {
    for (std::size_t i = 0; i < 328; ++i) {
        auto packet = datagram_of(300);
        packet[i] ^= 0x10;
        EXPECT_FALSE(is_read(packet)) << i;
    }
}

TEST(UdpFrame, AChecksumThatACardWouldFillIsNotJudged) {
    auto packet = datagram_of(300);
    packet[26] = 0x12;
    packet[27] = 0x34;
    EXPECT_FALSE(is_read(packet));
    EXPECT_TRUE(is_read(packet, UdpChecksum::to_be_filled));
    // None at all (RFC 768).
    packet[26] = packet[27] = 0;
    EXPECT_TRUE(is_read(packet));
}

TEST(UdpFrame, AFragmentIsNone) {
    for (const std::uint8_t bits : {0x20, 0x01}) {
        auto packet = datagram_of(300);
        packet[6] = bits;
        packet[10] = packet[11] = 0;
        const auto sum = internet_checksum(Bytes{packet}.first(20));
        packet[10] = static_cast<std::uint8_t>(sum >> 8);
        packet[11] = static_cast<std::uint8_t>(sum);
        EXPECT_FALSE(is_read(packet)) << unsigned{bits};
    }
}

TEST(ArpProbe, AsksWithoutSenderAddress) {
    const auto probe = build_arp_probe(*HwAddr::parse("02:00:00:00:0a:01"), Ipv4{10, 99, 0, 50});
    EXPECT_EQ(hex_text(probe),
              "00:01:08:00:06:04:00:01:02:00:00:00:0a:01:00:00:00:00:00:00:00:00:00:00:0a:63:00:32");
}

TEST(ArpSender, IsReadFromRequestsAndReplies) {
    auto packet =
        *parse_hex("00:01:08:00:06:04:00:02:02:00:00:00:0a:01:0a:63:00:32:02:00:00:00:00:99:0a:63:00:01");
    ArpSender sender;
    ASSERT_TRUE(read_arp_sender(packet, sender));
    EXPECT_EQ(sender.address, Ipv4(10, 99, 0, 50));
    EXPECT_EQ(sender.hardware.text(), "02:00:00:00:0a:01");
    packet[7] = 1;
    EXPECT_TRUE(read_arp_sender(packet, sender));
    packet.resize(60);  // Ethernet pads
    EXPECT_TRUE(read_arp_sender(packet, sender));
}

TEST(ArpSender, IsNotReadFromAnythingElse) {
    const auto packet =
        *parse_hex("00:01:08:00:06:04:00:02:02:00:00:00:0a:01:0a:63:00:32:02:00:00:00:00:99:0a:63:00:01");
    ArpSender sender;
    for (std::size_t size = 0; size < packet.size(); ++size) {
        EXPECT_FALSE(read_arp_sender(Bytes{packet}.first(size), sender)) << size;
    }
    // Hardware type, protocol, both lengths, operation.
    for (const std::size_t at : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
        auto other = packet;
        other[at] = 0x77;
        EXPECT_FALSE(read_arp_sender(other, sender)) << at;
    }
    EXPECT_TRUE(sender.address.is_zero());
}

TEST(Echo, ARequestTurnedIntoItsReplyIsRecognised) {
    auto packet = build_echo_request(0x1234, 7);
    EXPECT_EQ(packet.size(), 24U);
    EXPECT_EQ(packet[0], 8);
    EXPECT_EQ(internet_checksum(packet), 0);
    EXPECT_FALSE(is_echo_reply(packet, 0x1234));
    packet[0] = 0;
    EXPECT_FALSE(is_echo_reply(packet, 0x1234)) << "the checksum still is the request's";
    packet[2] = packet[3] = 0;
    ByteWriter{std::span{packet}.subspan(2, 2)}.u16(internet_checksum(packet));
    EXPECT_TRUE(is_echo_reply(packet, 0x1234));
    EXPECT_FALSE(is_echo_reply(packet, 0x1235));
    for (std::size_t size = 0; size < 8; ++size)
        EXPECT_FALSE(is_echo_reply(Bytes{packet}.first(size), 0x1234));
}

}  // namespace
}  // namespace pxed
