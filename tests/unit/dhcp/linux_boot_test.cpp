#include "dhcp/linux_boot.hpp"

#include <gtest/gtest.h>

namespace pxed::dhcp {
namespace {

LinuxBoot line(std::string kernel, TagTests tests = {}) {
    return {.boot = {std::move(kernel), {}, {}}, .tests = std::move(tests), .origin = {}};
}

std::string kernel_for(const std::vector<LinuxBoot>& lines, const Tags& tags) {
    const auto* found = linux_boot_for(lines, tags);
    return found == nullptr ? "none" : found->boot.kernel;
}

TEST(LinuxBoot, TheLastLineWhoseTagsMatchCountsThenTheLastWithout) {
    const std::vector<LinuxBoot> lines{line("first"), line("a", {{"a", false}}),
                                       line("a too", {{"a", false}}), line("last")};
    Tags tags;
    EXPECT_EQ(kernel_for(lines, tags), "last");
    tags.set("a");
    EXPECT_EQ(kernel_for(lines, tags), "a too");
}

TEST(LinuxBoot, NoLineNoBoot) {
    EXPECT_EQ(kernel_for({}, {}), "none");
    EXPECT_EQ(kernel_for({line("a", {{"a", false}})}, {}), "none");
}

TEST(LinuxBoot, TagsMatterOnlyWhereALineHasSome) {
    EXPECT_FALSE(have_tags({line("a"), line("b")}));
    EXPECT_TRUE(have_tags({line("a"), line("b", {{"x", true}})}));
}

}  // namespace
}  // namespace pxed::dhcp
