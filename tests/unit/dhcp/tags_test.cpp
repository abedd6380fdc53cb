#include "dhcp/tags.hpp"

#include <gtest/gtest.h>

namespace pxed::dhcp {
namespace {

Tags tags(std::initializer_list<std::string_view> names) {
    Tags result;
    for (const auto name : names)
        result.set(name);
    return result;
}

TEST(Tags, AreListedOnceInTheOrderTheyWereSet) {
    EXPECT_EQ(tags({"br0", "known", "br0", "", "efi"}).text(), "br0, known, efi");
    EXPECT_EQ(tags({}).text(), "");
}

TEST(Tags, AllTestsOfALineMustHold) {
    const Tags given = tags({"a", "b"});
    EXPECT_TRUE(given.satisfy({}));
    EXPECT_TRUE(given.satisfy({{"a", false}, {"b", false}}));
    EXPECT_TRUE(given.satisfy({{"a", false}, {"c", true}}));
    EXPECT_FALSE(given.satisfy({{"a", false}, {"c", false}}));
    EXPECT_FALSE(given.satisfy({{"a", true}}));
    EXPECT_FALSE(given.satisfy({{"A", false}}));
}

TEST(Tags, AWildcardIsOneOnlyForTagIf) {
    const Tags given = tags({"ppp0"});
    EXPECT_FALSE(given.satisfy({{"ppp*", false}}));
    EXPECT_TRUE(given.satisfy_with_wildcards({{"ppp*", false}}));
    EXPECT_FALSE(given.satisfy_with_wildcards({{"ppp*", true}}));
    EXPECT_FALSE(given.satisfy_with_wildcards({{"eth*", false}}));
    EXPECT_TRUE(given.satisfy_with_wildcards({{"*", false}}));
}

TEST(TagIf, SeesWhatTheLinesAboveItSet) {
    const std::vector<TagIf> lines = {
        {{"late"}, {{"two", false}}, {}},
        {{"one"}, {{"start", false}}, {}},
        {{"two", "three"}, {{"one", false}, {"never", true}}, {}},
        {{"always"}, {}, {}},
    };
    Tags given = tags({"start"});
    apply_tag_ifs(lines, given);
    EXPECT_EQ(given.text(), "start, one, two, three, always");
}

}  // namespace
}  // namespace pxed::dhcp
