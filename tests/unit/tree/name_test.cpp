#include "tree/name.hpp"

#include <gmock/gmock.h>

namespace {

using pxed::tree::candidates;
using pxed::tree::NameRules;
using testing::ElementsAre;
using testing::IsEmpty;

const NameRules k_plain{"/srv/tftp", "", false};

TEST(Name, APlainNameIsItself) {
    EXPECT_THAT(candidates("pxelinux.0", k_plain), ElementsAre("pxelinux.0"));
    EXPECT_THAT(candidates("pxelinux.cfg/01-02-00-00-00-0a-01", k_plain),
                ElementsAre("pxelinux.cfg/01-02-00-00-00-0a-01"));
}

TEST(Name, ADirectoryOfASerialNumberMayBeLeftOut) {
    NameRules rules = k_plain;
    rules.shares_serial_directories = true;
    EXPECT_THAT(candidates("0a1B2c3d/start.elf", rules), ElementsAre("0a1B2c3d/start.elf", "start.elf"));
    EXPECT_THAT(candidates("0a1b2c3d", rules), ElementsAre("0a1b2c3d"));
    EXPECT_THAT(candidates("0a1b2c3/start.elf", rules), ElementsAre("0a1b2c3/start.elf"));
    EXPECT_THAT(candidates("0a1b2c3g/start.elf", rules), ElementsAre("0a1b2c3g/start.elf"));
    EXPECT_THAT(candidates("0a1b2c3d/start.elf", k_plain), ElementsAre("0a1b2c3d/start.elf"));
}

TEST(Name, ALeadingSlashIsDropped) {
    EXPECT_THAT(candidates("/grub/grub.cfg", k_plain), ElementsAre("grub/grub.cfg"));
}

TEST(Name, BackslashesAreSlashes) {
    EXPECT_THAT(candidates("\\EFI\\BOOT\\BOOTX64.EFI", k_plain), ElementsAre("EFI/BOOT/BOOTX64.EFI"));
}

TEST(Name, DoubledSlashesAndDotsAreFolded) {
    EXPECT_THAT(candidates("//a///./b/.//c/", k_plain), ElementsAre("a/b/c"));
}

TEST(Name, AnAbsoluteNameMayRepeatTheRoot) {
    EXPECT_THAT(candidates("/srv/tftp/a/b", k_plain), ElementsAre("a/b", "srv/tftp/a/b"));
    EXPECT_THAT(candidates("\\srv\\tftp\\\\a", k_plain), ElementsAre("a", "srv/tftp/a"));
    EXPECT_THAT(candidates("/srv/tftp/a", {"/srv/tftp/", "", false}), ElementsAre("a", "srv/tftp/a"));
}

TEST(Name, ARelativeNameDoesNotRepeatTheRoot) {
    EXPECT_THAT(candidates("srv/tftp/a", k_plain), ElementsAre("srv/tftp/a"));
}

TEST(Name, ARootIsNotRepeatedByALongerDirectoryName) {
    EXPECT_THAT(candidates("/srv/tftpboot/a", k_plain), ElementsAre("srv/tftpboot/a"));
}

TEST(Name, TheRootAloneIsOnlyALiteralName) {
    EXPECT_THAT(candidates("/srv/tftp", k_plain), ElementsAre("srv/tftp"));
}

TEST(Name, WithoutARootNothingIsStripped) {
    EXPECT_THAT(candidates("/srv/tftp/a", {"/", "", false}), ElementsAre("srv/tftp/a"));
}

TEST(Name, ParentDirectoriesAreRefusedInEverySpelling) {
    for (const auto* name : {"..", "../a", "a/..", "a/../b", "/../etc/passwd", "..\\a", "a\\..\\b",
                             "a/./../b", "/srv/tftp/../x", "//..//x", "..\xff", "a/..\xff\xff"})
        EXPECT_THAT(candidates(name, k_plain), IsEmpty()) << name;
}

TEST(Name, DotsInsideAComponentAreOrdinary) {
    EXPECT_THAT(candidates("a..b/...", k_plain), ElementsAre("a..b/..."));
    EXPECT_THAT(candidates("..a/b..", k_plain), ElementsAre("..a/b.."));
}

TEST(Name, NothingIsNoName) {
    for (const auto* name : {"", "/", "\\", ".", "/./", "//"})
        EXPECT_THAT(candidates(name, k_plain), IsEmpty()) << name;
}

TEST(Name, ANulInsideIsRefused) {
    EXPECT_THAT(candidates(std::string_view{"a\0b", 3}, k_plain), IsEmpty());
}

TEST(Name, LengthEndsAt4095) {
    EXPECT_THAT(candidates(std::string(4095, 'a'), k_plain), ElementsAre(std::string(4095, 'a')));
    EXPECT_THAT(candidates(std::string(4096, 'a'), k_plain), IsEmpty());
}

TEST(Name, ATrailingFFIsTriedWithoutAsWell) {
    EXPECT_THAT(candidates("pxelinux.0\xff", k_plain), ElementsAre("pxelinux.0\xff", "pxelinux.0"));
    EXPECT_THAT(candidates("/srv/tftp/a\xff\xff", k_plain),
                ElementsAre("a\xff\xff", "srv/tftp/a\xff\xff", "a", "srv/tftp/a"));
    EXPECT_THAT(candidates("\xff", k_plain), ElementsAre("\xff"));
}

TEST(Name, AnFFInsideStays) {
    EXPECT_THAT(candidates("a\xff.b", k_plain), ElementsAre("a\xff.b"));
}

TEST(Name, LowerCaseChangesTheNameNotTheRoot) {
    const NameRules rules{"/srv/TFTP", "", true};
    EXPECT_THAT(candidates("\\Boot\\BCD", rules), ElementsAre("boot/bcd"));
    EXPECT_THAT(candidates("/SRV/tftp/Boot.EFI", rules), ElementsAre("boot.efi", "srv/tftp/boot.efi"));
}

TEST(Name, AUniqueDirectoryIsTheOnlyPlace) {
    const NameRules rules{"/srv/tftp", "10.0.0.5", false};
    EXPECT_THAT(candidates("a", rules), ElementsAre("10.0.0.5/a"));
    EXPECT_THAT(candidates("/a", rules), ElementsAre("10.0.0.5/a"));
    EXPECT_THAT(candidates("/srv/tftp/10.0.0.5/a", rules),
                ElementsAre("10.0.0.5/a", "10.0.0.5/srv/tftp/10.0.0.5/a"));
    EXPECT_THAT(candidates("../10.0.0.6/a", rules), IsEmpty());
}

TEST(Name, WhatLooksLikeEncodingIsOnlyAName) {
    EXPECT_THAT(candidates("%2e%2e/etc/passwd", k_plain), ElementsAre("%2e%2e/etc/passwd"));
    EXPECT_THAT(candidates("\xc0\xae\xc0\xae/x", k_plain), ElementsAre("\xc0\xae\xc0\xae/x"));
    EXPECT_THAT(candidates("C:\\boot", k_plain), ElementsAre("C:/boot"));
}

TEST(Name, BesideAProgramLieTheNamesOfItsDirectory) {
    using pxed::tree::beside;
    EXPECT_THAT(beside("debian/shimx64.efi", {"grubx64.efi", "Boot/BCD"}),
                ElementsAre("debian/grubx64.efi", "debian/Boot/BCD"));
    EXPECT_THAT(beside("a/b/shim.efi", {"a/b/x", "a/x", "x"}), ElementsAre("a/b/a/x", "a/b/x"));
    EXPECT_THAT(beside("shimx64.efi", {"grubx64.efi"}), IsEmpty()) << "it is at the root itself";
    EXPECT_THAT(beside("", {"grubx64.efi"}), IsEmpty());
}

}  // namespace
