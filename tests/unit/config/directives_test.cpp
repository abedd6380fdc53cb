#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "config/directive.hpp"

namespace pxed::config {
namespace {

TEST(Directives, AreSortedAndNamedOnce) {
    const auto rows = directives();
    EXPECT_GT(rows.size(), 180U);
    for (std::size_t i = 1; i < rows.size(); ++i)
        EXPECT_LT(rows[i - 1].name, rows[i].name);
}

TEST(Directives, AreFoundByTheirWholeNameOnly) {
    for (const auto& row : directives())
        EXPECT_EQ(find_directive(row.name), &row);
    EXPECT_EQ(find_directive("dhcp-rang"), nullptr);
    EXPECT_EQ(find_directive("dhcp-rangee"), nullptr);
    EXPECT_EQ(find_directive("Port"), nullptr);
    EXPECT_EQ(find_directive(""), nullptr);
}

TEST(Directives, HaveOneLetterEachAndDnsmasqsLetters) {
    std::set<char> letters;
    for (const auto& row : directives()) {
        if (row.short_option == 0 || !row.alias_of.empty()) continue;
        EXPECT_TRUE(letters.insert(row.short_option).second) << row.name;
        EXPECT_EQ(find_short_option(row.short_option), &row);
    }
    // -v, -w: version and help, which are no directives
    EXPECT_EQ(find_short_option('v'), nullptr);
    EXPECT_EQ(find_short_option('w'), nullptr);
    const std::pair<char, std::string_view> known[] = {
        {'C', "conf-file"},
        {'k', "keep-in-foreground"},
        {'d', "no-daemon"},
        {'p', "port"},
        {'i', "interface"},
        {'I', "except-interface"},
        {'a', "listen-address"},
        {'z', "bind-interfaces"},
        {'u', "user"},
        {'g', "group"},
        {'x', "pid-file"},
        {'l', "dhcp-leasefile"},
        {'F', "dhcp-range"},
        {'G', "dhcp-host"},
        {'O', "dhcp-option"},
        {'M', "dhcp-boot"},
        {'s', "domain"},
        {'J', "dhcp-ignore"},
        {'K', "dhcp-authoritative"},
        {'X', "dhcp-lease-max"},
    };
    for (const auto& [letter, name] : known) {
        const auto* row = find_short_option(letter);
        ASSERT_NE(row, nullptr) << letter;
        EXPECT_EQ(row->name, name);
    }
}

TEST(Directives, AliasesRepeatARowThatExists) {
    for (const auto& row : directives()) {
        if (row.alias_of.empty()) continue;
        const auto* other = find_directive(row.alias_of);
        ASSERT_NE(other, nullptr) << row.name;
        EXPECT_EQ(row.use, other->use);
        EXPECT_EQ(row.value, other->value);
        EXPECT_EQ(row.short_option, other->short_option);
    }
}

TEST(Directives, WriteHelpInOneLineWithoutAFullStop) {
    for (const auto& row : directives()) {
        EXPECT_EQ(row.help.find('\n'), row.help.npos) << row.name;
        EXPECT_FALSE(row.help.ends_with('.')) << row.name;
        EXPECT_EQ(row.manual.find("  "), row.manual.find("    ")) << row.name;  // blanks only before examples
    }
}

// With a flag nothing else can be meant than that it is off. The manual writes "Default:" where there is a
// default_value.
TEST(Directives, SayWhatHoldsWithoutTheLineWhereTheyTakeAValue) {
    constexpr std::string_view k_words[] = {"Default: ", "Without it", "Without this line"};
    for (const auto& row : directives()) {
        if (row.status != Status::served || row.value == Value::none || !row.alias_of.empty()) continue;
        const bool is_said = std::ranges::any_of(
            k_words, [&](std::string_view words) { return row.manual.find(words) != row.manual.npos; });
        EXPECT_TRUE(is_said || !row.default_value.empty()) << row.name;
    }
}

}  // namespace
}  // namespace pxed::config
