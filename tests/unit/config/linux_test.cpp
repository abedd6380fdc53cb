// boot-linux: what the line means, and what is refused because a boot loader could not say it.

#include <gmock/gmock.h>

#include "read.hpp"

namespace pxed::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The only boot-linux line of a text.
dhcp::LinuxBoot linux_of(const std::string& text) {
    const auto loaded = read(text);
    EXPECT_TRUE(loaded) << text;
    if (!loaded || loaded->dhcp.linux_boots.size() != 1) return {};
    return loaded->dhcp.linux_boots.front();
}

TEST(BootLinux, HasAKernelInitrdsAndACommandLine) {
    const auto line =
        linux_of("boot-linux=tag:a,tag:!b,d/linux,d/initrd.gz;d/fw.cpio,quiet console=ttyS0,115200n8");
    EXPECT_EQ(line.boot.kernel, "d/linux");
    EXPECT_THAT(line.boot.initrds, ElementsAre("d/initrd.gz", "d/fw.cpio"));
    EXPECT_EQ(line.boot.command_line, "quiet console=ttyS0,115200n8");
    ASSERT_EQ(line.tests.size(), 2U);
    EXPECT_EQ(line.tests[0].name, "a");
    EXPECT_TRUE(line.tests[1].is_negated);
}

TEST(BootLinux, AnEmptyFieldMeansNoInitrd) {
    const auto line = linux_of("boot-linux=vmlinuz,,root=/dev/sda1");
    EXPECT_THAT(line.boot.initrds, IsEmpty());
    EXPECT_EQ(line.boot.command_line, "root=/dev/sda1");
    EXPECT_THAT(warnings_of("boot-linux=vmlinuz"), HasSubstr("no initrd is named"));
}

TEST(BootLinux, TheCommandLineKeepsTheKernelsQuotesAndLosesOurs) {
    EXPECT_EQ(linux_of("boot-linux=k,i,a=\"b c\" d").boot.command_line, "a=\"b c\" d");
    EXPECT_EQ(linux_of("boot-linux=k,i,\"a=b #c\"").boot.command_line, "a=b #c");
    EXPECT_EQ(linux_of(R"(boot-linux=k,i,"a=\"b c\" d")").boot.command_line, "a=\"b c\" d");
}

TEST(BootLinux, TheKernelMustBeThere) {
    EXPECT_THAT(problems_of("boot-linux="), HasSubstr("the kernel is missing"));
    EXPECT_THAT(problems_of("boot-linux=,initrd"), HasSubstr("the kernel is missing"));
    EXPECT_THAT(problems_of("boot-linux=tag:a"), HasSubstr("the kernel is missing"));
}

TEST(BootLinux, ANameThatNotEveryLoaderCanSayIsRefused) {
    EXPECT_THAT(problems_of("boot-linux=my kernel,initrd"), HasSubstr("not every boot loader can name"));
    EXPECT_THAT(problems_of("boot-linux=\"k,1\",initrd"), HasSubstr("not every boot loader can name"));
    EXPECT_THAT(problems_of("boot-linux=k,\"i\\n\""), HasSubstr("not every boot loader can name"));
    EXPECT_THAT(problems_of("boot-linux=../k,i"), HasSubstr("leads out of the root"));
    EXPECT_THAT(problems_of("boot-linux=k,a/.."), HasSubstr("leads out of the root"));
    EXPECT_THAT(problems_of("boot-linux=nfs://h/k,i"), HasSubstr("is no URL that boot loaders load from"));
    EXPECT_THAT(warnings_of("boot-linux=a..b/k,i"), IsEmpty());
}

TEST(BootLinux, ALineBreakInTheCommandLineIsRefused) {
    EXPECT_THAT(problems_of("boot-linux=k,i,\"a\\nb\""), HasSubstr("control character"));
}

TEST(BootLinux, WhatALoaderOrTheKernelChangesIsSaid) {
    EXPECT_THAT(warnings_of("boot-linux=k,i,BOOTIF=${mac}"), HasSubstr("iPXE puts a setting"));
    EXPECT_THAT(warnings_of("boot-linux=k,i," + std::string(2048, 'a')), HasSubstr("2048 characters"));
    EXPECT_THAT(warnings_of("boot-linux=k,i," + std::string(2047, 'a')), IsEmpty());
}

}  // namespace
}  // namespace pxed::config
