#include "wire/dhcp_option_text.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::dhcp {
namespace {

using Memory = std::vector<std::uint8_t>;

/// The value's bytes in hexadecimal, or the error.
std::string read(ValueType type, std::uint8_t width, std::string_view text) {
    const auto value = value_from_text(type, width, "x", text);
    return value ? hex_text(*value) : value.error();
}

TEST(ValueForm, IsTheTablesExceptForWordsByCustom) {
    EXPECT_EQ(value_form(51).type, ValueType::seconds);
    EXPECT_EQ(value_form(57).width, 2);
    EXPECT_EQ(value_form(60).type, ValueType::text);
    EXPECT_EQ(value_form(77).type, ValueType::text);
    EXPECT_EQ(value_form(210).type, ValueType::text);
    EXPECT_EQ(value_form(97).type, ValueType::bytes);
    EXPECT_EQ(value_form(200).type, ValueType::bytes);
}

TEST(ValueText, FollowsTheTypeWhereTheLengthFits) {
    EXPECT_EQ(text_of(Option{57, Memory{0x05, 0xc0}}), "1472");
    EXPECT_EQ(text_of(Option{57, Memory{0x05, 0xc0, 0x00}}), "05:c0:00");
    EXPECT_EQ(text_of(Option{57, Memory{0x05}}), "hex:05");
    EXPECT_EQ(text_of(Option{58, Memory{0, 0, 0x38, 0x40}}), "14400");
    EXPECT_EQ(text_of(Option{58, Memory{0, 0, 0, 1, 0, 0, 0, 2}}), "00:00:00:01:00:00:00:02");
    EXPECT_EQ(text_of(Option{93, Memory{0, 7, 0, 9}}), "7,9");
    EXPECT_EQ(text_of(Option{6, Memory{10, 0, 0, 1, 10, 0, 0, 2}}), "10.0.0.1,10.0.0.2");
    EXPECT_EQ(text_of(Option{6, Memory{10, 0, 0}}), "0a:00:00");
    EXPECT_EQ(text_of(Option{61, Memory{0xff}}), "hex:ff");
    EXPECT_EQ(text_of(Option{80, {}}), "");
    EXPECT_EQ(text_of(Option{12, {}}), "");
}

TEST(ValueText, NothingOfTheWireIsLeftUnescaped) {
    EXPECT_EQ(text_of(Option{12, Memory{'a', '"', '\\', '\n', 0x1b, 0x7f, 0xff, 0}}),
              R"("a\"\\\x0a\x1b\x7f\xff\x00")");
}

TEST(ValueText, ReadsAsEveryTypeAllows) {
    EXPECT_EQ(read(ValueType::number, 4, "1"), "00:00:00:01");
    EXPECT_EQ(read(ValueType::number, 1, "1,3,255"), "01:03:ff");
    EXPECT_EQ(read(ValueType::number, 1, "256"), R"(x: "256" is more than 1 byte(s) hold)");
    EXPECT_EQ(read(ValueType::number, 1, "1,,3"), R"(x: "" is no number)");
    EXPECT_EQ(read(ValueType::bytes, 0, "10.0.0.1"), "0a:00:00:01");
    EXPECT_EQ(read(ValueType::bytes, 0, "\"iPXE\""), "69:50:58:45");
    EXPECT_EQ(read(ValueType::address_list, 0, "hex:0a"), "0a");
    EXPECT_EQ(read(ValueType::domain_list, 0, "03:6c:61:62:00"), "03:6c:61:62:00");
    EXPECT_EQ(read(ValueType::seconds, 4, "00:01"), "00:01");
    EXPECT_EQ(read(ValueType::static_routes, 0, "10.1.2.3/20,10.0.0.1"), "14:0a:01:02:0a:00:00:01");
    EXPECT_EQ(read(ValueType::static_routes, 0, "0.0.0.0/0,10.0.0.1"), "00:0a:00:00:01");
    EXPECT_EQ(read(ValueType::text, 0, "a:b"), "0a:0b") << "colon-hexadecimal, for every type";
    EXPECT_EQ(read(ValueType::text, 0, "http://a"), R"(x: "http://a" is bare: text stands in double quotes)");
    EXPECT_EQ(read(ValueType::text, 0, "\"open"), "x: the closing quote is missing");
}

TEST(ValueText, NothingLongerThanAnOptionIsRead) {
    EXPECT_TRUE(value_from_text(ValueType::text, 0, "x", '"' + std::string(65535, 'a') + '"'));
    EXPECT_EQ(read(ValueType::text, 0, '"' + std::string(65536, 'a') + '"'),
              "x: 65536 bytes, more than any option holds");
}

}  // namespace
}  // namespace pxed::dhcp
