#include "command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/directive.hpp"

namespace pxed {
namespace {

using ::testing::HasSubstr;

Result<CommandLine, std::string> read(std::vector<std::string> words) {
    std::vector<const char*> arguments{"pxed"};
    for (const auto& word : words)
        arguments.push_back(word.c_str());
    return read_command_line(static_cast<int>(arguments.size()), arguments.data());
}

config::Argument only(std::vector<std::string> words) {
    const auto line = read(std::move(words));
    if (!line || line->arguments.size() != 1) {
        ADD_FAILURE() << (line ? "not one argument" : line.error());
        return {};
    }
    return line->arguments.front();
}

TEST(CommandLine, TakesEveryDirectiveByItsName) {
    for (const auto& row : config::directives()) {
        if (row.name == "conf-file") continue;
        const std::string name = "--" + std::string{row.name};
        const auto argument = only({row.value == config::Value::none ? name : name + "=a=b,c"});
        EXPECT_EQ(argument.name, row.name);
        EXPECT_EQ(argument.has_value, row.value != config::Value::none) << row.name;
        EXPECT_EQ(argument.value, argument.has_value ? "a=b,c" : "");
    }
}

TEST(CommandLine, TakesEveryLetterOfTheTable) {
    int letters = 0;
    for (const auto& row : config::directives()) {
        if (row.short_option == 0 || row.name == "conf-file") continue;
        ++letters;
        const std::string letter = std::string{"-"} + row.short_option;
        const auto argument = row.value == config::Value::none ? only({letter}) : only({letter + "value"});
        const auto& real = row.alias_of.empty() ? row.name : row.alias_of;
        EXPECT_EQ(argument.name, real) << letter;
        EXPECT_EQ(argument.value, row.value == config::Value::none ? "" : "value") << letter;
    }
    EXPECT_GT(letters, 40);
}

TEST(CommandLine, TestIsLenientUnlessItIsToldOtherwise) {
    EXPECT_TRUE(read({"--test"})->tests);
    EXPECT_FALSE(read({"--test"})->is_strict);
    EXPECT_TRUE(read({"--test=strict"})->tests);
    EXPECT_TRUE(read({"--test=strict"})->is_strict);
    EXPECT_FALSE(read({"--test", "-C", "x"})->is_strict);
    const auto wrong = read({"--test=hard"});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error(), "--test takes nothing or =strict, not 'hard'");
}

TEST(CommandLine, DumpTakesNoValueAndNeedsNoFile) {
    EXPECT_TRUE(read({"--dump"})->dumps);
    EXPECT_FALSE(read({"--dump"})->file);
    EXPECT_FALSE(read({"--test"})->dumps);
    EXPECT_FALSE(read({"--dump=all"}));
}

TEST(CommandLine, LettersMayShareADashAndTakeTheNextWord) {
    const auto line = read({"-kd", "-p", "0", "-i", "eth0"});
    ASSERT_TRUE(line) << line.error();
    ASSERT_EQ(line->arguments.size(), 4U);
    EXPECT_EQ(line->arguments[2].name, "port");
    EXPECT_EQ(line->arguments[2].value, "0");
    EXPECT_EQ(line->arguments[3].value, "eth0");
}

TEST(CommandLine, AnEmptyValueIsAValue) {
    for (const auto* name : {"pid-file", "interface", "dhcp-boot", "user"}) {
        const auto argument = only({"--" + std::string{name} + "="});
        EXPECT_TRUE(argument.has_value) << name;
        EXPECT_EQ(argument.value, "") << name;
    }
    EXPECT_FALSE(only({"--pid-file"}).has_value);
}

TEST(CommandLine, AFileIsNamedOrNoneOrTheDefault) {
    EXPECT_EQ(read({})->file, std::nullopt);
    EXPECT_EQ(read({"-C", "/x"})->file, "/x");
    EXPECT_EQ(read({"-C/x"})->file, "/x");
    EXPECT_EQ(read({"--conf-file=/x"})->file, "/x");
    EXPECT_EQ(read({"--conf-file="})->file, "");
    EXPECT_EQ(read({"-C", ""})->file, "");
}

TEST(CommandLine, NothingIsAbbreviatedAndMistakesAreNamed) {
    EXPECT_THAT(read({"--dhcp-rang=1"}).error(), HasSubstr("did you mean --dhcp-range?"));
    EXPECT_THAT(read({"--dhcp-auth"}).error(), HasSubstr("unknown option"));
    EXPECT_THAT(read({"eth0"}).error(), HasSubstr("unexpected argument 'eth0'"));
    EXPECT_FALSE(read({"--enable-ra=x"}));
    EXPECT_FALSE(read({"--dhcp-range"}));
}

TEST(CommandLine, HelpTakesATopic) {
    ASSERT_TRUE(read({"--help"})->prints);
    EXPECT_THAT(*read({"-w"})->prints, HasSubstr("--dhcp-range"));
    EXPECT_THAT(*read({"--help", "dhcp-boot"})->prints, HasSubstr("dhcp-boot="));
    EXPECT_THAT(read({"--help", "nonsense"}).error(), HasSubstr("no help on 'nonsense'"));
    EXPECT_THAT(*read({"-v"})->prints, HasSubstr("pxed "));
    EXPECT_TRUE(read({"--test"})->tests);
}

}  // namespace
}  // namespace pxed
