// Matches that never match.

#include <gtest/gtest.h>

#include "findings.hpp"

namespace pxed::config {
namespace {

// The finding about a match whose tag `a` a line tests.
std::string of(const std::string& line) {
    return findings_of(k_quiet_range + line + "\ndhcp-option=tag:a,3,192.168.1.1\n");
}

TEST(CheckMatches, FormsThatMatchAreWell) {
    for (const auto* line :
         {"dhcp-match=set:a,option:client-arch,7", "dhcp-match=set:a,93,0007", "dhcp-match=set:a,93,00:07",
          "dhcp-match=set:a,93,7b", "dhcp-match=set:a,93", "dhcp-match=set:a,60,PXEClient:Arch:00007",
          "dhcp-match=set:a,60,PXEClient:Arch:000", "dhcp-match=set:a,60,PXEClient",
          "dhcp-vendorclass=set:a,PXEClient:Arch:00007:UNDI:003016", "dhcp-vendorclass=set:a,Linux ipconfig",
          "dhcp-userclass=set:a,iPXE", "dhcp-userclass=set:a,lab", "dhcp-match=set:a,77,iPXE"})
        EXPECT_EQ(of(line), "") << line;
}

TEST(CheckMatches, AnArchitectureIsANumber) {
    EXPECT_EQ(of("dhcp-match=set:a,option:client-arch,x86-64_EFI"),
              "3: dhcp-match: option client-arch is a number of two bytes; the text \"x86-64_EFI\" never "
              "matches -> "
              "dhcp-match=set:a,option:client-arch,7");
    EXPECT_EQ(of("dhcp-match=set:a,93,\"7\""),
              "3: dhcp-match: option client-arch is a number of two bytes; the text \"7\" never matches -> "
              "dhcp-match=set:a,option:client-arch,7");
    EXPECT_EQ(
        of("dhcp-match=set:a,93,whatever"),
        "3: dhcp-match: option client-arch is a number of two bytes; the text \"whatever\" never matches");
}

TEST(CheckMatches, AnArchitectureHasTwoBytes) {
    EXPECT_EQ(of("dhcp-match=set:a,93,00:00:07"),
              "3: dhcp-match: option client-arch is a number of two bytes; these 3 bytes never match -> "
              "dhcp-match=set:a,option:client-arch,7");
    EXPECT_EQ(of("dhcp-match=set:a,93,7i"),
              "3: dhcp-match: option client-arch has numbers of two bytes; one of 4 bytes is never found -> "
              "dhcp-match=set:a,option:client-arch,7");
}

TEST(CheckMatches, TheArchitectureInAClassHasFiveDigits) {
    EXPECT_EQ(of("dhcp-vendorclass=set:a,PXEClient:Arch:7"),
              "3: dhcp-vendorclass: no client says \"PXEClient:Arch:7\", and case counts; tag \"a\" is never "
              "set -> "
              "dhcp-vendorclass=set:a,PXEClient:Arch:00007");
    EXPECT_EQ(of("dhcp-match=set:a,60,PXEClient:Arch:0007:UNDI:003016"),
              "3: dhcp-match: no client says \"PXEClient:Arch:0007:UNDI:003016\", and case counts; tag \"a\" "
              "is never "
              "set -> dhcp-match=set:a,option:vendor-class,PXEClient:Arch:00007:UNDI:003016");
}

TEST(CheckMatches, CaseCountsInClasses) {
    EXPECT_EQ(of("dhcp-vendorclass=set:a,pxeclient"),
              "3: dhcp-vendorclass: no client says \"pxeclient\", and case counts; tag \"a\" is never set -> "
              "dhcp-vendorclass=set:a,PXEClient");
    EXPECT_EQ(of("dhcp-userclass=set:a,IPXE"),
              "3: dhcp-userclass: case counts, and iPXE says \"iPXE\"; \"IPXE\" never matches -> "
              "dhcp-userclass=set:a,iPXE");
}

}  // namespace
}  // namespace pxed::config
