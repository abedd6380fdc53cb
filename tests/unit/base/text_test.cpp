#include "base/text.hpp"

#include <array>

#include <gtest/gtest.h>

namespace pxed {
namespace {

TEST(Text, SplitKeepsEmptyPieces) {
    EXPECT_EQ(split("a,,b", ',').size(), 3U);
    EXPECT_EQ(split("", ',').size(), 1U);
    EXPECT_EQ(split("a,", ',').back(), "");
}

TEST(Text, TrimTakesBlanksFromBothEndsOnly) {
    EXPECT_EQ(trim(" \t a b \r\n"), "a b");
    EXPECT_EQ(trim("   "), "");
}

TEST(Text, ANumberIsDigitsAndNothingElse) {
    EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615ULL);
    for (const auto* bad : {"", "-1", "+1", " 1", "1 ", "1x", "18446744073709551616"}) {
        EXPECT_FALSE(parse_number(bad)) << bad;
    }
}

TEST(Text, HexBytesHaveOneOrTwoDigits) {
    EXPECT_EQ(parse_hex("a:0B:ff"), (std::vector<std::uint8_t>{0x0a, 0x0b, 0xff}));
    for (const auto* bad : {"", "a:", ":a", "100", "0x1", "g1", "a::b", "-1"}) {
        EXPECT_FALSE(parse_hex(bad)) << bad;
    }
    EXPECT_EQ(hex_text(std::array<std::uint8_t, 2>{0x0a, 0xff}), "0a:ff");
}

TEST(Text, EscapedTextIsPrintableAndBounded) {
    EXPECT_EQ(escaped("a\x1b[2J\n\"b\\"), "a\\x1b[2J\\x0a\\x22b\\x5c");
    EXPECT_EQ(escaped("abcdef", 3), "abc...");
    EXPECT_EQ(escaped("%n%s"), "%n%s");
}

TEST(Text, NearestFindsTypingMistakesAndNothingFar) {
    constexpr std::array<std::string_view, 3> names{"dhcp-range", "dhcp-host", "tftp-root"};
    EXPECT_EQ(nearest("dhcp-rnage", names), "dhcp-range");
    EXPECT_EQ(nearest("tftproot", names), "tftp-root");
    EXPECT_EQ(nearest("bananas", names), "");
}

}  // namespace
}  // namespace pxed
