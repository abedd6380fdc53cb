#include "config/check.hpp"

#include <string>

#include <gtest/gtest.h>

#include "findings.hpp"

namespace pxed::config {
namespace {

TEST(Check, HasNothingToSayOfAnOrdinaryFile) {
    EXPECT_EQ(findings_of(k_range +
                          "interface=br0\ndhcp-match=set:efi,93,7\ndhcp-boot=tag:efi,a.efi\ndhcp-boot=a.0\n"
                          "dhcp-host=11:22:33:44:55:66,192.168.1.10\ndhcp-ignore=tag:!known\n"),
              "");
}

TEST(Check, NothingIsServedWithoutARangeAndTftp) {
    EXPECT_EQ(findings_of("interface=br0\n"),
              "neither dhcp-range nor enable-tftp nor enable-http is given: nothing is served");
}

TEST(Check, AMissingInterfaceIsWaitedFor) {
    EXPECT_EQ(findings_of("interface=br0,br7\ninterface=e*\ndhcp-range=10.0.0.1,10.0.0.9\n"),
              "1: interface \"br7\" does not exist now; it is waited for\n"
              "2: interface \"e*\" does not exist now; it is waited for");
}

TEST(Check, ARangeOnNoNetworkWaitsForARelay) {
    EXPECT_EQ(findings_of("dhcp-range=10.0.0.1,10.0.0.9\n"),
              "1: dhcp-range 10.0.0.1 -- 10.0.0.9 is on no network of this machine (there is br0 "
              "192.168.1.1/24); only "
              "clients behind a relay get its addresses");
    EXPECT_EQ(findings_of("dhcp-range=10.0.0.1,10.0.0.9,255.255.255.0\n"), "");
    EXPECT_EQ(findings_of(k_range + "except-interface=br0\n"),
              "1: dhcp-range 192.168.1.50 -- 192.168.1.99 is on no network of this machine (no served "
              "interface has an "
              "address); only clients behind a relay get its addresses");
    EXPECT_EQ(findings_of("dhcp-range=127.0.0.5,127.0.0.9\ninterface=lo\n"), "");
}

TEST(Check, RangesThatOverlapAreNamed) {
    EXPECT_EQ(findings_of(k_range + "dhcp-range=192.168.1.90,192.168.1.120\n"),
              "2: dhcp-range 192.168.1.90 -- 192.168.1.120 overlaps the one at /etc/pxed.conf:1");
    EXPECT_EQ(
        findings_of(k_range + "dhcp-range=192.168.1.100,192.168.1.120\ndhcp-range=192.168.1.0,static\n"), "");
}

TEST(Check, AReservedAddressBelongsInSomeRangesNetwork) {
    EXPECT_EQ(findings_of(k_range + "dhcp-host=11:22:33:44:55:66,10.0.0.9\n"),
              "2: dhcp-host address 10.0.0.9 is in the network of no dhcp-range and is never given");
}

TEST(Check, AMacWithDashesIsAHostName) {
    EXPECT_EQ(findings_of(k_range + "dhcp-host=aa-bb-cc-dd-ee-ff,192.168.1.9\n"),
              "2: dhcp-host: \"aa-bb-cc-dd-ee-ff\" is read as a host name, as in dnsmasq; did you mean "
              "aa:bb:cc:dd:ee:ff? -> dhcp-host=aa:bb:cc:dd:ee:ff,192.168.1.9");
}

TEST(Check, AccountsMustExist) {
    auto world = ordinary_world();
    world.has_user = world.has_group = false;
    EXPECT_EQ(findings_of(k_range, world), "");
    EXPECT_EQ(findings_of(k_range + "user=nobdy\ngroup=x\n", world),
              "2: user: there is no account \"nobdy\"\n3: group: there is no group \"x\"");
}

TEST(Check, AMissingTftpRootIsAnErrorUnlessItMayFail) {
    auto world = ordinary_world();
    world.directories = {{"/srv/tftp", false, "No such file or directory"},
                         {"/opt", false, "Permission denied"}};
    EXPECT_EQ(findings_of("enable-tftp\ntftp-root=/srv/tftp\n", world),
              "! 2: tftp-root /srv/tftp: No such file or directory");
    EXPECT_EQ(findings_of("enable-tftp\ntftp-root=/srv/tftp\ntftp-no-fail\n", world),
              "2: tftp-root /srv/tftp: No such file or directory");
    EXPECT_EQ(findings_of("enable-tftp\ntftp-root=/ok\ntree-allow=/opt\n", world),
              "3: tree-allow /opt: Permission denied");
    EXPECT_EQ(findings_of(k_range + "tftp-root=/srv/tftp\n", world),
              "2: tftp-root has no effect without enable-tftp");
    EXPECT_EQ(
        findings_of("enable-tftp\n"),
        "enable-tftp without tftp-root: no file is served (dnsmasq would serve every file of this machine); "
        "name the directory");
}

TEST(Check, TransfersNeedOpenFiles) {
    auto world = ordinary_world();
    world.most_transfers = 480;
    EXPECT_EQ(
        findings_of("enable-tftp\ntftp-root=/ok\n", world),
        "tftp-max is 2000, but the limit of open files allows 480 transfers; raise LimitNOFILE or lower "
        "tftp-max");
    EXPECT_EQ(findings_of("enable-tftp\ntftp-root=/ok\ntftp-max=480\n", world), "");
}

TEST(Check, AnAddressInTheServerNamesPlaceIsOnlyAName) {
    EXPECT_EQ(findings_of(k_range + "dhcp-boot=a.0,10.0.0.9\n"),
              "2: dhcp-boot: 10.0.0.9 is only the server's name there; clients are sent to this machine. An "
              "address stands one field further -> dhcp-boot=a.0,,10.0.0.9");
    EXPECT_EQ(findings_of(k_range + "dhcp-boot=a.0,10.0.0.9,10.0.0.9\n"), "");
}

TEST(Check, Option66DoesNotMoveTheServer) {
    EXPECT_EQ(findings_of(k_range + "dhcp-option=66,10.0.0.9\n"),
              "2: dhcp-option 66 does not change where firmware loads from; name the server in "
              "dhcp-boot=FILE,,ADDRESS or "
              "option:server-ip-address");
    EXPECT_EQ(findings_of(k_range + "dhcp-option=66,10.0.0.9\ndhcp-boot=a,,10.0.0.9\n"), "");
    EXPECT_EQ(
        findings_of(k_range + "dhcp-option=66,10.0.0.9\ndhcp-option=option:server-ip-address,10.0.0.9\n"),
        "");
}

TEST(Check, ATagThatNothingSetsIsNamedOnce) {
    EXPECT_EQ(
        findings_of(k_range +
                    "dhcp-match=set:efi64,93,7\ndhcp-boot=tag:efi46,a\ndhcp-option=tag:efi46,3,1.2.3.4\n"),
        "3: tag \"efi46\" is tested but nothing sets it; did you mean \"efi64\"?");
    EXPECT_EQ(findings_of(k_range + "interface=br*\ndhcp-option=tag:br0,3,1.2.3.4\ntag-if=set:x,tag:br*\n"
                                    "dhcp-boot=tag:known,tag:bootp,tag:x,a\n"),
              "");
    EXPECT_EQ(findings_of(k_range + "dhcp-ignore=tag:!knwon\n"),
              "2: tag \"knwon\" is tested but nothing sets it; did you mean \"known\"?");
    // An alias's interface need not be there yet.
    EXPECT_EQ(findings_of(k_range + "bridge-interface=br9,tap9\ndhcp-boot=tag:br9,a\n").find("is tested"),
              std::string::npos);
    // Only tag-if reads a final `*` as a pattern.
    EXPECT_EQ(findings_of(k_range + "dhcp-mac=set:efi64,aa:*:*:*:*:*\ndhcp-boot=tag:efi*,a\n"),
              "3: tag \"efi*\" is tested but nothing sets it; did you mean \"efi64\"?");
    EXPECT_EQ(findings_of(k_range + "dhcp-mac=set:efi64,aa:*:*:*:*:*\ntag-if=set:x,tag:efi*\n"), "");
    EXPECT_EQ(findings_of(k_range + "dhcp-name-match=set:n,x\ndhcp-circuitid=set:c,x\n"
                                    "dhcp-boot=tag:cpewan-id,tag:n,tag:c,a\ndhcp-ignore-names=tag:nn\n"),
              "5: tag \"nn\" is tested but nothing sets it");
}

TEST(Check, AScriptThatCannotBeRunIsSaidAndNoReasonToStop) {
    auto world = ordinary_world();
    world.script_trouble = "No such file or directory";
    EXPECT_EQ(findings_of(k_range + "dhcp-script=/usr/lib/a b\n", world),
              "2: dhcp-script /usr/lib/a b cannot be run now: No such file or directory");
    EXPECT_EQ(findings_of(k_range + "dhcp-script=/usr/lib/a b\nscript-on-renewal\n"), "");
}

TEST(Check, AnotherAccountForTheScriptIsSaidToHaveNoEffect) {
    EXPECT_EQ(
        findings_of(k_range + "dhcp-script=/s\ndhcp-scriptuser=root\n"),
        "3: dhcp-scriptuser=root has no effect: the script runs by the account that pxed runs by (pxed)");
    EXPECT_EQ(findings_of(k_range + "dhcp-script=/s\ndhcp-scriptuser=pxed\n"), "");
}

TEST(Check, LeasesThatNobodyKeepsAreSaid) {
    EXPECT_EQ(findings_of(k_range + "leasefile-ro\n"),
              "2: leasefile-ro without dhcp-script: nothing keeps the leases, a restart forgets them all");
    EXPECT_EQ(findings_of(k_range + "leasefile-ro\ndhcp-script=/s\n"), "");
}

}  // namespace
}  // namespace pxed::config
