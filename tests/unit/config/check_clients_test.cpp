// What kinds of clients would boot: wrong programs and loops.

#include <gtest/gtest.h>

#include "findings.hpp"

namespace pxed::config {
namespace {

const std::string k_archs = k_quiet_range +
                            "dhcp-match=set:bios,option:client-arch,0\n"
                            "dhcp-match=set:efi,option:client-arch,7\n"
                            "dhcp-match=set:efi,option:client-arch,9\n"
                            "dhcp-match=set:ipxe,175\n";

World with_file(const std::string& name, tree::BootProgram program) {
    auto world = ordinary_world();
    world.boot_files = {{name, true, {}, program, {}}};
    return world;
}

TEST(CheckClients, AFileForEachArchitectureIsWell) {
    EXPECT_EQ(all_findings_of(k_archs + "dhcp-boot=tag:bios,undionly.kpxe\ndhcp-boot=tag:efi,ipxe.efi\n"
                                        "dhcp-boot=tag:ipxe,http://192.168.1.1/x.ipxe\n"),
              "");
    EXPECT_EQ(
        all_findings_of(k_archs + "dhcp-boot=tag:ipxe,boot.ipxe\ndhcp-boot=tag:!ipxe,tag:bios,undionly.kpxe\n"
                                  "dhcp-boot=tag:!ipxe,tag:efi,snponly.efi\n"),
        "");
}

TEST(CheckClients, UefiWouldGetAProgramForBios) {
    EXPECT_EQ(findings_of(k_archs + "dhcp-boot=tag:ipxe,x.ipxe\ndhcp-boot=tag:!ipxe,pxelinux.0\n"),
              "8: UEFI clients (arch 7) would get pxelinux.0, a program for BIOS");
}

TEST(CheckClients, BiosWouldGetAProgramForUefi) {
    EXPECT_EQ(findings_of(k_archs + "dhcp-boot=tag:ipxe,x.ipxe\ndhcp-boot=tag:!ipxe,bootx64.efi\n"),
              "8: BIOS clients (arch 0) would get bootx64.efi, a program for UEFI");
}

TEST(CheckClients, TheFilesHeaderCountsMoreThanItsName) {
    const auto efi = tree::BootProgram{.platform = tree::Platform::efi, .cpu = tree::Cpu::arm64};
    EXPECT_EQ(findings_of(k_archs + "dhcp-boot=tag:bios,boot.0\n", with_file("boot.0", efi)),
              "7: BIOS clients (arch 0) would get boot.0, a program for UEFI");
    EXPECT_EQ(findings_of(k_archs + "dhcp-boot=tag:efi,boot.0\n", with_file("boot.0", efi)),
              "7: UEFI clients (arch 7) would get boot.0, a program for UEFI on arm64");
}

TEST(CheckClients, OnlyIpxeRunsScripts) {
    EXPECT_EQ(findings_of(k_archs + "dhcp-boot=tag:efi,boot.ipxe\n"),
              "7: UEFI clients (arch 7) would get boot.ipxe, a script that only iPXE can run");
}

TEST(CheckClients, AFileForOneKindOfMachineIsOnlyNoted) {
    EXPECT_EQ(findings_of(k_quiet_range + "dhcp-boot=pxelinux.0\n"), "");
    EXPECT_EQ(
        all_findings_of(k_quiet_range + "dhcp-boot=pxelinux.0\n"),
        "3: UEFI clients (arch 7) would get pxelinux.0, a program for BIOS; that is well as long as there "
        "are none");
}

TEST(CheckClients, Arch9IsOnlyNoted) {
    const std::string text = k_quiet_range +
                             "dhcp-match=set:efi,93,7\ndhcp-boot=a.0\ndhcp-boot=tag:efi,a.efi\n"
                             "boot-arch=efi-ia32,ia32.efi\nboot-arch=efi-arm64,aa64.efi\n";
    EXPECT_EQ(findings_of(text), "");
    EXPECT_EQ(all_findings_of(text),
              "4: UEFI clients that say arch 9 would get a.0, a program for BIOS; that is well as long as "
              "there are "
              "none");
}

TEST(CheckClients, AnArchitecturesLineBehindIpxesMakesALoop) {
    EXPECT_EQ(
        findings_of(k_archs + "dhcp-boot=tag:ipxe,boot.ipxe\ndhcp-boot=tag:bios,undionly.kpxe\n"
                              "dhcp-boot=tag:efi,ipxe.efi\n"),
        "8: iPXE on BIOS would get undionly.kpxe again; instead it gets a line for iPXE, a script of "
        "boot.ipxe, or no file: this is the last line that holds for it -> "
        "dhcp-boot=tag:bios,tag:!ipxe,undionly.kpxe\n"
        "9: iPXE on UEFI would get ipxe.efi again; instead it gets a line for iPXE, a script of boot.ipxe, "
        "or no file: this is the last line that holds for it -> dhcp-boot=tag:efi,tag:!ipxe,ipxe.efi");
}

TEST(CheckClients, IpxeWithoutALineOfItsOwnIsOnlyNoted) {
    const std::string text = k_quiet_range + "dhcp-boot=undionly.kpxe\n";
    EXPECT_EQ(findings_of(text), "");
    EXPECT_NE(all_findings_of(text).find("iPXE on BIOS would get undionly.kpxe again"), std::string::npos);
}

TEST(CheckClients, TagsOfHostsRangesAndTagIfAreTried) {
    EXPECT_EQ(findings_of("port=0\ndhcp-range=set:lab,192.168.1.50,192.168.1.99\ndhcp-match=set:efi,93,7\n"
                          "tag-if=set:wrong,tag:lab,tag:efi\ndhcp-boot=tag:wrong,a.kpxe\n"),
              "5: UEFI clients (arch 7) would get a.kpxe, a program for BIOS");
    EXPECT_EQ(
        findings_of(k_quiet_range + "dhcp-match=set:efi,93,7\n"
                                    "dhcp-host=11:22:33:44:55:66,set:old\ndhcp-boot=tag:old,tag:efi,a.0\n"),
        "5: UEFI clients (arch 7) would get a.0, a program for BIOS");
}

TEST(CheckClients, BootArchIsAskedAsItIsServed) {
    EXPECT_EQ(all_findings_of(k_quiet_range + "boot-arch=bios,pxelinux.0\nboot-arch=efi-x64,grubx64.efi\n"
                                              "boot-arch=efi-arm64,grubaa64.efi\n"),
              "");
    EXPECT_EQ(findings_of(k_quiet_range + "boot-arch=efi-x64,pxelinux.0\n"),
              "3: UEFI clients (arch 7) would get pxelinux.0, a program for BIOS");
}

TEST(CheckClients, APredefinedTagTellsArchitectures) {
    EXPECT_EQ(findings_of(k_quiet_range + "dhcp-boot=tag:efi-x64,pxelinux.0\n"),
              "3: UEFI clients (arch 7) would get pxelinux.0, a program for BIOS");
}

TEST(CheckClients, OtherProcessorsAreOnlyNotedAndOnlyWhereTheyDiffer) {
    EXPECT_EQ(findings_of(k_archs + "dhcp-boot=tag:!bios,tag:!ipxe,grubx64.efi\n"), "");
    const auto notes = all_findings_of(k_archs + "dhcp-boot=tag:!bios,tag:!ipxe,grubx64.efi\n");
    EXPECT_NE(notes.find("UEFI clients on arm64 (arch 11) would get grubx64.efi, a program for UEFI on x64"),
              std::string::npos);
    EXPECT_NE(notes.find("UEFI clients on ia32 (arch 6) would get grubx64.efi"), std::string::npos);
    EXPECT_EQ(all_findings_of(k_quiet_range + "dhcp-boot=pxelinux.0\n").find("arm64"), std::string::npos);
}

TEST(CheckClients, HttpBootWantsAUrl) {
    const std::string line = "boot-arch=uefi-http,grubx64.efi\n";
    EXPECT_EQ(all_findings_of(k_quiet_range + line),
              "3: UEFI HTTP Boot clients (arch 16) would get grubx64.efi, which is no URL; enable-http makes "
              "it one");
    EXPECT_EQ(all_findings_of(k_quiet_range + "boot-arch=uefi-http,http://192.168.1.1/grubx64.efi\n"), "");
}

TEST(CheckClients, WhatTheTreeHasIsSuggested) {
    auto config = read(k_archs + "dhcp-boot=tag:ipxe,x.ipxe\ndhcp-boot=tag:!ipxe,pxelinux.0\n");
    ASSERT_TRUE(config);
    config->dhcp.boot_tree.programs["x64/grubx64.efi"] = {
        .platform = tree::Platform::efi, .cpu = tree::Cpu::x64, .loader = tree::Loader::grub};
    const auto findings = check(*config, ordinary_world());
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings.front().text, "UEFI clients (arch 7) would get pxelinux.0, a program for BIOS");
    EXPECT_EQ(findings.front().suggestion, "boot-arch=efi-x64,x64/grubx64.efi");
}

TEST(CheckClients, BootLinuxNeedsALoaderForFirmware) {
    EXPECT_EQ(findings_of(k_quiet_range + "enable-tftp\ntftp-root=/srv/tftp\nboot-linux=linux,initrd.gz\n"),
              "5: boot-linux: BIOS clients (arch 0) get no loader, and only iPXE, GRUB and PXELINUX can read "
              "what boot-linux says -> boot-arch=bios,undionly.kpxe\n"
              "5: boot-linux: UEFI clients (arch 7) get no loader, and only iPXE, GRUB and PXELINUX can read "
              "what boot-linux says -> boot-arch=efi-x64,snponly.efi");
    EXPECT_EQ(findings_of(
                  k_quiet_range +
                  "enable-tftp\ntftp-root=/srv/tftp\nboot-linux=linux,initrd.gz\nboot-arch=bios,pxelinux.0\n"
                  "boot-arch=efi-x64,grubx64.efi\n"),
              "");
}

TEST(CheckClients, WhoIsIgnoredElsewhereIsTriedToo) {
    EXPECT_EQ(findings_of(k_archs + "dhcp-ignore=tag:!known\ndhcp-boot=tag:efi,a.0\n"),
              "8: UEFI clients (arch 7) would get a.0, a program for BIOS");
}

}  // namespace
}  // namespace pxed::config
