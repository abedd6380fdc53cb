#include "wire/dhcp_option_table.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed::dhcp {
namespace {

TEST(OptionTable, FindsByCodeAndByNameWithoutCase) {
    ASSERT_TRUE(find_option(66));
    EXPECT_EQ(find_option(66)->name, "tftp-server");
    ASSERT_TRUE(find_option("t1"));
    EXPECT_EQ(find_option("t1")->code, 58);
    EXPECT_EQ(find_option("fqdn"), find_option(81));
    EXPECT_EQ(find_option("NIS+-domain")->code, 64);
    EXPECT_EQ(find_option("server-ip-address")->code, 255);
    EXPECT_FALSE(find_option(4));
    EXPECT_FALSE(find_option("foo"));
    EXPECT_FALSE(find_option(""));
}

TEST(OptionTable, HasEachCodeAndEachNameOnce) {
    std::set<std::uint8_t> codes;
    std::set<std::string> names;
    for (const auto& row : option_table()) {
        EXPECT_TRUE(codes.insert(row.code).second) << row.name;
        EXPECT_TRUE(names.insert(lower_case(row.name)).second) << row.name;
        EXPECT_EQ(find_option(row.code), &row);
        EXPECT_EQ(find_option(row.name), &row);
        EXPECT_EQ(option_label(row.code), row.name);
    }
    EXPECT_EQ(option_label(175), "175");
}

TEST(OptionTable, EveryNumberHasAWidth) {
    for (const auto& row : option_table()) {
        const bool is_number = row.type == ValueType::number || row.type == ValueType::seconds ||
                               row.type == ValueType::client_arch;
        EXPECT_EQ(row.width != 0, is_number) << row.name;
    }
}

TEST(OptionTable, NamesOfWhatTheServerDecidesAreInternal) {
    // dnsmasq refuses these names in dhcp-option and takes them in dhcp-match.
    std::set<int> internal;
    for (const auto& row : option_table()) {
        if (row.is_internal) internal.insert(row.code);
    }
    EXPECT_EQ(internal, (std::set<int>{12, 28, 43, 50, 51, 52, 53, 54, 55, 56, 57, 61, 81, 82, 118}));
}

}  // namespace
}  // namespace pxed::dhcp
