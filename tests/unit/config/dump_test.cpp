#include "config/dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/directive.hpp"
#include "config/lines.hpp"
#include "read.hpp"

namespace pxed::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string dump_of(const Files& files, const std::vector<Argument>& arguments = {},
                    const std::string& directory = {}) {
    const auto written = load_written("/etc/pxed.conf", arguments, reader_of(files), directory);
    return written ? dump(*written) : written.error().front().text();
}

/// The lines that set something, without their places.
std::vector<std::string> counted(const std::string& text) {
    std::vector<std::string> lines;
    read_lines(
        text,
        [&](const FileLine& line) {
            lines.push_back(line.name + (line.has_value ? '=' + as_written(line.field()) : ""));
        },
        [&](const LineProblem& problem) { lines.push_back("problem: " + problem.what); });
    return lines;
}

const Files k_files{{"/etc/pxed.conf",
                     "interface = eth1 # the lab\n"
                     "server=10.0.0.1\n"
                     "conf-file=/etc/more\n"
                     "dhcp-option=option:root-path,\"a, \\\"b\\\" \\\\n # c\"\n"
                     "dhcp-ignore=tag:!known\n"
                     "tftp-max=7\n"},
                    {"/etc/more", "no-ping\nno-daemon\ndhcp-boot=\"\\Boot\\BCD\"\n"},
                    {"/etc/pxed.d/b.conf", "log-dhcp\n"},
                    {"/etc/pxed.d/a.conf", "dhcp-boot=tag:#x,y\n"}};

TEST(Dump, NamesTheFileAndLineOfEachLineThatCounts) {
    const auto text = dump_of(k_files, {}, "/etc/pxed.d");
    EXPECT_THAT(text, testing::ContainsRegex("\ninterface=eth1 +# /etc/pxed.conf:1\n"));
    EXPECT_THAT(text, testing::ContainsRegex("\nno-ping +# /etc/more:1\n"));
    EXPECT_THAT(text, testing::ContainsRegex("\nlog-dhcp +# /etc/pxed.d/b.conf:1\n"));
    EXPECT_THAT(counted(text),
                ElementsAre("interface=eth1", "no-ping", "dhcp-boot=\"\\\\Boot\\\\BCD\"",
                            "dhcp-option=option:root-path,\"a, \\\"b\\\" \\\\n # c\"",
                            "dhcp-ignore=tag:!known", "tftp-max=7", "dhcp-boot=tag:#x,y", "log-dhcp"));
}

TEST(Dump, SaysWhyALineSetsNothing) {
    const auto text = dump_of(k_files);
    EXPECT_THAT(text, testing::ContainsRegex("\n#server=10.0.0.1 +# /etc/pxed.conf:2: is DNS"));
    EXPECT_THAT(text, testing::ContainsRegex("\n#conf-file=/etc/more +# /etc/pxed.conf:3: what it names"));
    EXPECT_THAT(text, testing::ContainsRegex("\n#no-daemon +# /etc/more:2: has no effect"));
}

TEST(Dump, OfADumpIsTheSameConfiguration) {
    const auto once =
        dump_of(k_files, {{"dhcp-option", "17,a \"b\" # c", true}, {"tftp-max", "9", true}}, "/etc/pxed.d");
    const auto twice = dump_of({{"/etc/pxed.conf", once}});
    EXPECT_EQ(counted(once), counted(twice));
    EXPECT_GT(counted(once).size(), 8U);
    const auto config = load("/etc/pxed.conf", {}, reader_of({{"/etc/pxed.conf", once}}));
    ASSERT_TRUE(config);
    const auto& value = config->dhcp.options.front().value;
    EXPECT_EQ((std::string{value.begin(), value.end()}), "a \"b\" # c");
    EXPECT_EQ(config->tftp.max_transfers, 7U);
}

TEST(Dump, TellsTheCommandLineFromTheFiles) {
    const auto text =
        dump_of(k_files, {{"tftp-max", "9", true}, {"http-max", "5", true}, {"log-dhcp", "", false}});
    EXPECT_THAT(text,
                testing::ContainsRegex("\n#tftp-max=9 +# command line: a line of the files replaces it"));
    EXPECT_THAT(text, testing::ContainsRegex("\nhttp-max=5 +# command line\n"));
    EXPECT_THAT(text, testing::ContainsRegex("\nlog-dhcp +# command line\n"));
}

TEST(Dump, HasTheDefaultsOfWhatNoLineSets) {
    const auto text = dump_of(k_files);
    EXPECT_THAT(text, testing::ContainsRegex("\n#http-port=80 +# default\n"));
    EXPECT_THAT(text, Not(HasSubstr("#tftp-max")));
}

TEST(Dump, ThePlaceOfALineStaysAComment) {
    const Files files{{"/etc/pxed.conf", "conf-dir=/d\n"}, {"/d/evil\ndhcp-boot=x", "no-ping\n"}};
    EXPECT_THAT(counted(dump_of(files)), ElementsAre("no-ping"));
}

// The table's text is for people; the field's initializer is what holds.
TEST(Defaults, AreWhatHoldsWithoutTheLine) {
    using Text = std::string (*)(const Config&);
    const std::map<std::string_view, Text> fields{
        {"dhcp-alternate-port",
         [](const Config& c) {
             return std::to_string(c.dhcp.server_port) + ',' + std::to_string(c.dhcp.client_port);
         }},
        {"http-max", [](const Config& c) { return std::to_string(c.http.max_connections); }},
        {"http-max-per-client",
         [](const Config& c) { return std::to_string(c.http.max_connections_a_client); }},
        {"http-port", [](const Config& c) { return std::to_string(c.http.port); }},
        {"http-tls-port", [](const Config& c) { return std::to_string(c.http.tls_port); }},
        {"tftp-max", [](const Config& c) { return std::to_string(c.tftp.max_transfers); }},
    };
    for (const auto& row : directives()) {
        if (row.default_value.empty()) continue;
        const auto field = fields.find(row.name);
        ASSERT_NE(field, fields.end()) << row.name << " has a default that is compared with nothing";
        EXPECT_EQ(field->second(*read("")), row.default_value) << row.name;
    }
}

TEST(DropIns, AreReadAfterTheFileByName) {
    const auto config = load("/etc/pxed.conf", {}, reader_of(k_files), "/etc/pxed.d");
    ASSERT_TRUE(config);
    EXPECT_THAT(config->files, ElementsAre("command line", "/etc/pxed.conf", "/etc/more",
                                           "/etc/pxed.d/a.conf", "/etc/pxed.d/b.conf"));
    Files others = k_files;
    others["/etc/pxed.d/README"] = "not a configuration\n";
    others["/etc/pxed.d/c.conf~"] = "bogus\n";
    EXPECT_TRUE(load("/etc/pxed.conf", {}, reader_of(others), "/etc/pxed.d"));
    others["/etc/pxed.d/c.conf"] = "bogus\n";
    const auto wrong = load("/etc/pxed.conf", {}, reader_of(others), "/etc/pxed.d");
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().front().text(), testing::StartsWith("/etc/pxed.d/c.conf:1: unknown directive"));
}

TEST(DropIns, AreReadOnceWhereTheFileNamesThemAsWell) {
    Files files = k_files;
    files["/etc/pxed.conf"] = "conf-dir=/etc/pxed.d,*.conf\n";
    files["/etc/pxed.d/a.conf"] = "tftp-max=3\n";
    EXPECT_TRUE(load("/etc/pxed.conf", {}, reader_of(files), "/etc/pxed.d"));
}

TEST(DropIns, AreReadWithoutAMainFile) {
    const auto config = load("", {}, reader_of(k_files), "/etc/pxed.d");
    ASSERT_TRUE(config);
    EXPECT_TRUE(config->daemon.logs_dhcp);
}

TEST(DropIns, ADirectoryThatCannotBeReadIsSaid) {
    const auto config = load("", {}, reader_of({}), "/etc/pxed.d");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().front().text(), "cannot read /etc/pxed.d: No such file or directory");
    EXPECT_TRUE(config.error().front().is_unreadable_file);
}

}  // namespace
}  // namespace pxed::config
