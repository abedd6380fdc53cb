// PXE menu lines.

#include <gtest/gtest.h>

#include "findings.hpp"

namespace pxed::config {
namespace {

const std::string k_proxy = "port=0\ndhcp-range=192.168.1.0,proxy\n";

TEST(CheckServices, AnOrdinaryMenuIsWell) {
    EXPECT_EQ(
        all_findings_of(k_proxy + "pxe-service=x86PC,\"a\",pxelinux\npxe-service=x86-64_EFI,\"b\",a.efi\n"
                                  "pxe-service=BC_EFI,\"b\",a.efi\npxe-service=x86PC,\"local\"\n"),
        "");
}

TEST(CheckServices, AProgramOfTheOtherKindIsNamed) {
    EXPECT_EQ(findings_of(k_proxy + "pxe-service=x86PC,\"a\",a.efi\n"),
              "3: pxe-service: a.efi is a program for UEFI, and the item is for BIOS");
    EXPECT_EQ(findings_of(k_proxy + "pxe-service=BC_EFI,\"a\",undionly.kpxe\n"),
              "3: pxe-service: undionly.kpxe is a program for BIOS, and the item is for UEFI");
}

TEST(CheckServices, ANameWithoutADotGetsASuffix) {
    EXPECT_EQ(findings_of(k_proxy + "pxe-service=BC_EFI,\"a\",ipxe\n"),
              "3: pxe-service: a name without a dot is sent with .0 behind it: UEFI would ask for ipxe.0 -> "
              "pxe-service=9,\"a\",ipxe.efi");
}

TEST(CheckServices, IpxeNeedsNoMenuBesideItsOwnLine) {
    const std::string ipxe = k_proxy + "dhcp-match=set:ipxe,175\ndhcp-boot=tag:ipxe,http://192.168.1.1/x\n";
    EXPECT_EQ(findings_of(ipxe + "pxe-service=x86PC,\"a\",undionly.kpxe\n"),
              "5: pxe-service: iPXE is shown this item as well, before its dhcp-boot line -> "
              "pxe-service=tag:!ipxe,0,\"a\",undionly.kpxe");
    EXPECT_EQ(findings_of(ipxe + "pxe-service=tag:!ipxe,x86PC,\"a\",undionly.kpxe\n"), "");
}

TEST(CheckServices, Architecture9HasItemsOfItsOwn) {
    EXPECT_EQ(all_findings_of(k_proxy + "pxe-service=x86-64_EFI,\"a\",a.efi\n"),
              "3: pxe-service: x64 machines that say architecture 9 (BC_EFI) do not see this item -> "
              "pxe-service=9,\"a\",a.efi");
}

TEST(CheckServices, APoolBesideAProxyRangeIsNoted) {
    EXPECT_NE(all_findings_of(k_proxy + k_range)
                  .find("2: dhcp-range: /etc/pxed.conf:3 gives addresses in the same"),
              std::string::npos);
    EXPECT_EQ(all_findings_of(k_proxy + "dhcp-range=10.0.0.5,10.0.0.9,255.255.255.0\n"), "");
}

TEST(CheckServices, TagsOfMenuLinesAreTested) {
    EXPECT_EQ(findings_of(k_proxy + "pxe-service=tag:nobody,x86PC,\"a\",a.0\n"),
              "3: tag \"nobody\" is tested but nothing sets it");
}

TEST(CheckServices, ProxysClientsHaveTheirDnsFromElsewhere) {
    EXPECT_EQ(findings_of("dhcp-range=192.168.1.0,proxy\nserver=8.8.8.8\ndhcp-boot=http://boot.lab/x\n"), "");
}

}  // namespace
}  // namespace pxed::config
