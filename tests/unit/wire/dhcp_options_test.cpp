#include "wire/dhcp_options.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed::dhcp {
namespace {

using Memory = std::vector<std::uint8_t>;

std::string shown(const Options& options) {
    std::string text;
    for (std::size_t i = 0; i < options.size(); ++i) {
        text += std::to_string(options[i].code) + '=' + hex_text(options[i].value) + ' ';
    }
    return text;
}

TEST(Options, AnAbsentOptionIsNotAnEmptyOne) {
    Options options;
    EXPECT_TRUE(options.is_empty());
    EXPECT_FALSE(options.find(k_rapid_commit));
    options.set(k_rapid_commit, {});
    ASSERT_TRUE(options.find(k_rapid_commit));
    EXPECT_TRUE(options.find(k_rapid_commit)->empty());
    EXPECT_TRUE(options.has(k_rapid_commit));
    EXPECT_EQ(options.text(k_rapid_commit), "");
    EXPECT_EQ(options.size(), 1U);
}

TEST(Options, TypedGettersWantTheExactLength) {
    Options options;
    for (std::size_t length = 0; length <= 9; ++length) {
        options.set(k_lease_time, Memory(length, 0x11));
        EXPECT_EQ(options.u8(k_lease_time).has_value(), length == 1) << length;
        EXPECT_EQ(options.u16(k_lease_time).has_value(), length == 2) << length;
        EXPECT_EQ(options.u32(k_lease_time).has_value(), length == 4) << length;
        EXPECT_EQ(options.address(k_lease_time).has_value(), length == 4) << length;
    }
    EXPECT_FALSE(options.u8(k_server_id));
    EXPECT_FALSE(options.text(k_server_id));
}

TEST(Options, TypedSettersWriteBigEndian) {
    Options options;
    options.set_u8(1, 0x01);
    options.set_u16(2, 0x0203);
    options.set_u32(3, 0x04050607);
    options.set_address(4, Ipv4{10, 99, 0, 1});
    options.set_text(5, "ab");
    options.set_text(6, "ab", true);
    options.set_text(7, "", true);
    EXPECT_EQ(shown(options), "1=01 2=02:03 3=04:05:06:07 4=0a:63:00:01 5=61:62 6=61:62:00 7=00 ");
    EXPECT_EQ(options.u16(2), 0x0203);
    EXPECT_EQ(options.u32(3), 0x04050607U);
    EXPECT_EQ(options.address(4), Ipv4(10, 99, 0, 1));
    EXPECT_EQ(options.text(6), "ab");
}

TEST(Options, ATextEndsAtItsFirstNul) {
    Options options;
    options.set(k_host_name, Memory{'a', 0, 'b', 0});
    EXPECT_EQ(options.text(k_host_name), "a");
    EXPECT_EQ(options.find(k_host_name)->size(), 4U);
}

TEST(Options, AppendingJoinsAndKeepsThePlace) {
    Options options;
    options.append(1, Memory{1});
    options.append(2, Memory{2, 2});
    options.append(3, Memory{3});
    options.append(1, Memory{11, 12});
    options.append(2, {});
    options.append(2, Memory{22});
    EXPECT_EQ(shown(options), "1=01:0b:0c 2=02:02:16 3=03 ");
}

TEST(Options, SettingKeepsThePlaceWhateverTheLength) {
    Options options;
    for (std::uint8_t code = 1; code <= 3; ++code)
        options.set(code, Memory{code, code});
    options.set(2, Memory{9, 9, 9});
    EXPECT_EQ(shown(options), "1=01:01 2=09:09:09 3=03:03 ");
    options.set(1, {});
    EXPECT_EQ(shown(options), "1= 2=09:09:09 3=03:03 ");
    options.set(3, Memory{7});
    options.set(1, Memory{5});
    EXPECT_EQ(shown(options), "1=05 2=09:09:09 3=07 ");
}

TEST(Options, RemovingClosesTheGap) {
    Options options;
    for (std::uint8_t code = 1; code <= 3; ++code)
        options.set(code, Memory{code, code});
    options.remove(2);
    options.remove(77);
    EXPECT_EQ(shown(options), "1=01:01 3=03:03 ");
    options.remove(1);
    options.remove(3);
    EXPECT_EQ(options, Options{});
}

TEST(Options, AValueMayComeFromTheListItself) {
    Options options;
    options.set(1, Memory(40, 0xaa));
    options.set(2, Memory(3, 0xbb));
    options.set(3, *options.find(1));
    options.set(1, *options.find(2));
    options.append(2, *options.find(2));
    EXPECT_EQ(hex_text(*options.find(1)), "bb:bb:bb");
    EXPECT_EQ(hex_text(*options.find(2)), "bb:bb:bb:bb:bb:bb");
    EXPECT_EQ(options.find(3)->size(), 40U);
    EXPECT_EQ(options.find(3)->back(), 0xaa);
}

TEST(Options, PadAndEndAreNoOptions) {
    Options options;
    options.set(k_pad, Memory{1});
    options.append(k_end, Memory{1});
    EXPECT_TRUE(options.is_empty());
}

TEST(Options, AValueIsCutAt65535Bytes) {
    Options options;
    options.set(2, Memory{2});
    options.append(1, Memory(65000, 1));
    options.append(1, Memory(65000, 1));
    options.append(1, Memory{1});
    EXPECT_EQ(options.find(1)->size(), 65535U);
    options.set(1, Memory(70000, 1));
    EXPECT_EQ(options.find(1)->size(), 65535U);
    EXPECT_EQ(options.u8(2), 2);
}

TEST(Options, AreEqualWhenValuesAndOrderAre) {
    Options a;
    Options b;
    a.set(1, Memory{1});
    a.set(2, Memory{2});
    b.set(2, Memory{2});
    b.set(1, Memory{1});
    EXPECT_NE(a, b);
    b.remove(2);
    b.set(2, Memory{2});
    EXPECT_EQ(a, b);
    // The same bytes, divided elsewhere.
    Options c;
    c.set(1, Memory{1, 2});
    c.set(2, {});
    EXPECT_NE(a, c);
}

TEST(Suboptions, StopAtTheFirstThatDoesNotFit) {
    const Memory chain{1, 2, 0xaa, 0xbb, 2, 0, 3, 200, 0xcc};
    const auto elements = suboptions(chain, false);
    ASSERT_EQ(elements.size(), 2U);
    EXPECT_EQ(hex_text(elements[0].value), "aa:bb");
    EXPECT_EQ(elements[1].code, 2);
    EXPECT_TRUE(elements[1].value.empty());
    EXPECT_EQ(suboptions(Memory{1}, false).size(), 0U);
    EXPECT_EQ(suboptions({}, true).size(), 0U);
}

TEST(Suboptions, PadAndEndCountOnlyWhereTheChainHasThem) {
    const Memory chain{0, 1, 0x11, 255, 1, 0x22, 6, 1, 3};
    const auto relay = suboptions(chain, false);
    ASSERT_EQ(relay.size(), 3U);
    EXPECT_EQ(relay[1].code, 255);
    EXPECT_EQ(relay[2].code, 6);
    const Memory vendor{0, 0, 6, 1, 8, 255, 10, 1, 3};
    const auto menu = suboptions(vendor, true);
    ASSERT_EQ(menu.size(), 1U);
    EXPECT_EQ(menu[0].code, 6);
}

TEST(Suboptions, FindTheOneAskedFor) {
    // Option 43 of a ProxyDHCP answer: discovery control, prompt, one server, one menu item, end.
    const auto menu = *parse_hex(
        "06:01:03:0a:04:00:50:58:45:08:07:80:00:01:0a:63:00:01:09:0c:80:00:09:42:6f:6f:74:20:42:49:4f:53:ff");
    EXPECT_EQ(as_text(*find_suboption(menu, 10, true)).substr(1), "PXE");
    EXPECT_EQ(hex_text(*find_suboption(menu, 8, true)), "80:00:01:0a:63:00:01");
    EXPECT_FALSE(find_suboption(menu, 71, true));
}

}  // namespace
}  // namespace pxed::dhcp
