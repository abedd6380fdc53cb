#include "wire/client_id.hpp"

#include <array>
#include <set>

#include <gtest/gtest.h>

namespace pxed {
namespace {

TEST(ClientId, IsOpaqueBytes) {
    const ClientId id{std::array<std::uint8_t, 4>{0x01, 0x00, 0xff, 0x0a}};
    EXPECT_EQ(id.text(), "01:00:ff:0a");
    EXPECT_EQ(id.bytes().size(), 4U);
    EXPECT_FALSE(id.is_empty());
    EXPECT_EQ(ClientId{}.text(), "*");
    EXPECT_TRUE(ClientId{}.is_empty());
}

TEST(ClientId, DiffersByEveryByteAndByLength) {
    std::set<ClientId> ids;
    for (const std::uint8_t last : {0x00, 0x01, 0xff}) {
        ids.insert(ClientId{std::array<std::uint8_t, 2>{1, last}});
        ids.insert(ClientId{std::array<std::uint8_t, 3>{1, last, 0}});
    }
    EXPECT_EQ(ids.size(), 6U);
    EXPECT_EQ(std::hash<ClientId>{}(ClientId{std::array<std::uint8_t, 2>{1, 0}}),
              std::hash<ClientId>{}(ClientId{std::array<std::uint8_t, 2>{1, 0}}));
}

}  // namespace
}  // namespace pxed
