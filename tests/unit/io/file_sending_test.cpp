#include "io/file_sending.hpp"

#include <gtest/gtest.h>

namespace pxed::io {
namespace {

TEST(PagesTouched, ArePagesOfTheMachine) {
    EXPECT_EQ(pages_touched(0, 4096, 4096), 1U);
    EXPECT_EQ(pages_touched(0, 4097, 4096), 2U);
    EXPECT_EQ(pages_touched(4095, 2, 4096), 2U);
    EXPECT_EQ(pages_touched(2 << 20, 2 << 20, 4096), 512U);
    EXPECT_EQ(pages_touched(2 << 20, 2 << 20, 65536), 32U);
    EXPECT_EQ(pages_touched(65535, 2, 65536), 2U);
    EXPECT_EQ(pages_touched(4096, 4096, 65536), 1U);
}

}  // namespace
}  // namespace pxed::io
