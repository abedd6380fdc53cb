#include "config/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool is_listed(const Directive& row) {
    return row.group != Group::not_served && row.alias_of.empty();
}

TEST(Help, ListsEveryDirectiveThatIsServedAndFitsATerminal) {
    const auto text = help_text();
    for (const auto& row : directives()) {
        if (is_listed(row) && row.name != "conf-file") {
            EXPECT_THAT(text, HasSubstr("--" + std::string{row.name}));
        }
    }
    EXPECT_THAT(text, Not(HasSubstr("--dnssec")));
}

TEST(Help, ATopicIsAGroupOrADirective) {
    ASSERT_TRUE(help_text("tftp"));
    EXPECT_THAT(*help_text("tftp"), HasSubstr("--tftp-root="));
    EXPECT_THAT(*help_text("tftp"), Not(HasSubstr("--dhcp-range")));
    ASSERT_TRUE(help_text("--dhcp-boot"));
    EXPECT_THAT(*help_text("dhcp-boot"), HasSubstr(std::string{find_directive("dhcp-boot")->syntax}));
    EXPECT_THAT(*help_text("dhcp-boot"), Not(HasSubstr("`")));
    EXPECT_EQ(help_text("pxe"), help_text("boot"));
    EXPECT_THAT(*help_text("pxe"), HasSubstr("--pxe-service="));
    EXPECT_FALSE(help_text("nonsense"));
}

TEST(Help, APitfallIsSaidInManualAndHelp) {
    const auto* row = find_directive("tftp-secure");
    ASSERT_NE(row, nullptr);
    ASSERT_FALSE(row->pitfall.empty());
    EXPECT_THAT(*help_text("tftp-secure"), HasSubstr("\n\nPitfall: Readable is not enough"));
    EXPECT_THAT(manual_section(), HasSubstr("Pitfall:"));
    for (const auto& one : directives())
        EXPECT_TRUE(one.pitfall.empty() || one.pitfall.ends_with('.')) << one.name;
}

TEST(Help, RunningTextFitsATerminal) {
    for (const auto& row : directives()) {
        const auto text = help_text(row.name);
        ASSERT_TRUE(text) << row.name;
        const auto manual = text->substr(text->find("\n\n"));
        for (const auto line : split(manual, '\n'))
            EXPECT_LE(line.size(), 80U) << line;
    }
}

TEST(Manual, HasAnEntryForEveryDirectiveAndNoStrayMacro) {
    const auto text = manual_section();
    for (const auto& row : directives()) {
        std::string name;
        for (const char c : row.name)
            name += c == '-' ? "\\-" : std::string{c};
        EXPECT_THAT(text, HasSubstr(name));
    }
    EXPECT_THAT(text, Not(HasSubstr("`")));
}

TEST(Completions, OfferWhatIsServedAndNotWhatIsSkipped) {
    for (const auto& text : {bash_completion(), zsh_completion(), fish_completion()}) {
        EXPECT_THAT(text, HasSubstr("tftp-root"));
        EXPECT_THAT(text, Not(HasSubstr("dnssec-timestamp")));
    }
}

TEST(VimSyntax, KnowsServedAndSkippedNames) {
    EXPECT_THAT(vim_syntax(), HasSubstr(" dhcp-range"));
    EXPECT_THAT(vim_syntax(), HasSubstr("pxedSkipped"));
}

TEST(FuzzDictionary, HasEveryName) {
    const auto text = fuzz_dictionary();
    for (const auto& row : directives())
        EXPECT_THAT(text, HasSubstr('"' + std::string{row.name}));
    EXPECT_THAT(text, HasSubstr("option:bootfile-name"));
}

}  // namespace
}  // namespace pxed::config
