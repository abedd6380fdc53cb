// What boot lines name, and what a file relied on besides DHCP.

#include <gtest/gtest.h>

#include "findings.hpp"

namespace pxed::config {
namespace {

const std::string k_tftp = k_quiet_range + "enable-tftp\ntftp-root=/srv/tftp\n";

TEST(CheckBoot, AFileThatCannotBeReadIsNamedWithTheReason) {
    auto world = ordinary_world();
    world.boot_files = {{"a.bin", false, "there is no /srv/tftp/a.bin", {}, {}}};
    EXPECT_EQ(findings_of(k_tftp + "dhcp-boot=a.bin\n", world),
              "5: boot file a.bin: there is no /srv/tftp/a.bin");
    EXPECT_EQ(findings_of(k_tftp + "dhcp-boot=b.bin\n", world), "");
}

TEST(CheckBoot, AFileOfAnotherServerIsNotLookedFor) {
    const auto names = [](const std::string& text) {
        std::string all;
        for (const auto& use : local_boot_files(*read(text), ordinary_world()))
            all += use.name + ' ';
        return all;
    };
    EXPECT_EQ(names(k_tftp + "dhcp-boot=a\ndhcp-boot=tag:x,b,,10.0.0.9\ndhcp-boot=tag:y,c,,192.168.1.1\n"
                             "dhcp-boot=tag:z,http://192.168.1.1/"
                             "d\ndhcp-boot=tag:v,e,,elsewhere\ndhcp-boot=tag:w,,,192.168.1.1\n"),
              "a c ");
    EXPECT_EQ(names(k_tftp + "dhcp-boot=a\ndhcp-option=option:server-ip-address,10.0.0.9\n"), "");
    EXPECT_EQ(names(k_range + "dhcp-boot=a\n"), "");
}

TEST(CheckBoot, ShimWantsItsSecondProgramBesideIt) {
    auto world = ordinary_world();
    const tree::BootProgram shim{
        .platform = tree::Platform::efi, .cpu = tree::Cpu::x64, .loader = tree::Loader::shim};
    world.boot_files = {{"boot.efi", true, {}, shim, {"grubx64.efi", "mmx64.efi"}}};
    const std::string text = k_tftp + "dhcp-match=set:e,93,7\ndhcp-boot=tag:e,boot.efi\n";
    EXPECT_EQ(findings_of(text, world),
              "6: boot file boot.efi is shim, and there is no grubx64.efi beside it, which it starts");
    EXPECT_EQ(all_findings_of(text, world),
              "6: boot file boot.efi is shim, and there is no grubx64.efi beside it, which it starts\n"
              "6: boot file boot.efi is shim, and there is no mmx64.efi beside it; keys cannot be enrolled "
              "without it");
    world.boot_files[0].missing_companions.clear();
    EXPECT_EQ(all_findings_of(text, world), "");
}

TEST(CheckBoot, AUrlWithANameNeedsADnsServer) {
    EXPECT_EQ(findings_of(k_quiet_range + "dhcp-boot=http://user@boot.lab:8080/x?y\n"),
              "3: dhcp-boot: clients cannot look up \"boot.lab\", for no dhcp-option names a DNS server; "
              "name one, or "
              "write the host's address");
    EXPECT_EQ(findings_of(k_quiet_range + "pxe-service=16,\"x64\",\"http://boot.lab/x.efi\"\n"),
              "3: pxe-service: clients cannot look up \"boot.lab\", for no dhcp-option names a DNS server; "
              "name one, or write the host's address");
    EXPECT_EQ(findings_of(k_range + "dhcp-boot=http://boot.lab/x\ndhcp-option=6,192.168.1.1\n"), "");
    EXPECT_EQ(findings_of(k_quiet_range +
                          "dhcp-boot=http://192.168.1.1:80/x\ndhcp-boot=tag:known,http://[fd00::1]/x\n"),
              "");
    EXPECT_EQ(findings_of(k_quiet_range + "dhcp-boot=tftp://${next-server}/x\n"), "");
}

TEST(CheckProcess, ClientsThatAskedDnsmasqForNamesAreToldNobody) {
    const std::string what =
        "clients are told no DNS server: dnsmasq named itself, and pxed serves no DNS; name the one they are "
        "to ask, "
        "or write port=0 if none -> dhcp-option=option:dns-server,192.168.1.1";
    EXPECT_EQ(findings_of(k_range + "server=8.8.8.8\ndomain-needed\n"), "2: " + what);
    EXPECT_EQ(findings_of(k_range + "port=53\n"), what);
    EXPECT_EQ(findings_of(k_range), "");
    EXPECT_EQ(all_findings_of(k_range), what);
    EXPECT_EQ(all_findings_of(k_range + "server=8.8.8.8\nport=0\n"), "");
    EXPECT_EQ(all_findings_of(k_range + "server=8.8.8.8\nport=5353\n"), "");
    EXPECT_EQ(all_findings_of(k_range + "server=8.8.8.8\ndhcp-option=6,192.168.1.1\n"), "");
    EXPECT_EQ(all_findings_of("server=8.8.8.8\nenable-tftp\ntftp-root=/x\n"), "");
}

TEST(CheckProcess, BothWaysOfBindingAreOne) {
    EXPECT_EQ(findings_of(k_range + "bind-interfaces\nbind-dynamic\n"),
              "3: bind-interfaces and bind-dynamic are both given; dnsmasq would not start, and pxed serves "
              "interfaces "
              "that come later with either");
    EXPECT_EQ(findings_of(k_range + "bind-dynamic\nbind-dynamic\n"), "");
}

TEST(CheckHosts, AnAddressOfThisServerIsNeverGiven) {
    EXPECT_EQ(findings_of(k_range + "dhcp-host=11:22:33:44:55:66,192.168.1.1\n"),
              "2: dhcp-host address 192.168.1.1 is this server's own, on br0, and is never given");
    EXPECT_EQ(findings_of(k_range + "dhcp-host=11:22:33:44:55:66,192.168.1.2\n"), "");
}

TEST(CheckHosts, ADomainThatIsNotTheClientsIsLeftOut) {
    const std::string host = "dhcp-host=11:22:33:44:55:66,pc.lab.example\n";
    EXPECT_EQ(findings_of(k_range + host),
              "2: dhcp-host: the domain of \"pc.lab.example\" is left out, for it is not that of domain=");
    EXPECT_EQ(findings_of(k_range + host + "domain=other.example\n"),
              "2: dhcp-host: the domain of \"pc.lab.example\" is left out, for it is not that of domain=; "
              "clients are "
              "in \"other.example\"");
    EXPECT_EQ(findings_of(k_range + host + "domain=LAB.example\n"), "");
    EXPECT_EQ(findings_of(k_range + host + "domain=lab.example,192.168.1.0/24\n"), "");
}

TEST(CheckHosts, OfTwoLinesForOneMachineInANetworkTheLastCounts) {
    EXPECT_EQ(
        findings_of(k_range +
                    "dhcp-host=11:22:33:44:55:66,192.168.1.2\ndhcp-host=11:22:33:44:55:66,192.168.1.3\n"),
        "3: dhcp-host: the machine has 192.168.1.2 already, at /etc/pxed.conf:2; this line counts, that one "
        "does "
        "not");
    // One in each network, or chosen by tag.
    EXPECT_EQ(findings_of(k_range +
                          "dhcp-range=10.0.0.5,10.0.0.9,255.255.255.0\n"
                          "dhcp-host=11:22:33:44:55:66,192.168.1.2\ndhcp-host=11:22:33:44:55:66,10.0.0.7\n"),
              "");
    EXPECT_EQ(findings_of(k_range + "dhcp-host=11:22:33:44:55:66,192.168.1.2\n"
                                    "dhcp-host=11:22:33:44:55:66,tag:br0,192.168.1.3\n"),
              "");
}

TEST(CheckTags, ATagThatNobodyTestsIsNoted) {
    EXPECT_EQ(all_findings_of(k_quiet_range + "dhcp-match=set:ipxe,175\n"),
              "3: tag \"ipxe\" is set but no line tests it");
    EXPECT_EQ(all_findings_of(k_quiet_range +
                              "dhcp-match=set:ppp0,175\ntag-if=set:x,tag:ppp*\ndhcp-ignore=tag:x\n"),
              "");
    EXPECT_EQ(all_findings_of(k_quiet_range + "dhcp-host=11:22:33:44:55:66,set:mine\n"), "");
}

TEST(CheckBoot, GrubIsLostBesideAnotherDhcpServer) {
    const std::string proxy = "dhcp-range=192.168.1.0,proxy\nport=0\n";
    const std::string lost =
        " is GRUB; GRUB 2.06 does not find its configuration beside another DHCP server. iPXE does "
        "(snponly.efi)";
    EXPECT_EQ(findings_of(proxy + "boot-arch=efi-x64,grubx64.efi\n"), "3: boot file grubx64.efi" + lost);
    EXPECT_EQ(findings_of(proxy + "pxe-service=x86-64_EFI,\"GRUB\",grubx64.efi\n"),
              "3: boot file grubx64.efi" + lost);
    EXPECT_NE(findings_of(proxy + "boot-arch=efi-x64,shimx64.efi\n").find("is shim, which starts GRUB"),
              std::string::npos);
    EXPECT_EQ(findings_of(proxy + "boot-arch=efi-x64,snponly.efi\nboot-arch=bios,grub/core.0\n"), "");
    EXPECT_EQ(findings_of(k_quiet_range + "boot-arch=efi-x64,grubx64.efi\n"), "");
}

}  // namespace
}  // namespace pxed::config
