#include "io/config_files.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pxed::io {
namespace {

class ConfigFiles : public testing::Test {
 protected:
    void SetUp() override {
        std::string form = testing::TempDir() + "pxed-files-XXXXXX";
        ASSERT_NE(::mkdtemp(form.data()), nullptr);
        path_ = form + "/";
        std::ofstream{path_ + "a.conf"} << "port=0\n";
        ASSERT_EQ(::symlink("a.conf", (path_ + "b.conf").c_str()), 0);
        ASSERT_EQ(::mkdir((path_ + "sub").c_str(), 0700), 0);
        ASSERT_EQ(::mkfifo((path_ + "pipe").c_str(), 0600), 0);
    }
    void TearDown() override {
        for (const auto* name : {"a.conf", "b.conf", "pipe"})
            ::unlink((path_ + name).c_str());
        ::rmdir((path_ + "sub").c_str());
        ::rmdir(path_.c_str());
    }
    std::string path_;
    config::Reader reader_ = config_reader();
};

TEST_F(ConfigFiles, a_file_has_one_identity_under_all_its_names) {
    const auto a = reader_.read_file(path_ + "a.conf");
    const auto b = reader_.read_file(path_ + "b.conf");
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->text, "port=0\n");
    EXPECT_EQ(a->identity, b->identity);
    EXPECT_NE(a->identity, 0U);
}

TEST_F(ConfigFiles, what_is_no_regular_file_is_refused_without_waiting) {
    const auto missing = reader_.read_file(path_ + "none");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error(), "cannot read " + path_ + "none: No such file or directory");
    EXPECT_FALSE(reader_.read_file(path_ + "sub"));
    EXPECT_FALSE(reader_.read_file(path_ + "pipe"));
    EXPECT_FALSE(reader_.read_file("/dev/zero"));
}

TEST_F(ConfigFiles, a_directory_lists_its_regular_files_and_links_to_them) {
    auto names = reader_.list_directory(path_);
    ASSERT_TRUE(names);
    std::ranges::sort(*names);
    EXPECT_EQ(*names, (std::vector<std::string>{"a.conf", "b.conf"}));
    EXPECT_FALSE(reader_.list_directory(path_ + "none"));
}

}  // namespace
}  // namespace pxed::io
