#include "tree/linux_image.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace {

using namespace pxed;

std::string marked(std::size_t at, const std::string& mark) {
    std::string text(1024, '\0');
    return text.replace(at, mark.size(), mark);
}

TEST(LinuxImage, KernelsAreKnownByTheirHeaders) {
    for (const auto& kernel :
         {marked(0x202, "HdrS"), marked(0x38, "ARM\x64"), marked(0x24, "\x18\x28\x6f\x01"),
          marked(0x38, "RSC\x05"), marked(0, "MZ"), marked(0, "\x1f\x8b")})
        EXPECT_TRUE(tree::may_be_kernel(as_bytes(kernel)));
}

TEST(LinuxImage, OtherFilesAreNone) {
    for (const auto& other : {std::string{}, std::string{"#!ipxe\nboot\n"}, marked(0, "070701"),
                              marked(0x201, "HdrS"), std::string(0x202, 'H'), std::string(0x204, 'H')})
        EXPECT_FALSE(tree::may_be_kernel(as_bytes(other)));
}

}  // namespace
