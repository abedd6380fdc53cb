// What the words for kinds of machines are true of.

#include "dhcp/arch_word.hpp"

#include <gtest/gtest.h>

namespace pxed::dhcp {
namespace {

BootClient firmware(Arch arch) {
    return {.arch = arch, .is_pxe = true};
}

BootClient ipxe(Arch arch) {
    return {.arch = arch, .is_pxe = true, .is_ipxe = true};
}

bool is_true(std::string_view word, const BootClient& client) {
    return is_true_of(*find_arch_word(word), client);
}

TEST(ArchWord, AWordHasTheNumbersOfBothWaysToLoad) {
    EXPECT_TRUE(is_true("efi-x64", firmware(Arch::x64_efi)));
    EXPECT_TRUE(is_true("efi-x64", {.arch = Arch::x64_http, .is_http_boot = true}));
    EXPECT_FALSE(is_true("efi-x64", firmware(Arch::arm64_efi)));
    EXPECT_TRUE(is_true("bios", firmware(Arch::bios)));
}

TEST(ArchWord, EbcIsX64AndEbcAlone) {
    EXPECT_TRUE(is_true("efi-x64", firmware(Arch::ebc_efi)));
    EXPECT_TRUE(is_true("efi-ebc", firmware(Arch::ebc_efi)));
    EXPECT_FALSE(is_true("efi-ebc", firmware(Arch::x64_efi)));
}

TEST(ArchWord, UefiIsEveryProcessorsAndHttpTheWayToLoad) {
    EXPECT_TRUE(is_true("uefi", firmware(Arch::riscv64_efi)));
    EXPECT_FALSE(is_true("uefi", firmware(Arch::bios)));
    EXPECT_TRUE(is_true("uefi-http", {.arch = Arch::arm64_http, .is_http_boot = true}));
    EXPECT_FALSE(is_true("uefi-http", firmware(Arch::arm64_efi)));
    EXPECT_FALSE(is_true("uefi-http", {.arch = Arch::bios_http, .is_http_boot = true}));
}

TEST(ArchWord, NobodyWhoDoesNotBootIsAKindOfMachine) {
    EXPECT_FALSE(is_true("efi-x64", {.arch = Arch::x64_efi}));
    EXPECT_FALSE(is_true("bios", BootClient{}));
    EXPECT_EQ(fit_of({"7", Arch::x64_efi}, {.arch = Arch::x64_efi}), ArchFit::none);
}

TEST(ArchWord, ANumberIsNearerThanAWordAndItsTwinIsNot) {
    EXPECT_EQ(fit_of({"9", Arch::ebc_efi}, firmware(Arch::ebc_efi)), ArchFit::exact);
    EXPECT_EQ(fit_of({"9", Arch::ebc_efi}, firmware(Arch::x64_efi)), ArchFit::kind);
    EXPECT_EQ(fit_of({"efi-x64", {}}, firmware(Arch::x64_efi)), ArchFit::kind);
    EXPECT_EQ(fit_of({"efi-ebc", {}}, firmware(Arch::ebc_efi)), ArchFit::exact);
    EXPECT_EQ(fit_of({"10", Arch::arm32_efi}, firmware(Arch::arm64_efi)), ArchFit::none);
    EXPECT_EQ(twin_of(Arch::ebc_http), Arch::x64_http);
    EXPECT_EQ(twin_of(Arch::bios), std::nullopt);
}

TEST(ArchWord, ForIpxeItsFirmwareIsTheLastThingThatCounts) {
    EXPECT_EQ(fit_of({"ipxe", {}}, ipxe(Arch::x64_efi)), ArchFit::exact);
    EXPECT_EQ(fit_of({"ipxe", {}}, firmware(Arch::x64_efi)), ArchFit::none);
    EXPECT_EQ(fit_of({"efi-x64", {}}, ipxe(Arch::x64_efi)), ArchFit::firmware);
    EXPECT_EQ(fit_of({"7", Arch::x64_efi}, ipxe(Arch::x64_efi)), ArchFit::firmware);
}

TEST(ArchWord, IpxeNeedsNoArchitecture) {
    EXPECT_TRUE(is_true("ipxe", {.arch = {}, .is_ipxe = true}));
}

}  // namespace
}  // namespace pxed::dhcp
