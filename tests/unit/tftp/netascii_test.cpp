#include "tftp/netascii.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace {

std::string converted(std::string_view text) {
    std::vector<std::uint8_t> out;
    pxed::tftp::append_netascii(pxed::as_bytes(text), out);
    return std::string{pxed::as_text(out)};
}

TEST(Netascii, ALineFeedBecomesCrLf) {
    EXPECT_EQ(converted("a\nb\n"), "a\r\nb\r\n");
}

TEST(Netascii, ACarriageReturnBecomesCrNul) {
    EXPECT_EQ(converted("a\rb"), std::string("a\r\0b", 4));
}

TEST(Netascii, ACrLfOfTheFileComesBackAsItWas) {
    EXPECT_EQ(converted("a\r\n"), std::string("a\r\0\r\n", 5));
}

TEST(Netascii, OtherBytesAreKept) {
    EXPECT_EQ(converted(std::string("\0\xff\t", 3)), std::string("\0\xff\t", 3));
    EXPECT_EQ(converted(""), "");
}

TEST(Netascii, PiecesGiveWhatTheWholeGives) {
    const std::string text = "one\r\ntwo\n\rthree\n\n\r";
    const auto whole = converted(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut)
        EXPECT_EQ(converted(text.substr(0, cut)) + converted(text.substr(cut)), whole) << cut;
}

}  // namespace
