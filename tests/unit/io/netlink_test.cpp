#include "io/netlink.hpp"

#include <array>

#include <gtest/gtest.h>

namespace pxed::io {
namespace {

TEST(Netlink, finds_an_attribute_behind_one_that_is_padded) {
    std::vector<std::uint8_t> message;
    append_attribute(message, 1, std::array<std::uint8_t, 3>{7, 8, 9});
    append_attribute(message, 2, std::array<std::uint8_t, 2>{5, 6});
    EXPECT_EQ(message.size(), 16U);
    const auto second = find_attribute(message, 2);
    ASSERT_TRUE(second);
    EXPECT_EQ((std::vector<std::uint8_t>{second->begin(), second->end()}), (std::vector<std::uint8_t>{5, 6}));
    EXPECT_FALSE(find_attribute(message, 3));
}

TEST(Netlink, an_attribute_that_runs_past_the_end_is_not_read) {
    std::vector<std::uint8_t> message;
    append_attribute(message, 1, std::array<std::uint8_t, 4>{1, 2, 3, 4});
    message[0] = 200;  // its length
    EXPECT_FALSE(find_attribute(message, 1));
    message[0] = 3;  // shorter than its own header
    EXPECT_FALSE(find_attribute(message, 1));
    EXPECT_FALSE(find_attribute(Bytes{message}.first(3), 1));
}

}  // namespace
}  // namespace pxed::io
