#include "dhcp/tagged_list.hpp"

#include <gmock/gmock.h>

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using testing::ElementsAre;

struct Line {
    int number = 0;
    TagTests tests;
};

Tags tags(std::initializer_list<std::string_view> names) {
    Tags tags;
    for (const auto name : names)
        tags.set(name);
    return tags;
}

std::vector<int> found(const TaggedList<Line>& lines, const Tags& some, const Tags& others = {}) {
    std::vector<int> numbers;
    for (const Line* line : lines.candidates(some, others))
        numbers.push_back(line->number);
    return numbers;
}

TEST(TaggedList, GivesTheLinesOfTheTagsAndOfNoTagTheLastInFront) {
    const TaggedList<Line> lines{{0, {}},
                                 {1, {{"a", false}}},
                                 {2, {{"b", false}}},
                                 {3, {{"a", true}}},
                                 {4, {{"b", true}, {"a", false}, {"c", false}}}};
    EXPECT_THAT(found(lines, {}), ElementsAre(3, 0));
    EXPECT_THAT(found(lines, tags({"a"})), ElementsAre(4, 3, 1, 0));
    EXPECT_THAT(found(lines, tags({"b"})), ElementsAre(3, 2, 0));
    EXPECT_THAT(found(lines, tags({"a"}), tags({"a", "b"})), ElementsAre(4, 3, 2, 1, 0));
}

// Ten thousand machines with an option each: a decision looks at one of them.
TEST(TaggedList, OneTagOfTenThousandIsOneLine) {
    TaggedList<Line> lines;
    for (int i = 0; i < 10'000; ++i)
        lines.push_back({i, {{"t" + std::to_string(i), false}}});
    EXPECT_THAT(found(lines, tags({"t77"})), ElementsAre(77));
}

}  // namespace
}  // namespace pxed::dhcp
