// What is seen of a boot tree on a disk.

#include "io/boot_tree_reader.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

using tree::Loader;
using tree::Platform;

const std::string k_pxelinux = "\xea\x24\x7c\r\nPXELINUX 6.04 PXE";
const std::string k_ipxe = "\xea\x05\r\nPXE->EB:";

class BootTreeReader : public ::testing::Test {
 protected:
    void put(const std::string& name, const std::string& bytes) const {
        const auto path = std::filesystem::path{directory_.path()} / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path, std::ios::binary} << bytes;
    }

    [[nodiscard]] config::Config config() const {
        config::Config config;
        config.dhcp.ranges.emplace_back();
        config.tftp.is_enabled = true;
        config.tftp.roots.push_back({directory_.path(), {}, {}});
        return config;
    }

    [[nodiscard]] tree::BootTree read(const config::Config& config, const BootTreeBounds& bounds = {}) const {
        return read_boot_trees(wish_of(config), bounds).tree;
    }

    TemporaryDirectory directory_;
};

TEST_F(BootTreeReader, FindsProgramsByTheirBytesAndNotByTheirNames) {
    put("pxelinux.0", k_pxelinux);
    put("deep/er/whatever", k_ipxe);
    put("undionly.kpxe", "not at all");
    put("boot.ipxe", "#!ipxe\nshell\n");
    const auto tree = read(config());
    ASSERT_EQ(tree.programs.size(), 3U);
    EXPECT_EQ(tree.find("pxelinux.0")->loader, Loader::pxelinux);
    EXPECT_EQ(tree.find("deep/er/whatever")->loader, Loader::ipxe);
    EXPECT_EQ(tree.find("boot.ipxe")->platform, Platform::script);
    EXPECT_FALSE(tree.is_cut_short);
}

TEST_F(BootTreeReader, LooksForNothingWhereALineNamesAFileAndAtThatFile) {
    put("pxelinux.0", k_pxelinux);
    put("undionly.kpxe", k_ipxe);
    auto config = this->config();
    config.dhcp.boots.emplace_back().file = "/undionly.kpxe";
    config.dhcp.boots.emplace_back().file = "http://10.0.0.1/pxelinux.0";
    config.dhcp.boots.emplace_back().file = "gone.efi";
    const auto tree = read(config);
    // By its name as it stands there, and by its path.
    ASSERT_EQ(tree.programs.size(), 2U);
    EXPECT_EQ(tree.find("/undionly.kpxe")->loader, Loader::ipxe);
    EXPECT_EQ(tree.find("undionly.kpxe")->loader, Loader::ipxe);
}

TEST_F(BootTreeReader, LooksBelowBothRootsWhereHttpHasItsOwn) {
    const TemporaryDirectory of_http;
    of_http.write("boot.ipxe", "#!ipxe\nshell\n");
    put("undionly.kpxe", k_ipxe);
    auto config = this->config();
    config.dhcp.boots.emplace_back().file = "undionly.kpxe";
    EXPECT_FALSE(read_boot_trees(wish_of(config)).http);
    config.http.is_enabled = true;
    EXPECT_FALSE(read_boot_trees(wish_of(config)).http) << "one root for both";
    config.http.roots.push_back({of_http.path(), {}, {}});
    const auto trees = read_boot_trees(wish_of(config));
    ASSERT_TRUE(trees.http);
    EXPECT_NE(trees.http->find("boot.ipxe"), nullptr);
    EXPECT_EQ(trees.http->find("undionly.kpxe"), nullptr);
    EXPECT_EQ(trees.tree.find("boot.ipxe"), nullptr);
    config.tftp.is_enabled = false;
    EXPECT_NE(read_boot_trees(wish_of(config)).tree.find("boot.ipxe"), nullptr) << "the only one there is";
}

TEST_F(BootTreeReader, LooksForTheScriptsOfIpxeBesideWhatALineNames) {
    put("x64/snponly.efi", "not looked at");
    put("x64/boot.ipxe", "#!ipxe\nshell\n");
    put("autoexec.ipxe", "#!ipxe\nshell\n");
    auto config = this->config();
    config.dhcp.boots.emplace_back().file = "/x64/snponly.efi";
    const auto tree = read(config);
    ASSERT_NE(tree.find("x64/boot.ipxe"), nullptr);
    EXPECT_EQ(tree.find("x64/boot.ipxe")->platform, Platform::script);
    EXPECT_NE(tree.find("autoexec.ipxe"), nullptr);
    EXPECT_EQ(tree.find("boot.ipxe"), nullptr);
}

TEST_F(BootTreeReader, FollowsLinksThatStayAndNoneThatLeave) {
    const TemporaryDirectory other;
    put("real/pxelinux.0", k_pxelinux);
    std::ofstream{std::filesystem::path{other.path()} / "outside.0", std::ios::binary} << k_pxelinux;
    std::filesystem::create_symlink("real/pxelinux.0", std::filesystem::path{directory_.path()} / "inside.0");
    std::filesystem::create_symlink(other.path() + "/outside.0",
                                    std::filesystem::path{directory_.path()} / "outside.0");
    std::filesystem::create_directory_symlink(".", std::filesystem::path{directory_.path()} / "real/ring");
    const auto tree = read(config());
    EXPECT_NE(tree.find("inside.0"), nullptr);
    EXPECT_NE(tree.find("real/pxelinux.0"), nullptr);
    EXPECT_EQ(tree.find("outside.0"), nullptr);
}

TEST_F(BootTreeReader, SeesNoFileThatWouldNotBeServed) {
    put("secret.0", k_pxelinux);
    std::filesystem::permissions(std::filesystem::path{directory_.path()} / "secret.0",
                                 std::filesystem::perms::none);
    EXPECT_EQ(read(config()).find("secret.0"), nullptr);
}

TEST_F(BootTreeReader, LooksAtNoMoreThanItsBounds) {
    for (int i = 0; i < 20; ++i)
        put("d/" + std::to_string(i), k_pxelinux);
    put("pxelinux.0", k_pxelinux);
    const auto few = read(config(), {.entries = 5});
    EXPECT_TRUE(few.is_cut_short);
    EXPECT_NE(few.find("pxelinux.0"), nullptr);
    EXPECT_LE(few.programs.size(), 5U);
    EXPECT_EQ(read(config(), {.depth = 0}).programs.size(), 1U);
    EXPECT_TRUE(read(config(), {.time = milliseconds{0}}).is_cut_short);
}

TEST_F(BootTreeReader, ARootThatIsNotThereHasNothing) {
    auto config = this->config();
    config.tftp.roots.front().directory = directory_.path() + "/missing";
    EXPECT_TRUE(read(config).programs.empty());
}

}  // namespace
}  // namespace pxed::io
