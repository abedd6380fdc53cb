#include "config/external_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "config/host_names.hpp"
#include "read.hpp"

namespace pxed::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Config load_with(const Reader& reader) {
    auto config = load("/etc/pxed.conf", {}, reader);
    EXPECT_TRUE(config) << (config ? "" : config.error().front().text());
    return config ? std::move(*config) : Config{};
}

Config load_files(const Files& files) {
    return load_with(reader_of(files));
}

std::vector<std::string> warnings_of(const Config& config) {
    std::vector<std::string> texts;
    for (const auto& warning : config.findings)
        texts.push_back(config.text_of(warning.origin) + ": " + warning.text);
    return texts;
}

TEST(ExternalFiles, AreReadWhereverTheLineStands) {
    const auto config = load_files(
        {{"/etc/pxed.conf", "dhcp-hostsfile=/h\ndhcp-host=02:00:00:00:00:01\n"}, {"/h", "a,10.0.0.1\n"}});
    ASSERT_THAT(config.dhcp.hosts, SizeIs(2));
    EXPECT_EQ(config.text_of(config.dhcp.hosts.back().origin), "/h:1");
}

TEST(ExternalFiles, KeepTheQuotesAndCommentsOfTheConfiguration) {
    const auto config = load_files({{"/etc/pxed.conf", "dhcp-optsfile=/o\n"},
                                    {"/o", "# all\n\n 17 , \"a # b, c\" # end\r\n240,\"1.2.3.4\"\n"}});
    ASSERT_THAT(config.dhcp.options, SizeIs(2));
    EXPECT_EQ(as_text(config.dhcp.options[0].value), "a # b, c");
    EXPECT_EQ(as_text(config.dhcp.options[1].value), "1.2.3.4");
}

TEST(ExternalFiles, ThatAreMissingAreOnlyWarnings) {
    const auto config = load_files({{"/etc/pxed.conf",
                                     "dhcp-hostsfile=/none\ndhcp-hostsdir=/none.d\ndhcp-optsdir=/none.d\n"
                                     "read-ethers\naddn-hosts=/none\ndhcp-host=x\n"}});
    EXPECT_THAT(warnings_of(config),
                ElementsAre("/etc/pxed.conf:4: cannot read /etc/ethers: No such file or directory",
                            HasSubstr("pxed.conf:1: cannot read /none:"),
                            HasSubstr("pxed.conf:2: cannot read /none.d:"),
                            HasSubstr("pxed.conf:3: cannot read /none.d:"),
                            HasSubstr("pxed.conf:5: cannot read /none:")));
}

TEST(ExternalFiles, StayAsTheyWereWhenTheyCannotBeRead) {
    const Files files{{"/etc/pxed.conf", "dhcp-hostsfile=/h\ndhcp-hostsdir=/d\n"}};
    auto reader = reader_of(files);
    reader.last_file = [](const std::string& path) -> std::optional<FileText> {
        if (path == "/h") return FileText{"a,10.0.0.1\n", 0};
        if (path == "/d/x") return FileText{"b,10.0.0.2\n", 0};
        return std::nullopt;
    };
    reader.last_directory = [](const std::string& path) -> std::optional<std::vector<std::string>> {
        if (path == "/d") return std::vector<std::string>{"x"};
        return std::nullopt;
    };
    const auto config = load_with(reader);
    EXPECT_THAT(config.dhcp.hosts, SizeIs(2));
    EXPECT_THAT(
        warnings_of(config),
        ElementsAre(HasSubstr("cannot read /h: No such file or directory; what it held before stays"),
                    HasSubstr("cannot read /d: No such file or directory; its files are used as they"),
                    HasSubstr("cannot read /d/x: No such file or directory; what it held")));
}

TEST(ExternalFiles, LoseTheLineThatIsWrongAndNoOther) {
    const auto config = load_files({{"/etc/pxed.conf", "dhcp-hostsfile=/h\n"},
                                    {"/h", std::string{"a,10.0.0.1,zz:zz\nb,10.0.0.1\n\x01\nc {{ x }}\n"} +
                                               std::string(100000, 'x') + "\nd,10.0.0.2\n"}});
    ASSERT_THAT(config.dhcp.hosts, SizeIs(2));
    // The line that was skipped has not kept its address.
    EXPECT_EQ(config.dhcp.hosts[0].name, "b");
    EXPECT_EQ(config.dhcp.hosts[1].name, "d");
    EXPECT_THAT(warnings_of(config),
                ElementsAre(HasSubstr("/h:1: dhcp-host: \"zz:zz\" is no hardware address"),
                            HasSubstr("/h:3: dhcp-host: there is a control character"),
                            HasSubstr("/h:4: dhcp-host: \"{{ x }}\" is left of a template"),
                            HasSubstr("/h:5: dhcp-host: the line has 100000 characters")));
}

TEST(ExternalFiles, ThatAreNoTextAtAllAreSaidInTwentyLines) {
    std::string garbage;
    for (int i = 0; i < 5000; ++i)
        garbage += std::string{"\x7f\x02,::\n"};
    const auto config = load_files({{"/etc/pxed.conf", "dhcp-hostsfile=/h\n"}, {"/h", garbage}});
    EXPECT_THAT(config.dhcp.hosts, IsEmpty());
    ASSERT_THAT(config.findings, SizeIs(21));
    EXPECT_EQ(config.findings.back().text, "/h: and 4980 more lines like these");
}

TEST(ExternalFiles, MayBeVeryMany) {
    Files files{{"/etc/pxed.conf", "dhcp-hostsdir=/d\n"}};
    for (int i = 0; i < 12000; ++i)
        files["/d/" + std::to_string(i)] = "m" + std::to_string(i) + "\n";
    EXPECT_THAT(load_files(files).dhcp.hosts, SizeIs(12000));
}

TEST(ExternalFiles, SayWhenTheyAreTooMany) {
    Files files{{"/etc/pxed.conf", "dhcp-hostsdir=/d\n"}};
    for (int i = 0; i < 60001; ++i)
        files["/d/" + std::to_string(100000 + i)] = "";
    // The command line and the configuration count as well.
    EXPECT_THAT(
        warnings_of(load_files(files)),
        ElementsAre("/etc/pxed.conf:1: more than 60000 files are named: /d/159998 and those behind it "
                    "are not read"));
}

TEST(ExternalFiles, OfAHundredThousandMachinesTakeNoLongerThanTheyMust) {
    std::string text;
    for (int i = 0; i < 100000; ++i) {
        const auto hex = std::to_string(10 + i % 90) + ':' + std::to_string(10 + i / 90 % 90) + ':' +
                         std::to_string(10 + i / 8100);
        text += "02:00:00:" + hex + ',' + Ipv4{0x0a000000U + static_cast<unsigned>(i)}.text() + '\n';
    }
    // Quadratic, this runs into the test's time limit.
    const auto config = load_files({{"/etc/pxed.conf", "dhcp-hostsfile=/h\n"}, {"/h", text}});
    EXPECT_THAT(config.dhcp.hosts, SizeIs(100000));
    EXPECT_THAT(config.findings, IsEmpty());
}

TEST(ExternalFiles, NamedTwiceAreReadOnce) {
    const Files files{{"/etc/pxed.conf", "dhcp-hostsfile=/h\ndhcp-hostsfile=/also-h\n"},
                      {"/h", "a,10.0.0.1\n"},
                      {"/also-h", "a,10.0.0.1\n"}};
    auto reader = reader_of(files);
    reader.read_file = [read = reader.read_file](const std::string& path) {
        auto file = read(path);
        if (file) file->identity = path == "/etc/pxed.conf" ? 1 : 2;
        return file;
    };
    const auto config = load_with(reader);
    EXPECT_THAT(config.dhcp.hosts, SizeIs(1));
    EXPECT_THAT(config.findings, IsEmpty());
}

TEST(HostNames, AreFoundInAnyCaseWithEachAddressOnce) {
    HostNames names;
    names.add(
        "10.0.0.1\tBoot.example.org boot # 10.0.0.9 x\r\n10.0.0.2 boot\n10.0.0.1 boot\n::1 six\nnone x\n");
    names.add("10.0.0.3   boot");
    EXPECT_THAT(names.find("BOOT."), ElementsAre(Ipv4(10, 0, 0, 1), Ipv4(10, 0, 0, 2), Ipv4(10, 0, 0, 3)));
    EXPECT_THAT(names.find("boot.example.org"), ElementsAre(Ipv4(10, 0, 0, 1)));
    EXPECT_THAT(names.find("x"), IsEmpty());
    EXPECT_THAT(names.find("six"), IsEmpty());
}

TEST(HostNames, AreNotReadWhenNobodyIsNamed) {
    const Files files{{"/etc/pxed.conf", "addn-hosts=/none\ndhcp-host=02:00:00:00:00:01,a,10.0.0.1\n"}};
    EXPECT_THAT(load_files(files).findings, IsEmpty());
}

TEST(HostNames, OfABootServerThatIsThisVeryMachineAreWarnedAbout) {
    EXPECT_THAT(
        warnings_of(load_files({{"/etc/pxed.conf", "dhcp-boot=a,,me\n"}, {"/etc/hosts", "127.0.1.1 me\n"}})),
        ElementsAre("/etc/pxed.conf:1: dhcp-boot: \"me\" is a loopback address in the hosts file, which "
                    "no client can reach"));
}

TEST(Ethers, CompleteALineOfOneMachineOnly) {
    const auto config = load_files({{"/etc/pxed.conf",
                                     "dhcp-host=02:00:00:00:00:01,02:00:00:00:00:02,10.0.0.1\ndhcp-host=02:"
                                     "00:00:00:00:*,set:x\nread-ethers\n"},
                                    {"/etc/ethers", "02:00:00:00:00:01 10.0.0.5\n"}});
    ASSERT_THAT(config.dhcp.hosts, SizeIs(3));
    EXPECT_EQ(config.dhcp.hosts[2].address, Ipv4(10, 0, 0, 5));
    EXPECT_TRUE(config.dhcp.hosts[2].ignores_client_id);
    EXPECT_EQ(config.text_of(config.dhcp.hosts[2].origin), "/etc/ethers:1");
}

TEST(Ethers, GiveAMachineANewAddressAndFreeItsOldOne) {
    const auto config = load_files(
        {{"/etc/pxed.conf", "dhcp-host=02:00:00:00:00:01,10.0.0.1\nread-ethers\ndhcp-hostsfile=/h\n"},
         {"/etc/ethers", "02:00:00:00:00:01 10.0.0.5\n"},
         {"/h", "02:00:00:00:00:02,10.0.0.1\n02:00:00:00:00:03,10.0.0.5\n"}});
    ASSERT_THAT(config.dhcp.hosts, SizeIs(2));
    EXPECT_EQ(config.dhcp.hosts[0].address, Ipv4(10, 0, 0, 5));
    EXPECT_EQ(config.dhcp.hosts[1].address, Ipv4(10, 0, 0, 1));
    EXPECT_THAT(warnings_of(config),
                ElementsAre(HasSubstr("/h:2: dhcp-host: duplicate address 10.0.0.5; it is "
                                      "already given at /etc/ethers:1")));
}

}  // namespace
}  // namespace pxed::config
