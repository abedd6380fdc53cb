#include "dhcp/linux_boot.hpp"

#include <gtest/gtest.h>

#include "dhcp/policy.hpp"
#include "wire/dhcp_options.hpp"

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

Policy policy_of(std::vector<LinuxBoot> lines) {
    Policy policy;
    policy.linux_boots = std::move(lines);
    return policy;
}

TEST(LinuxBoot, AScriptIsThatOfTheLineThatHoldsForTheMachine) {
    const auto policy = policy_of({line("first"), line("a", {{"a", false}})});
    machine::Machine machine;
    machine.tags = {"a"};
    const auto text = [&](std::string_view name, const machine::Machine* who) {
        return script_for(policy, name, who)->text;
    };
    EXPECT_NE(text("boot.ipxe", &machine).find("kernel /a"), std::string::npos);
    EXPECT_NE(text("boot.ipxe", nullptr).find("kernel /first"), std::string::npos);
    EXPECT_NE(text("\\EFI\\debian\\grub.cfg", nullptr).find("linux /first"), std::string::npos);
    EXPECT_FALSE(script_for(policy, "linux", &machine));
    EXPECT_FALSE(script_for(policy, "../boot.ipxe", &machine));
    EXPECT_FALSE(script_for({}, "boot.ipxe", &machine));
    EXPECT_FALSE(script_for(policy_of({line("a", {{"a", false}})}), "boot.ipxe", nullptr));
}

TEST(LinuxBoot, AnAutoexecScriptDoesNotComeBeforeTheAdministratorsOwn) {
    auto policy = policy_of({line("k")});
    policy.boots.emplace_back().file = "snponly.efi";
    EXPECT_TRUE(script_for(policy, "efi/autoexec.ipxe", nullptr));
    policy.boots.emplace_back().file = "menu.ipxe";
    EXPECT_FALSE(script_for(policy, "efi/autoexec.ipxe", nullptr));
    EXPECT_TRUE(script_for(policy, "boot.ipxe", nullptr)) << "somebody names it";
    policy.boots.back().file = "http://10.0.0.1/menu";
    EXPECT_FALSE(script_for(policy, "autoexec.ipxe", nullptr));
}

TEST(LinuxBoot, AnOptionThatNamesAScriptIsABootLineAsWell) {
    const auto is_written = [](std::uint8_t code, std::string_view text,
                               Envelope envelope = Envelope::plain) {
        auto policy = policy_of({line("k")});
        ConfiguredOption option;
        option.code = code;
        option.envelope = envelope;
        option.value.assign(text.begin(), text.end());
        policy.options.push_back(option);
        return script_for(policy, "autoexec.ipxe", nullptr).has_value();
    };
    using namespace std::string_view_literals;
    EXPECT_FALSE(is_written(k_boot_file, "menu.ipxe"));
    EXPECT_FALSE(is_written(k_boot_file, "menu.ipxe\0"sv));
    EXPECT_FALSE(is_written(k_boot_file, "http://10.0.0.1/menu"));
    EXPECT_TRUE(is_written(k_boot_file, "snponly.efi"));
    EXPECT_TRUE(is_written(k_boot_file, ""));
    EXPECT_TRUE(is_written(k_root_path, "http://10.0.0.1/root"));
    EXPECT_TRUE(is_written(k_boot_file, "menu.ipxe", Envelope::encapsulated));
}

}  // namespace
}  // namespace pxed::dhcp
