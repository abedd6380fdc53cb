// What a configuration has to do with its boot tree, and which tags pxed sets for it.

#include "config/boot_trees.hpp"

#include <gtest/gtest.h>

#include "config/tag_uses.hpp"
#include "read.hpp"

namespace pxed::config {
namespace {

const std::string k_served = "dhcp-range=192.168.1.50,192.168.1.99\nenable-tftp\ntftp-root=/srv/tftp\n";

bool looks(const std::string& text) {
    const auto config = read(text);
    return config && looks_for_programs(*config);
}

TEST(BootTrees, ProgramsAreLookedForOnlyWhereNobodySaysWhatToBoot) {
    EXPECT_TRUE(looks(k_served));
    EXPECT_TRUE(looks("dhcp-range=192.168.1.0,proxy\nenable-tftp\ntftp-root=/srv/tftp\n"));
    for (const std::string line :
         {"dhcp-boot=a.0", "dhcp-boot=tag:x,a.0", "boot-arch=bios,a.0", "boot-linux=linux",
          "pxe-service=x86PC,\"a\",a", "pxe-prompt=\"a\"", "dhcp-option=66,a", "dhcp-option=67,a.0",
          "dhcp-option=150,10.0.0.1", "dhcp-option=option:server-ip-address,10.0.0.1", "no-found-boot"})
        EXPECT_FALSE(looks(k_served + line + '\n')) << line;
    EXPECT_TRUE(looks(k_served + "dhcp-option=encap:175,176,1b\ndhcp-option=3,192.168.1.1\n"));
}

TEST(BootTrees, NothingIsLookedForThatNobodyCouldLoad) {
    EXPECT_FALSE(looks("dhcp-range=192.168.1.50,192.168.1.99\ntftp-root=/srv/tftp\n"));
    EXPECT_FALSE(looks("enable-tftp\ntftp-root=/srv/tftp\n"));
}

TEST(BootTrees, TheFilesThatLinesNameAreKnownOnceEach) {
    const auto config = read(k_served +
                             "dhcp-boot=tag:a,a.0\ndhcp-boot=a.0\ndhcp-boot=http://x/y\n"
                             "pxe-service=x86PC,\"b\",b\ndhcp-option=67,c.efi\npxe-service=x86PC,\"disk\"\n");
    ASSERT_TRUE(config);
    EXPECT_EQ(named_boot_files(*config),
              (std::vector<std::string>{"a.0", "b.0", "c.efi", "boot.ipxe", "autoexec.ipxe"}));
}

TEST(BootTrees, WhatIsFoundIsSaidForTheKindsOfNetworksThereAre) {
    auto config = read(k_served);
    ASSERT_TRUE(config);
    tree::BootTree tree;
    tree.programs["pxelinux.0"] = {.platform = tree::Platform::bios, .loader = tree::Loader::pxelinux};
    use_boot_trees(*config, {tree, {}});
    EXPECT_EQ(found_lines(*config), std::vector<std::string>{"bios: pxelinux.0 (PXELINUX)"});
    config->dhcp.boots.emplace_back();
    use_boot_trees(*config, {config->dhcp.boot_tree, {}});
    EXPECT_TRUE(found_lines(*config).empty());
}

TEST(BootTrees, WhereHttpHasAnotherTreeItIsKnownWhatThatHas) {
    const std::string own_root = "enable-http\nhttp-root=/srv/http\nboot-linux=linux,a;b\n";
    auto config = read(k_served + own_root);
    ASSERT_TRUE(config);
    ASSERT_TRUE(config->dhcp.http_tree);
    EXPECT_TRUE(config->dhcp.http_tree->programs.empty()) << "nobody has looked yet";
    EXPECT_EQ(named_boot_files(*config), (std::vector<std::string>{"linux", "a", "b"}));
    tree::BootTree by_http;
    by_http.programs["linux"] = {.loader = tree::Loader::kernel};
    use_boot_trees(*config, {{}, by_http});
    EXPECT_NE(config->dhcp.http_tree->find("linux"), nullptr);
    auto again = read(k_served + own_root);
    ASSERT_TRUE(again);
    use_boot_trees_of(*config, *again);
    EXPECT_NE(again->dhcp.http_tree->find("linux"), nullptr);

    auto shared = read(k_served + "enable-http\nboot-linux=linux,a;b\n");
    ASSERT_TRUE(shared);
    EXPECT_FALSE(shared->dhcp.http_tree);
    EXPECT_TRUE(named_boot_files(*shared).empty());
}

TEST(PredefinedTags, AreThoseThatAreTestedByNameAndSetNowhere) {
    const auto tags = [](const std::string& text) {
        const auto config = read(k_served + text);
        return config ? config->dhcp.predefined_tags : std::vector<std::string>{"?"};
    };
    EXPECT_EQ(tags("dhcp-boot=a.0\n"), std::vector<std::string>{});
    EXPECT_EQ(tags("dhcp-boot=tag:ipxe,a\ndhcp-ignore=tag:!bios\n"),
              (std::vector<std::string>{"bios", "ipxe"}));
    for (const std::string line :
         {"dhcp-match=set:ipxe,175", "dhcp-userclass=set:ipxe,iPXE", "dhcp-vendorclass=set:ipxe,x",
          "dhcp-mac=set:ipxe,1:2:3:4:5:6", "dhcp-host=11:22:33:44:55:66,set:ipxe", "tag-if=set:ipxe,tag:x",
          "dhcp-range=set:ipxe,192.168.1.100,192.168.1.101", "dhcp-name-match=set:ipxe,x",
          "dhcp-circuitid=set:ipxe,x", "dhcp-remoteid=set:ipxe,x", "dhcp-subscrid=set:ipxe,x"})
        EXPECT_EQ(tags("dhcp-boot=tag:ipxe,a\n" + line + '\n'), std::vector<std::string>{}) << line;
    EXPECT_EQ(tags("tag-if=set:x,tag:efi-x64\ntag-if=set:y,tag:!uefi\n"),
              (std::vector<std::string>{"efi-x64", "uefi"}));
    EXPECT_EQ(tags("boot-linux=tag:efi-arm64,linux\n"), std::vector<std::string>{"efi-arm64"});
}

TEST(PredefinedTags, AreMeantByAWildcardOfTagIfUnlessTheFileHasTagsThatBeginSo) {
    const auto tags = [](const std::string& text) {
        const auto config = read(k_served + text);
        return config ? config->dhcp.predefined_tags : std::vector<std::string>{"?"};
    };
    EXPECT_EQ(tags("tag-if=set:x,tag:efi-arm*\n"), (std::vector<std::string>{"efi-arm32", "efi-arm64"}));
    EXPECT_EQ(tags("tag-if=set:x,tag:!uefi*\n"), (std::vector<std::string>{"uefi", "uefi-http"}));
    EXPECT_EQ(tags("tag-if=set:x,tag:efi*\n").size(), 11U);
    EXPECT_EQ(tags("tag-if=set:x,tag:efi*\ndhcp-match=set:efi64,93,7\n"), std::vector<std::string>{});
    EXPECT_EQ(tags("tag-if=set:x,tag:efi-*\ndhcp-match=set:efi64,93,7\n").size(), 11U);
    for (const std::string pattern : {"e*", "ef*", "*", "b*", "eth*"})
        EXPECT_EQ(tags("tag-if=set:x,tag:" + pattern + '\n'), std::vector<std::string>{}) << pattern;
    // Only tag-if has wildcards.
    EXPECT_EQ(tags("dhcp-boot=tag:efi*,a\n"), std::vector<std::string>{});
}

}  // namespace
}  // namespace pxed::config
