#include "http/range.hpp"

#include <gtest/gtest.h>

namespace pxed::http {
namespace {

void expect_range(std::string_view header, std::uint64_t size, std::uint64_t first, std::uint64_t last) {
    const auto parsed = parse_range(header, size);
    const auto* range = std::get_if<ByteRange>(&parsed);
    ASSERT_NE(range, nullptr) << header;
    EXPECT_EQ(range->first, first) << header;
    EXPECT_EQ(range->last, last) << header;
}

TEST(Range, OneRangeIsCutAtTheEndOfTheFile) {
    expect_range("bytes=0-499", 1000, 0, 499);
    expect_range("bytes=500-", 1000, 500, 999);
    expect_range("Bytes= 990-2000 ", 1000, 990, 999);
    expect_range("bytes=-10", 1000, 990, 999);
    expect_range("bytes=-2000", 1000, 0, 999);
    expect_range("bytes=0-99999999999999999999999", 1000, 0, 999);
    expect_range("bytes=-99999999999999999999999", 1000, 0, 999);
}

TEST(Range, ARangeBeyondTheFileIsUnsatisfiable) {
    for (const auto* header :
         {"bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999999-"}) {
        EXPECT_TRUE(std::holds_alternative<Unsatisfiable>(parse_range(header, 1000))) << header;
    }
    EXPECT_TRUE(std::holds_alternative<Unsatisfiable>(parse_range("bytes=-5", 0)));
}

TEST(Range, WhatIsNotOneRangeOfBytesGivesTheWholeFile) {
    for (const auto* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-1", "items=0-1",
                               "bytes=0-1,3-4", "bytes=0-,0-,0-", "bytes=--1", "bytes=-1-2", "bytes=0x1-2"}) {
        EXPECT_TRUE(std::holds_alternative<WholeFile>(parse_range(header, 1000))) << header;
    }
}

}  // namespace
}  // namespace pxed::http
