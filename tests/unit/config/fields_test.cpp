#include "config/fields.hpp"

#include <string>

#include <gtest/gtest.h>

#include "config/dhcp_fields.hpp"

namespace pxed::config {
namespace {

std::string joined(const std::vector<Field>& fields) {
    std::string result;
    for (const auto& field : fields)
        result += '[' + field.str() + ']';
    return result;
}

TEST(Field, SplitsAtCommasAndDropsBlanksAroundThem) {
    EXPECT_EQ(joined(Field{" a , b b,,c,"}.split()), "[a][b b][][c][]");
    EXPECT_EQ(joined(Field{""}.split()), "");
}

TEST(Field, KeepsQuotedCommasAndBlanks) {
    const std::string text = "a, ,b";
    const std::string marks{"\0\1\1\0\0", 5};
    EXPECT_EQ(joined(Field(text, marks).split()), "[a, ][b]");
}

TEST(Field, AQuotedPrefixIsNoPrefix) {
    const std::string marks{"\1\1\1\1\0", 5};
    EXPECT_TRUE(Field{"tag:a"}.starts_with("tag:"));
    EXPECT_FALSE(Field("tag:a", marks).starts_with("tag:"));
    EXPECT_TRUE(Field("tag:a", marks).has_quotes());
    EXPECT_FALSE(Field("tag:a", marks).contains(':'));
}

TEST(FieldReader, GivesTheRestWithItsCommas) {
    FieldReader reader{Field{"a, b ,c,d"}};
    EXPECT_EQ(reader.take().text(), "a");
    EXPECT_EQ(reader.peek().text(), "b");
    EXPECT_EQ(reader.take_rest().text(), "b ,c,d");
    EXPECT_FALSE(reader.has_more());
}

TEST(FieldReader, AFinalCommaLeavesOneEmptyField) {
    FieldReader reader{Field{"a,"}};
    EXPECT_EQ(reader.take().text(), "a");
    ASSERT_TRUE(reader.has_more());
    EXPECT_EQ(reader.take().text(), "");
    EXPECT_FALSE(reader.has_more());
}

TEST(ParseTime, TakesOneNumberAndOneLetter) {
    EXPECT_EQ(parse_time("90"), seconds{90});
    EXPECT_EQ(parse_time("2s"), seconds{2});
    EXPECT_EQ(parse_time("45m"), seconds{2700});
    EXPECT_EQ(parse_time("8H"), seconds{28800});
    EXPECT_EQ(parse_time("2d"), seconds{172800});
    EXPECT_EQ(parse_time("1W"), seconds{604800});
    EXPECT_EQ(parse_time("infinite"), k_infinite);
}

TEST(ParseTime, IsInfiniteBeyondWhatDhcpCanSay) {
    EXPECT_EQ(parse_time("4294967295"), k_infinite);
    EXPECT_EQ(parse_time("99999999999w"), k_infinite);
}

TEST(ParseTime, RefusesFractionsSumsAndUnknownLetters) {
    for (const auto* text : {"", "h", "1.5h", "1h30m", "1x", "-1", "1 h", "Infinite"}) {
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
    }
}

TEST(TagTest, ReadsTheFourSpellings) {
    EXPECT_EQ(tag_test(Field{"tag:a"}).name, "a");
    EXPECT_EQ(tag_test(Field{"net:a"}).name, "a");
    EXPECT_EQ(tag_test(Field{"a"}).name, "a");
    for (const auto* text : {"tag:!a", "tag:#a", "#a", "!a", "net:#a"}) {
        EXPECT_EQ(tag_test(Field{text}).name, "a") << text;
        EXPECT_TRUE(tag_test(Field{text}).is_negated) << text;
    }
}

TEST(HwPattern, KnowsWildcardsAndArpTypes) {
    const auto pattern = parse_hw_pattern("06-aa:*:0C");
    ASSERT_TRUE(pattern);
    EXPECT_EQ(pattern->type, 6);
    EXPECT_EQ(pattern->length, 3);
    EXPECT_EQ(pattern->wildcards, 2U);
    EXPECT_EQ(pattern->bytes[2], 12);
}

TEST(HwPattern, ReadsLongGroupsAsSeveralBytes) {
    const auto pattern = parse_hw_pattern("aabb:cc");
    ASSERT_TRUE(pattern);
    EXPECT_EQ(pattern->length, 3);
    EXPECT_EQ(pattern->bytes[1], 0xbb);
}

TEST(HwPattern, RefusesWhatIsNotHexadecimalOrTooLong) {
    EXPECT_FALSE(parse_hw_pattern("zz:zz"));
    EXPECT_FALSE(parse_hw_pattern("1*:22"));
    EXPECT_FALSE(parse_hw_pattern("xx-aa:bb"));
    EXPECT_FALSE(parse_hw_pattern("0:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:10"));
}

TEST(MisspeltMac, IsRecognisedWithDashesDotsOrNothing) {
    EXPECT_EQ(misspelt_mac("AA-bb-cc-dd-ee-ff"), "aa:bb:cc:dd:ee:ff");
    EXPECT_EQ(misspelt_mac("aabb.ccdd.eeff"), "aa:bb:cc:dd:ee:ff");
    EXPECT_EQ(misspelt_mac("aabbccddeeff"), "aa:bb:cc:dd:ee:ff");
    EXPECT_EQ(misspelt_mac("node-1"), std::nullopt);
    EXPECT_EQ(misspelt_mac("deadbeef"), std::nullopt);
}

TEST(HostName, IsWhatDnsmasqTakes) {
    for (const auto* name : {"a", "node1", "foo_bar", "a-b.example.org", "a.b."})
        EXPECT_TRUE(is_host_name(name)) << name;
    for (const auto* name : {"", "-a", "a b", "a..b", "_a", "a/b"})
        EXPECT_FALSE(is_host_name(name)) << name;
}

}  // namespace
}  // namespace pxed::config
