#include "base/bytes.hpp"

#include <array>

#include <gtest/gtest.h>

#include "base/result.hpp"

namespace pxed {
namespace {

TEST(ByteReader, AnOverrunSticksAndGivesZeros) {
    constexpr std::array<std::uint8_t, 3> data{1, 2, 3};
    ByteReader reader{data};
    EXPECT_EQ(reader.u16(), 0x0102);
    EXPECT_EQ(reader.u16(), 0);
    EXPECT_TRUE(reader.is_bad());
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_TRUE(reader.rest().empty());
}

TEST(ByteWriter, WhatDoesNotFitIsLeftOutWhole) {
    std::array<std::uint8_t, 5> memory{};
    ByteWriter writer{memory};
    writer.u32(0x01020304);
    writer.u16(0x0506);
    EXPECT_TRUE(writer.is_bad());
    EXPECT_EQ(writer.size(), 4U);
    writer.u8(7);
    EXPECT_EQ(writer.size(), 4U);
    EXPECT_EQ(memory[4], 0);
}

Result<int, const char*> half(int number) {
    if (number % 2 != 0) return fail("odd");
    return number / 2;
}

Result<int, const char*> quarter(int number) {
    TRY(const int first, half(number));
    TRY(const int second, half(first));
    return second;
}

TEST(Result, TryReturnsTheFirstError) {
    EXPECT_EQ(quarter(12).value(), 3);
    EXPECT_STREQ(quarter(6).error(), "odd");
}

}  // namespace
}  // namespace pxed
