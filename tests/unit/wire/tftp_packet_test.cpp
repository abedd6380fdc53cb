#include "wire/tftp_packet.hpp"

#include <array>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed::tftp {
namespace {

using Memory = std::vector<std::uint8_t>;
using namespace std::string_literals;

/// A datagram written as text, NULs included.
Memory datagram(const std::string& text) {
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

Result<Packet, ParseError> parsed(const std::string& text) {
    // A heap block of the exact size, so that the sanitizer sees a read past the end.
    const auto memory = datagram(text);
    auto packet = parse(memory);
    if (packet && std::holds_alternative<Data>(*packet)) ADD_FAILURE() << "the payload would dangle";
    return packet;
}

ParseError error_of(const std::string& text) {
    const auto packet = parse(datagram(text));
    EXPECT_FALSE(packet);
    return packet ? ParseError{0xff} : packet.error();
}

Request request_of(const std::string& text) {
    const auto packet = parsed(text);
    EXPECT_TRUE(packet) << sentence(packet.error());
    return packet ? std::get<Request>(*packet) : Request{};
}

// What UEFI firmware sends: file, mode and three options.
const std::string k_request = "\0\1grub/grubx64.efi\0octet\0tsize\0000\0blksize\0001468\0windowsize\0004\0"s;

TEST(TftpRequest, ReadsFileModeAndOptions) {
    const auto request = request_of(k_request);
    EXPECT_FALSE(request.is_write);
    EXPECT_EQ(request.file, "grub/grubx64.efi");
    EXPECT_EQ(request.mode, Mode::octet);
    EXPECT_EQ(request.options,
              (std::vector<RequestOption>{{"tsize", "0"}, {"blksize", "1468"}, {"windowsize", "4"}}));
    EXPECT_EQ(build_request(request), datagram(k_request));
}

TEST(TftpRequest, TheModeIsReadWithoutCase) {
    EXPECT_EQ(request_of("\0\1a\0OCTET\0"s).mode, Mode::octet);
    EXPECT_EQ(request_of("\0\1a\0NetASCII\0"s).mode, Mode::netascii);
    EXPECT_EQ(error_of("\0\1a\0mail\0"s), ParseError::unknown_mode);
    EXPECT_EQ(error_of("\0\1a\0\0"s), ParseError::unknown_mode);
    EXPECT_EQ(error_of("\0\1a\0"s + std::string(1000, 'x') + "\0"s), ParseError::unknown_mode);
}

TEST(TftpRequest, AWriteIsToldFromARead) {
    EXPECT_TRUE(request_of("\0\2a\0octet\0"s).is_write);
    EXPECT_EQ(build_request(request_of("\0\2a\0netascii\0"s)), datagram("\0\2a\0netascii\0"s));
}

TEST(TftpRequest, NoTruncationOfItIsRead) {
    // CVE-2009-2958 was a request without mode. Cut right behind the mode or an option's value it is a
    // request of its own; cut anywhere else it is none.
    const auto bare = "\0\1grub/grubx64.efi\0octet\0"s.size();
    const auto one = bare + "tsize\0000\0"s.size();
    const auto two = one + "blksize\0001468\0"s.size();
    for (std::size_t size = 0; size < k_request.size(); ++size) {
        const bool is_request = size == bare || size == one || size == two;
        EXPECT_EQ(parsed(k_request.substr(0, size)).has_value(), is_request) << size;
    }
}

TEST(TftpRequest, ALastOptionWithoutValueIsAnError) {
    EXPECT_EQ(error_of("\0\1a\0octet\0blksize\0"s), ParseError::option_without_value);
    EXPECT_EQ(error_of("\0\1a\0octet\0blksize\000512\0tsize\0"s), ParseError::option_without_value);
    EXPECT_EQ(error_of("\0\1a\0octet\0blksize\000512"s), ParseError::unterminated_text);
    EXPECT_EQ(error_of("\0\1a\0octet\0blksize"s), ParseError::unterminated_text);
    EXPECT_EQ(error_of("\0\1a\0octet"s), ParseError::unterminated_text);
    EXPECT_EQ(error_of("\0\1a"s), ParseError::unterminated_text);
    EXPECT_EQ(error_of("\0\1"s), ParseError::unterminated_text);
}

TEST(TftpRequest, AnEmptyFileNameIsAnError) {
    EXPECT_EQ(error_of("\0\1\0octet\0"s), ParseError::empty_file_name);
}

TEST(TftpRequest, AnOptionCountsOnceWithoutCase) {
    const auto request = request_of("\0\1a\0octet\0blksize\0001024\0BLKSIZE\0008\0"s);
    EXPECT_EQ(request.options, (std::vector<RequestOption>{{"blksize", "1024"}}));
}

TEST(TftpRequest, ZeroPaddingEndsTheOptions) {
    const auto padded = k_request + std::string(512 - k_request.size(), '\0');
    EXPECT_EQ(request_of(padded).options.size(), 3U);
    EXPECT_EQ(request_of("\0\1a\0octet\0\0\0\0"s).options.size(), 0U);
    EXPECT_EQ(request_of("\0\1a\0octet\0tsize\0\0"s).options, (std::vector<RequestOption>{{"tsize", ""}}));
}

TEST(TftpRequest, ManyOptionsAreBounded) {
    std::string text = "\0\1a\0octet\0"s;
    for (int i = 0; i < 400; ++i)
        text += 'o' + std::to_string(i) + "\0"s + std::string(500, '9') + "\0"s;
    const auto request = request_of(text);
    EXPECT_EQ(request.options.size(), 32U);
    EXPECT_EQ(request.options.back().name, "o31");
    EXPECT_EQ(request.options.back().value.size(), 500U);
}

TEST(TftpRequest, LongNamesComeWhole) {
    for (const std::size_t size : {255U, 511U, 512U, 4095U, 65000U}) {
        EXPECT_EQ(request_of("\0\1"s + std::string(size, 'n') + "\0octet\0"s).file.size(), size);
    }
}

TEST(TftpPacket, OtherOpcodesAreRefused) {
    EXPECT_EQ(error_of(""), ParseError::too_short);
    EXPECT_EQ(error_of("\0"s), ParseError::too_short);
    for (const auto& opcode : {"\0\0"s, "\0\7"s, "\0\11"s, "\1\1"s, "\xff\xff"s}) {
        EXPECT_EQ(error_of(opcode + "a\0octet\0"s), ParseError::unknown_opcode);
    }
}

TEST(TftpPacket, DataAndAckCarryTheirBlock) {
    const auto memory = datagram("\0\3\x12\x34payload"s);
    const auto packet = parse(memory);
    ASSERT_TRUE(packet);
    const auto& data = std::get<Data>(*packet);
    EXPECT_EQ(data.block, 0x1234);
    EXPECT_EQ(as_text(data.payload), "payload");
    EXPECT_EQ(data_header(0x1234), (std::array<std::uint8_t, 4>{0, 3, 0x12, 0x34}));
    const auto empty = parse(datagram("\0\3\0\1"s));
    ASSERT_TRUE(empty);
    EXPECT_TRUE(std::get<Data>(*empty).payload.empty());

    const auto ack = parsed("\0\4\xff\xff"s);
    ASSERT_TRUE(ack);
    EXPECT_EQ(std::get<Ack>(*ack).block, 0xffff);
    EXPECT_EQ(build_ack(0xffff), datagram("\0\4\xff\xff"s));
    // Some clients send the whole buffer of the block they acknowledge.
    EXPECT_TRUE(parsed("\0\4\0\1trailing"s));
    for (const auto& cut : {"\0\3"s, "\0\3\0"s, "\0\4"s, "\0\4\0"s}) {
        EXPECT_EQ(error_of(cut), ParseError::too_short);
    }
}

TEST(TftpPacket, AnAckIsReadTheSameWayByItself) {
    unsigned acks = 0;
    for (const std::uint8_t opcode : {0, 1, 3, 4, 5, 6, 7, 104}) {
        for (std::size_t length = 0; length <= 6; ++length) {
            std::vector<std::uint8_t> datagram{0, opcode, 0xfe, 0x01, 0, 'x'};
            datagram.resize(length);
            const auto packet = tftp::parse(datagram);
            const auto* ack = packet ? std::get_if<tftp::Ack>(&*packet) : nullptr;
            const auto alone = tftp::parse_ack(datagram);
            ASSERT_EQ(alone.has_value(), ack != nullptr) << unsigned{opcode} << ' ' << length;
            if (ack == nullptr) continue;
            EXPECT_EQ(alone->block, ack->block);
            EXPECT_EQ(alone->block, 0xfe01);
            ++acks;
        }
    }
    EXPECT_EQ(acks, 3U) << "of 4, 5 and 6 bytes";
}

TEST(TftpError, IsReadWhateverItsText) {
    const auto error = [](const std::string& text) {
        const auto packet = parsed(text);
        EXPECT_TRUE(packet);
        return std::get<Error>(*packet);
    };
    EXPECT_EQ(error("\0\5\0\1File not found\0"s).code, ErrorCode::file_not_found);
    EXPECT_EQ(error("\0\5\0\1File not found\0"s).text, "File not found");
    EXPECT_EQ(error("\0\5\0\10no NUL"s).text, "no NUL");
    EXPECT_EQ(error("\0\5\0\0"s).text, "");
    EXPECT_EQ(error("\0\5\x77\x77"s).code, static_cast<ErrorCode>(0x7777));
    // CVE-2019-11365: the handler of a long text without end.
    EXPECT_EQ(error("\0\5\0\0"s + std::string(65000, 'x')).text, std::string(255, 'x'));
    EXPECT_EQ(error_of("\0\5\0"s), ParseError::too_short);
    EXPECT_EQ(error_of("\0\5"s), ParseError::too_short);
}

TEST(TftpError, IsWrittenCutAndTerminated) {
    EXPECT_EQ(build_error(ErrorCode::access_violation, "no"), datagram("\0\5\0\2no\0"s));
    const auto cut = build_error(ErrorCode::undefined, std::string(500, 'x'));
    EXPECT_EQ(cut.size(), 4U + 100U + 1U);
    EXPECT_EQ(cut.back(), 0);
    EXPECT_EQ(build_error(ErrorCode::undefined, "a\0b"s), datagram("\0\5\0\0a\0"s));
}

TEST(TftpOptionAck, ReadsAndWrites) {
    const std::vector<RequestOption> options{{"blksize", "1468"}, {"tsize", "3000"}};
    const auto bytes = build_option_ack(options);
    EXPECT_EQ(bytes, datagram("\0\6blksize\0001468\0tsize\0003000\0"s));
    const auto packet = parse(bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(std::get<OptionAck>(*packet).options, options);
    EXPECT_EQ(error_of("\0\6blksize\0"s), ParseError::option_without_value);
}

TEST(TftpPacket, EveryParseErrorHasASentence) {
    for (int error = 0; error <= static_cast<int>(ParseError::option_without_value); ++error) {
        EXPECT_FALSE(sentence(static_cast<ParseError>(error)).empty()) << error;
    }
}

}  // namespace
}  // namespace pxed::tftp
