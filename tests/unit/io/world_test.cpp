#include "io/world.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/pid_file.hpp"

namespace pxed::io {
namespace {

TEST(World, tells_accounts_and_directories_as_they_are) {
    config::Config config;
    config.daemon.user = "no-such-account-here";
    config.daemon.group = "root";
    config.tftp.is_enabled = true;
    config.tftp.roots.push_back({"/", "", {}});
    config.tftp.roots.push_back({"/no/such/directory", "", {}});
    config.tftp.allowed_targets.push_back({"/etc/passwd", "", {}});
    Interface link;
    link.name = "br0";
    link.addresses.push_back({Ipv4{10, 0, 0, 1}, netmask_of(24)});
    const auto world = gather_world(config, {link});
    EXPECT_FALSE(world.has_user);
    EXPECT_TRUE(world.has_group);
    ASSERT_EQ(world.directories.size(), 3U);
    EXPECT_TRUE(world.directories[0].is_usable);
    EXPECT_FALSE(world.directories[1].is_usable);
    EXPECT_EQ(world.directories[1].why,
              "No such file or directory; `install -d -m 0755 /no/such/directory` makes it");
    EXPECT_EQ(world.directories[2].why, "Not a directory");
    ASSERT_EQ(world.interfaces.size(), 1U);
    EXPECT_EQ(world.interfaces[0].networks, link.addresses);
    EXPECT_GT(world.most_transfers, 0U);
}

TEST(World, transfers_fit_into_the_file_limit) {
    const auto share = [](std::uint64_t limit, std::uint32_t transfers, std::uint32_t connections) {
        const auto got = share_of_files(limit, {transfers, connections});
        return std::pair{got.transfers, got.connections};
    };
    EXPECT_EQ(share(1064, 2000, 0), (std::pair{500U, 0U}));
    EXPECT_EQ(share(10, 2000, 0), (std::pair{1U, 0U}));
    EXPECT_EQ(share(~std::uint64_t{0}, 2000, 1000), (std::pair{2000U, 1000U}));
    EXPECT_EQ(share(1064, 2000, 1000), (std::pair{250U, 250U})) << "neither takes the other's half";
    EXPECT_EQ(share(1064, 2000, 100), (std::pair{400U, 100U}));
    EXPECT_EQ(share(1064, 100, 1000), (std::pair{100U, 400U}));
}

TEST(PidFile, is_there_while_its_owner_lives) {
    std::string form = testing::TempDir() + "pxed-pid-XXXXXX";
    ASSERT_NE(::mkdtemp(form.data()), nullptr);
    const auto path = form + "/pxed.pid";
    {
        auto written = PidFile::write(path);
        ASSERT_TRUE(written);
        const PidFile owner = std::move(*written);
        std::string text;
        std::getline(std::ifstream{path}, text);
        EXPECT_EQ(text, std::to_string(::getpid()));
    }
    struct stat gone {};
    EXPECT_NE(::stat(path.c_str(), &gone), 0);
    ASSERT_EQ(::symlink("/etc/passwd", path.c_str()), 0);
    EXPECT_FALSE(PidFile::write(path));  // somebody else's link is not followed
    ::unlink(path.c_str());
    ::rmdir(form.c_str());
}

}  // namespace
}  // namespace pxed::io
