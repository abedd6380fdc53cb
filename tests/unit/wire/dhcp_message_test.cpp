#include "wire/dhcp_message.hpp"

#include <array>

#include <gtest/gtest.h>
#include <initializer_list>

#include "base/text.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::dhcp {
namespace {

using Memory = std::vector<std::uint8_t>;

// Where fields begin (RFC 2131 figure 1).
constexpr std::size_t k_at_htype = 1;
constexpr std::size_t k_at_hlen = 2;
constexpr std::size_t k_at_sname = 44;
constexpr std::size_t k_at_file = 108;
constexpr std::size_t k_at_options = 240;

void put(Memory& memory, std::size_t at, std::initializer_list<int> bytes) {
    for (const auto byte : bytes)
        memory.at(at++) = static_cast<std::uint8_t>(byte);
}

/// A request with a cookie and these option bytes, as they are.
Memory with_options(std::initializer_list<int> options) {
    Memory memory(k_at_options + options.size());
    put(memory, 0, {1, 1, 6, 0, 0, 0, 0, 1});
    put(memory, 28, {2, 0, 0, 0, 0x0a, 1});
    put(memory, 236, {0x63, 0x82, 0x53, 0x63});
    put(memory, k_at_options, options);
    return memory;
}

Message read(const Memory& memory) {
    auto message = parse(memory);
    EXPECT_TRUE(message) << sentence(message.error());
    return message ? *message : Message{};
}

ParseError error_of(const Memory& memory) {
    const auto message = parse(memory);
    EXPECT_FALSE(message) << text_of(*message);
    return message ? ParseError{0xff} : message.error();
}

std::string option_bytes(const std::vector<std::uint8_t>& datagram) {
    return hex_text(Bytes{datagram}.subspan(std::min(datagram.size(), k_at_options)));
}

Message from_text(std::string_view text) {
    auto message = message_from_text(text);
    EXPECT_TRUE(message) << message.error();
    return message ? *message : Message{};
}

TEST(DhcpParse, ReadsEveryFieldOfTheHeader) {
    Memory memory(236);
    put(memory, 0, {2, 6, 7, 3, 0xde, 0xad, 0xbe, 0xef, 0x01, 0x02, 0x80, 0x01});
    put(memory, 12, {10, 0, 0, 1, 10, 0, 0, 2, 10, 0, 0, 3, 10, 0, 0, 4});
    put(memory, 28, {1, 2, 3, 4, 5, 6, 7, 99, 99});
    put(memory, k_at_sname, {'s', 'r', 'v', 0, 'x'});
    put(memory, k_at_file, {'a', '.', '0', 0, 'x'});
    EXPECT_EQ(text_of(read(memory)),
              R"(BOOTREPLY hw=06-01:02:03:04:05:06:07 hops=3 xid=0xdeadbeef secs=258 flags=0x8001 )"
              R"(ciaddr=10.0.0.1 yiaddr=10.0.0.2 siaddr=10.0.0.3 giaddr=10.0.0.4 sname="srv" file="a.0")");
}

TEST(DhcpParse, ABootpMessageHasNoCookieAndNoOptions) {
    // 60 bytes of vendor area that mean something else.
    Memory memory = with_options({53, 1, 1, 255});
    put(memory, 236, {1, 2, 3, 4});
    EXPECT_TRUE(read(memory).options.is_empty());
    for (std::size_t size = 236; size < k_at_options; ++size) {
        memory.resize(size);
        EXPECT_TRUE(read(memory).options.is_empty()) << size;
    }
}

TEST(DhcpParse, AHeaderCutAnywhereIsTooShort) {
    const auto memory = with_options({53, 1, 1, 255});
    for (std::size_t size = 0; size < 236; ++size) {
        EXPECT_EQ(error_of(Memory(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(size))),
                  ParseError::too_short)
            << size;
    }
}

TEST(DhcpParse, OptionsCutInsideAnOptionAreTruncated) {
    const auto memory = with_options({53, 1, 1, 12, 3, 'a', 'b', 'c', 255});
    for (std::size_t cut = 0; cut < 9; ++cut) {
        const Memory part(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(k_at_options + cut));
        // Whole options and a missing end mark are understood: clients do send that.
        const bool is_whole = cut == 0 || cut == 3 || cut == 8;
        const auto message = parse(part);
        EXPECT_EQ(message.has_value(), is_whole) << cut;
        if (!message) {
            EXPECT_EQ(message.error(), ParseError::truncated_option) << cut;
        }
    }
}

TEST(DhcpParse, OpIsRequestOrReply) {
    for (int op = 0; op < 256; ++op) {
        auto memory = with_options({255});
        put(memory, 0, {op});
        if (op == 1 || op == 2) {
            EXPECT_EQ(static_cast<int>(read(memory).op), op);
        } else {
            EXPECT_EQ(error_of(memory), ParseError::bad_op);
        }
    }
}

TEST(DhcpParse, HardwareLengthsAreBounded) {
    for (const int type : {0, 1, 6, 32, 255}) {
        for (const int length : {0, 1, 6, 16, 17, 255}) {
            auto memory = with_options({53, 1, 1, 255});
            put(memory, k_at_htype, {type});
            put(memory, k_at_hlen, {length});
            if (length > 16 || (type == 0 && length > 0)) {
                EXPECT_EQ(error_of(memory), ParseError::bad_hardware_length) << type << ' ' << length;
            } else {
                const auto message = read(memory);
                EXPECT_EQ(message.hardware.type(), type);
                EXPECT_EQ(message.hardware.bytes().size(), static_cast<std::size_t>(length));
                EXPECT_EQ(read(build(message, 576).bytes), message);
            }
        }
    }
}

TEST(DhcpParse, PaddingStandsAnywhereAndNothingBehindTheEndIsRead) {
    const auto message = read(with_options({0, 0, 53, 1, 1, 0, 80, 0, 0, 12, 1, 'h', 255, 12, 200}));
    EXPECT_EQ(text_of(message), R"(DISCOVER hw=02:00:00:00:0a:01 xid=0x1 rapid-commit= hostname="h")");
}

TEST(DhcpParse, EveryOptionMayHaveLengthZero) {
    for (int code = 1; code < 255; ++code) {
        if (code == k_overload) continue;
        const auto message = read(with_options({code, 0, 255}));
        ASSERT_EQ(message.options.size(), 1U);
        EXPECT_EQ(message.options[0].code, code);
        EXPECT_TRUE(message.options[0].value.empty());
        EXPECT_EQ(message.type(), MessageType::none);
        EXPECT_EQ(read(build(message, 576).bytes), message);
    }
}

TEST(DhcpParse, PiecesOfAnOptionAreJoined) {
    // RFC 3396 8.1: cut in the middle of a value, with others between.
    const auto message =
        read(with_options({43, 2, 1, 2, 53, 1, 1, 43, 0, 43, 3, 3, 4, 5, 12, 1, 'h', 43, 1, 6, 255}));
    EXPECT_EQ(hex_text(*message.options.find(43)), "01:02:03:04:05:06");
    EXPECT_EQ(message.options.size(), 3U);
    EXPECT_EQ(message.options[0].code, 43);
    EXPECT_EQ(message.type(), MessageType::discover);
}

TEST(DhcpParse, ThousandsOfPiecesAreJoined) {
    // A datagram filled with alternating one-byte pieces of all codes.
    auto memory = with_options({});
    Memory expected;
    for (std::size_t i = 0; memory.size() + 3 <= 65507; ++i) {
        const auto code = static_cast<std::uint8_t>(100 + i % 100);
        memory.insert(memory.end(), {code, 1, static_cast<std::uint8_t>(i / 100)});
        if (code == 142) expected.push_back(static_cast<std::uint8_t>(i / 100));
    }
    const auto message = read(memory);
    EXPECT_EQ(message.options.size(), 100U);
    EXPECT_EQ(as_text(*message.options.find(142)), as_text(expected));
}

TEST(DhcpParse, OverloadedAreasAreReadInOrderAndOnceEach) {
    for (const int which : {1, 2, 3}) {
        auto memory = with_options({52, 1, which, 53, 1, 1, 43, 1, 0xa1, 255});
        put(memory, k_at_file, {43, 1, 0xf1, 12, 1, 'f', 255, 77});
        put(memory, k_at_sname, {0, 43, 1, 0xe1, 15, 1, 's', 255, 77});
        const auto message = read(memory);
        const bool has_file = (which & 1) != 0;
        const bool has_sname = (which & 2) != 0;
        // RFC 3396 5: options, file, sname.
        EXPECT_EQ(hex_text(*message.options.find(43)),
                  std::string{"a1"} + (has_file ? ":f1" : "") + (has_sname ? ":e1" : ""));
        EXPECT_EQ(message.options.has(12), has_file);
        EXPECT_EQ(message.options.has(15), has_sname);
        EXPECT_EQ(message.file.empty(), has_file);
        // The area's first byte is a NUL: as a text it is empty either way.
        EXPECT_TRUE(message.sname.empty());
        EXPECT_FALSE(message.options.has(k_overload)) << "it says how the message was packed";
        EXPECT_EQ(read(build(message, 576).bytes), message);
    }
}

TEST(DhcpParse, AnOverloadedAreaCannotOverloadAgain) {
    auto memory = with_options({52, 1, 1, 53, 1, 1, 255});
    put(memory, k_at_file, {52, 1, 3, 12, 1, 'f', 255});
    put(memory, k_at_sname, {'s', 'r', 'v'});
    const auto message = read(memory);
    EXPECT_EQ(message.sname, "srv");
    EXPECT_EQ(message.options.text(k_host_name), "f");
}

TEST(DhcpParse, AnOptionCannotStraddleAreas) {
    auto memory = with_options({52, 1, 1, 255});
    put(memory, k_at_file, {12, 128});
    EXPECT_EQ(error_of(memory), ParseError::truncated_option);
    auto sname = with_options({52, 1, 2, 255});
    put(sname, k_at_sname + 62, {12, 1});
    EXPECT_EQ(error_of(sname), ParseError::truncated_option);
    // One that ends with the area is whole; the end mark may be missing there too.
    put(sname, k_at_sname + 61, {12, 1, 'h'});
    EXPECT_EQ(read(sname).options.text(k_host_name), "h");
}

TEST(DhcpParse, OverloadIsOneByteFrom1To3) {
    EXPECT_EQ(error_of(with_options({52, 0, 255})), ParseError::bad_overload);
    EXPECT_EQ(error_of(with_options({52, 2, 1, 1, 255})), ParseError::bad_overload);
    EXPECT_EQ(error_of(with_options({52, 1, 1, 52, 1, 1, 255})), ParseError::bad_overload);
    for (int which = 0; which < 256; ++which) {
        const auto message = parse(with_options({52, 1, which, 255}));
        EXPECT_EQ(message.has_value(), which >= 1 && which <= 3) << which;
    }
}

TEST(DhcpParse, TextsFillTheirAreasWithoutNul) {
    auto memory = with_options({53, 1, 1, 255});
    std::fill_n(memory.begin() + k_at_sname, 64, std::uint8_t{'s'});
    std::fill_n(memory.begin() + k_at_file, 128, std::uint8_t{'f'});
    const auto message = read(memory);
    EXPECT_EQ(message.sname, std::string(64, 's'));
    EXPECT_EQ(message.file, std::string(128, 'f'));
    EXPECT_EQ(build(message, 576, 0).bytes, memory);
}

TEST(DhcpParse, ATypeBeyondInformIsKept) {
    EXPECT_EQ(static_cast<int>(read(with_options({53, 1, 10, 255})).type()), 10);
    EXPECT_EQ(read(with_options({53, 2, 1, 1, 255})).type(), MessageType::none);
}

TEST(DhcpBuild, GivesTheBytesOfAnOffer) {
    // The golden offer: option order and values as dnsmasq 2.90 sends them, 300 bytes.
    const auto offer = from_text(
        R"(OFFER hw=02:00:00:00:0a:01 xid=0x01020304 flags=broadcast yiaddr=10.99.0.129 siaddr=10.99.0.1 )"
        R"(server-identifier=10.99.0.1 lease-time=8h bootfile-name="pxelinux.0\x00" T1=14400 T2=25200 )"
        R"(netmask=255.255.255.0 broadcast=10.99.0.255 router=10.99.0.1)");
    const auto built = build(offer, 576);
    ASSERT_EQ(built.bytes.size(), 300U);
    EXPECT_TRUE(built.left_out.empty());
    EXPECT_EQ(hex_text(Bytes{built.bytes}.first(34)),
              "02:01:06:00:01:02:03:04:00:00:80:00:00:00:00:00:0a:63:00:81:0a:63:00:01:00:00:00:00:"
              "02:00:00:00:0a:01");
    EXPECT_EQ(hex_text(Bytes{built.bytes}.subspan(236)),
              "63:82:53:63:35:01:02:36:04:0a:63:00:01:33:04:00:00:70:80:"
              "43:0b:70:78:65:6c:69:6e:75:78:2e:30:00:3a:04:00:00:38:40:3b:04:00:00:62:70:"
              "01:04:ff:ff:ff:00:1c:04:0a:63:00:ff:03:04:0a:63:00:01:ff:00");
    EXPECT_EQ(read(built.bytes), offer);
}

TEST(DhcpBuild, GivesTheBytesOfAProxyOffer) {
    // The golden BIOS menu of a ProxyDHCP, with an end mark of its own: 315 bytes from dnsmasq too.
    const auto offer = from_text(
        R"(OFFER hw=02:00:00:00:0a:01 xid=0x1 flags=broadcast file="fallback.0" server-identifier=10.99.0.1 )"
        R"(vendor-class="PXEClient" client-machine-id=00:11:11:11:11:11:11:11:11:11:11:11:11:11:11:11:11 )"
        R"(vendor-encap=06:01:03:0a:04:00:50:58:45:08:07:80:00:01:0a:63:00:01:09:0c:80:00:09:)"
        R"(42:6f:6f:74:20:42:49:4f:53:ff)");
    const auto built = build(offer, 1472);
    EXPECT_EQ(built.bytes.size(), 315U);
    EXPECT_EQ(built.bytes.back(), k_end);
    EXPECT_EQ(read(built.bytes).file, "fallback.0");
}

TEST(DhcpBuild, RelayInformationComesLast) {
    const auto message = from_text("OFFER agent-id=01:02:aa:bb netmask=255.0.0.0");
    EXPECT_EQ(option_bytes(build(message, 576, 0).bytes), "35:01:02:01:04:ff:00:00:00:52:04:01:02:aa:bb:ff");
}

TEST(DhcpBuild, LongOptionsLeaveInPieces) {
    for (const std::size_t size : {255U, 256U, 510U, 511U, 3000U}) {
        Message message;
        message.options.set(121, Memory(size, 0x5a));
        const auto built = build(message, 65507, 0);
        const auto pieces = (size + 254) / 255;
        EXPECT_EQ(built.bytes.size(), k_at_options + size + 2 * pieces + 1);
        EXPECT_EQ(built.bytes.at(k_at_options + 1), 255);
        EXPECT_EQ(read(built.bytes), message);
    }
}

TEST(DhcpBuild, VendorOptionsAreCutBetweenTheirSubOptions) {
    std::vector<std::uint8_t> menu;
    for (const std::uint8_t code : {8, 9, 10}) {
        menu.insert(menu.end(), {code, 98});
        menu.insert(menu.end(), 98, code);
    }
    menu.push_back(k_end);
    Message message;
    message.options.set(k_vendor_options, menu);
    const auto bytes = build(message, 1472).bytes;
    // Two sub-options, then the third and the end mark.
    EXPECT_EQ(bytes[240], k_vendor_options);
    EXPECT_EQ(bytes[241], 200);
    EXPECT_EQ(bytes[442], k_vendor_options);
    EXPECT_EQ(bytes[443], 101);
    EXPECT_EQ(bytes[444], 10);
    EXPECT_EQ(hex_text(*read(bytes).options.find(k_vendor_options)), hex_text(menu));
    // What is no chain of sub-options is cut as any other.
    message.options.set(k_vendor_options, std::vector<std::uint8_t>(300, 254));
    EXPECT_EQ(build(message, 1472).bytes[241], 255);
}

TEST(DhcpBuild, AnOptionThatDoesNotFitIsLeftOutWholeAndNamed) {
    const auto message = from_text("OFFER netmask=255.0.0.0 hostname=\"" + std::string(200, 'h') +
                                   "\" router=10.0.0.1 vendor-encap=01:02:03");
    const auto whole = build(message, 65507, 0).bytes.size();
    for (std::size_t limit = k_at_options + 1; limit <= whole; ++limit) {
        const auto built = build(message, limit, 0);
        ASSERT_LE(built.bytes.size(), limit);
        ASSERT_EQ(built.bytes.back(), k_end);
        const auto again = parse(built.bytes);
        ASSERT_TRUE(again) << limit;
        // Nothing is lost silently, nothing is cut.
        ASSERT_EQ(again->options.size() + built.left_out.size(), message.options.size()) << limit;
        for (std::size_t i = 0; i < again->options.size(); ++i) {
            const auto option = again->options[i];
            ASSERT_EQ(as_text(*message.options.find(option.code)), as_text(option.value)) << limit;
        }
    }
    EXPECT_EQ(build(message, whole - 1, 0).left_out, Memory{k_vendor_options});
    EXPECT_EQ(build(message, 300, 0).left_out, Memory{k_host_name});
    EXPECT_TRUE(build(message, whole, 0).left_out.empty());
}

TEST(DhcpBuild, ConfiguredOptionsGiveWayToRelayInformation) {
    auto message = from_text("OFFER agent-id=01:02:aa:bb hostname=\"" + std::string(200, 'h') + '"');
    const auto whole = build(message, 65507, 0).bytes.size();
    const auto built = build(message, whole - 1, 0);
    EXPECT_EQ(built.left_out, Memory{k_host_name});
    EXPECT_TRUE(read(built.bytes).options.has(k_relay_agent));
    // More than one piece of it keeps no room, or a relay could squeeze out what a reply must have.
    message.options.set(k_relay_agent, Memory(256, 1));
    EXPECT_EQ(build(message, 548, 0).left_out, Memory{k_relay_agent});
    EXPECT_TRUE(read(build(message, 548).bytes).options.has(k_host_name));
}

TEST(DhcpBuild, ShortMessagesArePadded) {
    EXPECT_EQ(build(from_text("ACK"), 576).bytes.size(), 300U);
    EXPECT_EQ(build(from_text("ACK"), 576, 548).bytes.size(), 548U);
    EXPECT_EQ(build(from_text("ACK"), 576, 0).bytes.size(), k_at_options + 4);
    EXPECT_EQ(build(Message{}, 576, 0).bytes.size(), 236U) << "BOOTP without options needs no cookie";
    EXPECT_EQ(option_bytes(build(from_text("BOOTREPLY netmask=255.0.0.0"), 576, 0).bytes),
              "01:04:ff:00:00:00:ff");
}

TEST(DhcpBuild, TextsLongerThanTheirAreasAreCut) {
    Message message;
    message.sname = std::string(100, 's');
    message.file = std::string(200, 'f');
    message.options.set_u8(k_message_type, 2);
    const auto again = read(build(message, 576).bytes);
    EXPECT_EQ(again.sname, std::string(64, 's'));
    EXPECT_EQ(again.file, std::string(128, 'f'));
    EXPECT_EQ(again.type(), MessageType::offer);
}

TEST(DhcpParse, EveryParseErrorHasASentence) {
    for (int error = 0; error <= static_cast<int>(ParseError::bad_overload); ++error) {
        EXPECT_FALSE(sentence(static_cast<ParseError>(error)).empty()) << error;
    }
}

}  // namespace
}  // namespace pxed::dhcp
