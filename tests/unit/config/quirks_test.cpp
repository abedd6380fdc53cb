#include "config/quirks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "read.hpp"

namespace pxed::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The configuration that names such a file; its problems when it does not load.
Result<Config, std::vector<Problem>> with(const std::string& profiles) {
    const Files files{{"/etc/pxed.conf", "quirks=/q"}, {"/q", profiles}};
    return load("/etc/pxed.conf", {}, reader_of(files));
}

std::string problem_of(const std::string& profiles) {
    const auto loaded = with(profiles);
    return loaded ? "none" : loaded.error().front().text();
}

std::vector<std::string> names_in(const Config& config) {
    std::vector<std::string> names;
    for (const auto& quirk : config.dhcp.quirks)
        names.push_back(quirk.name);
    return names;
}

TEST(QuirksFile, TheBuiltInProfilesHoldWhereNoLineNamesAFile) {
    const auto config = read("enable-tftp\n");
    ASSERT_TRUE(config);
    EXPECT_THAT(names_in(*config), ElementsAre("raspberry-pi-3", "raspberry-pi"));
    EXPECT_EQ(config->dhcp.quirks[0].reply_delay, seconds{1});
    EXPECT_EQ(config->dhcp.quirks[0].pxe.services.at(0).text, "Raspberry Pi Boot   ");
    EXPECT_EQ(config->dhcp.quirks[1].pxe.services.at(0).text, "Raspberry Pi Boot");
    EXPECT_EQ(config->dhcp.quirks[1].pxe.services.at(0).arch, Arch::arm_rpiboot);
    EXPECT_EQ(config->dhcp.quirks[1].matches.size(), 6U);
    EXPECT_TRUE(config->tftp.shares_serial_directories);
    EXPECT_TRUE(config->dhcp.serves_tftp);
}

TEST(QuirksFile, AnEmptyNameIsNoProfiles) {
    const auto config = read("quirks=\n");
    ASSERT_TRUE(config);
    EXPECT_TRUE(config->dhcp.quirks.empty());
    EXPECT_FALSE(config->tftp.shares_serial_directories);
}

TEST(QuirksFile, AFileReplacesTheBuiltInProfiles) {
    const auto config =
        with("profile=one\nmatch=mac:02:*:*:*:*:*,vendor-class:PXEClient:Arch:00000\nreply-delay=2\n");
    ASSERT_TRUE(config);
    EXPECT_THAT(names_in(*config), ElementsAre("one"));
    const auto& match = config->dhcp.quirks[0].matches.at(0);
    ASSERT_TRUE(match.hardware);
    EXPECT_EQ(match.hardware->wildcard_count(), 5);
    EXPECT_EQ(match.vendor_class, "PXEClient:Arch:00000");
    EXPECT_FALSE(config->dhcp.quirks[0].pxe.shows_menu());
}

TEST(QuirksFile, WhatIsWrongIsAProblemOfItsLine) {
    EXPECT_THAT(problem_of("match=arch:1\n"), HasSubstr("/q:1: match: it belongs below a \"profile=\" line"));
    EXPECT_THAT(problem_of("profile=a\nmatch=arch:x\n"), HasSubstr("/q:2: match: \"x\" is no architecture"));
    EXPECT_THAT(problem_of("profile=a\nmatch=mac:zz\n"), HasSubstr("/q:2: match: "));
    EXPECT_THAT(problem_of("profile=a\nspeed=1\n"), HasSubstr("/q:2: unknown word \"speed\""));
    EXPECT_THAT(problem_of("profile=a\nmenu\n"), HasSubstr("/q:2: menu: a value is missing"));
    EXPECT_THAT(problem_of("profile=a\nserial-directories=1\n"), HasSubstr("it takes no value"));
    EXPECT_THAT(problem_of("profile=a\nreply-delay=61\n"), HasSubstr("no number of seconds from 0 to 60"));
    EXPECT_THAT(problem_of("profile=a\nmenu=x\n"), HasSubstr("profile a: a menu needs client-arch"));
}

TEST(QuirksFile, AFileThatIsNotThereIsAProblemOfTheLineThatNamesIt) {
    EXPECT_THAT(problems_of("quirks=/not/there\n"),
                HasSubstr("/etc/pxed.conf:1: quirks: cannot read /not/there"));
}

}  // namespace
}  // namespace pxed::config
