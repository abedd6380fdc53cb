#include "config/lines.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pxed::config {
namespace {

// Lines as `NUMBER NAME=VALUE`, quoted characters between angle brackets; problems as `NUMBER! TEXT`.
std::string read(std::string_view text) {
    std::string result;
    read_lines(
        text,
        [&](const FileLine& line) {
            result += std::to_string(line.number) + ' ' + line.name + (line.has_value ? "=" : "");
            const Field field = line.field();
            for (std::size_t i = 0; i < field.size(); ++i) {
                const std::string one{field.text()[i]};
                result += field.is_quoted(i) ? '<' + one + '>' : one;
            }
            result += '\n';
        },
        [&](const LineProblem& problem) {
            result += std::to_string(problem.number) + "! " + problem.what + '\n';
        });
    return result;
}

TEST(Lines, AreTrimmedAndSplitAtTheFirstEqualsSign) {
    EXPECT_EQ(read("dhcp-boot = a=b \n\t port=0\t\r\n"), "1 dhcp-boot=a=b\n2 port=0\n");
}

TEST(Lines, MayHaveNoValueAnEmptyOneOrNoLineEnd) {
    EXPECT_EQ(read("enable-tftp\npid-file=\nno-ping"), "1 enable-tftp\n2 pid-file=\n3 no-ping\n");
}

TEST(Lines, CommentsBeginOnlyAtTheStartOrAfterABlank) {
    EXPECT_EQ(read("# all\n  # all\ndhcp-boot=a#b # c\ndhcp-ignore=#known\nport=0 #,x\n"),
              "3 dhcp-boot=a#b\n4 dhcp-ignore=#known\n5 port=0\n");
}

TEST(Lines, QuotesHideCommentsCommasAndBlanks) {
    EXPECT_EQ(read("x=\"a, #\" ,b\n"), "1 x=<a><,>< ><#> ,b\n");
}

TEST(Lines, KnowTheEscapesInsideQuotesOnly) {
    EXPECT_EQ(read(R"(x="\\\"\z")"
                   "\n"),
              "1 x=<\\><\"><\\><z>\n");
    EXPECT_EQ(read("x=\"\\t\\e\\n\"\n"), "1 x=<\t><\x1b><\n>\n");
    EXPECT_EQ(read("x=a\\tb\n"), "1 x=a\\tb\n");
}

TEST(Lines, AnUnclosedQuoteIsAProblemOfItsLineAlone) {
    EXPECT_EQ(read("x=\"a\nport=0\n"),
              "1! a double quote (\") is missing: every opened quote is closed on the same line\n2 port=0\n");
    EXPECT_EQ(read("x=\\\"text\\\"\n"),
              "1! a double quote (\") is missing: every opened quote is closed on the same line\n");
}

TEST(Lines, MayBeAsLongAs64KiBAndNoLonger) {
    const std::string longest = "x=" + std::string(k_longest_line - 2, 'a');
    EXPECT_EQ(read(longest + "\nport=0\n"), "1 " + longest + "\n2 port=0\n");
    EXPECT_EQ(read(longest + "a\nport=0\n"),
              "1! the line has 65537 characters; at most 65536 are read\n2 port=0\n");
}

TEST(Lines, TakeTheValuesInihWouldCutOrContinue) {
    EXPECT_EQ(read("pxe-prompt=\"F8; now ; menu\",5\n  quiet-dhcp\n  x=a:b ;c\n"),
              "1 pxe-prompt=<F><8><;>< ><n><o><w>< ><;>< ><m><e><n><u>,5\n2 quiet-dhcp\n3 x=a:b ;c\n");
}

TEST(Lines, RefuseAByteOrderMarkAndControlCharacters) {
    EXPECT_EQ(read("\xef\xbb\xbfport=0\nno-ping\n"),
              "1! the file begins with a byte-order mark; save it as plain UTF-8 (in vim: set nobomb)\n2 "
              "no-ping\n");
    EXPECT_EQ(read(std::string_view{"a=b\0c\nno-ping\n", 14}),
              "1! there is a control character (\"\\x00\") at column 4\n2 no-ping\n");
    // As in dnsmasq, a form feed is a blank, and a comment may hold anything.
    EXPECT_EQ(read("no-ping\f\n# a \x01 b\n"), "1 no-ping\n");
}

TEST(Lines, SayWhatANameLooksLikeWhenItIsNone) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"=v", "there is no name before the \"=\""},
        {"[dhcp]", "\"[dhcp]\" looks like a section; this file has none"},
        {"--port=0", "\"--port\" is written as on a command line; in a file leave the dashes out"},
        {"; old", "\"; old\" is no comment here; comments begin with \"#\""},
        {"// old", "\"// old\" is no comment here; comments begin with \"#\""},
        {"port 0", "\"port 0\" is no directive; is a \"=\" missing after \"port\"?"},
        {"quiet:dhcp", "\"quiet:dhcp\" is no directive; a name has letters, digits and dashes only"},
        {"\"port\"=0", "\"port\" is no directive; a name has letters, digits and dashes only"},
    };
    for (const auto& [line, what] : cases)
        EXPECT_EQ(read(line + "\n"), "1! " + what + '\n') << line;
}

TEST(Lines, NameWhatIsLeftOfATemplate) {
    for (const std::string mark :
         {"{{ item }}", "{% if x %}", "${SERVER}", "%%PREFIX%%", "###SUBNET###", "{{"}) {
        EXPECT_EQ(read("interface=" + mark + "\n"),
                  "1! \"" + mark + "\" is left of a template: the file was not filled in\n");
    }
}

TEST(Lines, LeaveIpxesOwnVariablesAlone) {
    EXPECT_EQ(read("dhcp-boot=http://b/${net0/mac}.ipxe?a=100%%\n"),
              "1 dhcp-boot=http://b/${net0/mac}.ipxe?a=100%%\n");
}

}  // namespace
}  // namespace pxed::config
