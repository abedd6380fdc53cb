#include "io/made_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace pxed;

TEST(MadeFile, HasItsTextAndStandsInNoDirectory) {
    const std::string text(100'000, 'x');
    auto made = io::made_file("boot.ipxe", text);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->name, "boot.ipxe");
    EXPECT_EQ(made->size, text.size());
    std::string read(text.size() + 1, '\0');
    EXPECT_EQ(::pread(made->descriptor.get(), read.data(), read.size(), 0),
              static_cast<ssize_t>(text.size()));
    read.pop_back();
    EXPECT_EQ(read, text);
    struct stat status {};
    ASSERT_EQ(::fstat(made->descriptor.get(), &status), 0);
    EXPECT_EQ(status.st_nlink, 0U) << "no name leads to it";
}

TEST(MadeFile, MayBeEmpty) {
    auto made = io::made_file("empty", "");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->size, 0U);
}

}  // namespace
