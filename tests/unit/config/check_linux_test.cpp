// What --test says of boot-linux.

#include <gtest/gtest.h>

#include "findings.hpp"

namespace pxed::config {
namespace {

const std::string k_tftp = k_quiet_range + "enable-tftp\ntftp-root=/srv/tftp\n";
const std::string k_loaders = "boot-arch=bios,undionly.kpxe\nboot-arch=efi-x64,snponly.efi\n";

World::BootFile file(std::string name, std::string why, bool may_be_kernel) {
    World::BootFile result;
    result.name = std::move(name);
    result.is_readable = why.empty();
    result.why = std::move(why);
    result.may_be_kernel = may_be_kernel;
    return result;
}

TEST(CheckLinux, FilesThatCannotBeReadAreNamedWithTheReason) {
    auto world = ordinary_world();
    world.linux_files = {file("k", "there is no /srv/tftp/k", false),
                         file("i", "there is no /srv/tftp/i", false), file("j", {}, false)};
    EXPECT_EQ(findings_of(k_tftp + "boot-linux=k,i;j,quiet\n" + k_loaders, world),
              "5: boot-linux: kernel k: there is no /srv/tftp/k\n"
              "5: boot-linux: initrd i: there is no /srv/tftp/i");
}

TEST(CheckLinux, AKernelMustBeOne) {
    auto world = ordinary_world();
    world.linux_files = {file("k", {}, false), file("i", {}, false)};
    EXPECT_EQ(findings_of(k_tftp + "boot-linux=k,i\n" + k_loaders, world),
              "5: boot-linux: kernel k has the header of no Linux kernel");
    world.linux_files = {file("k", {}, true), file("i", {}, false)};
    EXPECT_EQ(findings_of(k_tftp + "boot-linux=k,i\n" + k_loaders, world), "");
}

TEST(CheckLinux, ALoaderForSomeMachinesIsMeantForThem) {
    auto world = ordinary_world();
    world.linux_files = {file("k", {}, true), file("i", {}, false)};
    const std::string hosts = "dhcp-host=52:54:00:00:00:01,set:some\n";
    for (const auto* test : {"tag:some,", "tag:!some,"}) {
        EXPECT_EQ(findings_of(k_tftp + "boot-linux=k,i\n" + hosts + "boot-arch=" + test +
                                  "bios,undionly.kpxe\n" + "boot-arch=" + test + "efi-x64,snponly.efi\n",
                              world),
                  "");
    }
    EXPECT_NE(
        findings_of(k_tftp + "boot-linux=k,i\n" + hosts + "boot-arch=tag:some,bios,undionly.kpxe\n", world)
            .find("UEFI clients (arch 7) get no loader"),
        std::string::npos);
}

TEST(CheckLinux, UrlsAreNotLookedFor) {
    const auto loaded = read("boot-linux=http://10.0.0.1/k,i;tftp://10.0.0.1/j\n");
    ASSERT_TRUE(loaded);
    const auto uses = linux_files_of(loaded->dhcp.linux_boots.front());
    ASSERT_EQ(uses.size(), 1U);
    EXPECT_EQ(uses.front().name, "i");
}

TEST(CheckLinux, WithoutAServerOfFilesNobodyGetsAScript) {
    EXPECT_NE(
        findings_of(k_quiet_range + "boot-linux=k,i\n", ordinary_world()).find("no file is served here"),
        std::string::npos);
}

}  // namespace
}  // namespace pxed::config
