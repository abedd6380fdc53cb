// Which program of a tree each kind of client is given.

#include "tree/boot_choice.hpp"

#include <gtest/gtest.h>

namespace pxed::tree {
namespace {

constexpr BootProgram k_script{.platform = Platform::script};
constexpr FoundFor k_bios{.platform = Platform::bios};
constexpr FoundFor k_x64{.platform = Platform::efi, .cpu = Cpu::x64};
constexpr FoundFor k_x64_proxy{.platform = Platform::efi, .cpu = Cpu::x64, .is_proxy = true};
constexpr FoundFor k_ipxe_on_x64{.platform = Platform::efi, .cpu = Cpu::x64, .is_ipxe = true};

BootProgram bios(Loader loader) {
    return {.platform = Platform::bios, .loader = loader};
}

BootProgram x64(Loader loader) {
    return {.platform = Platform::efi, .cpu = Cpu::x64, .loader = loader};
}

TEST(BootChoice, NothingIsChosenFromAnEmptyTree) {
    EXPECT_EQ(choose({}, k_bios), "");
    EXPECT_TRUE(choose_all({}, {}).files.empty());
}

TEST(BootChoice, AProgramIsForItsOwnFirmwareAndProcessor) {
    const BootTree tree{{{"a.efi", {.platform = Platform::efi, .cpu = Cpu::arm64, .loader = Loader::grub}},
                         {"b.efi", x64(Loader::grub)},
                         {"c.0", bios(Loader::pxelinux)}}};
    EXPECT_EQ(choose(tree, k_x64), "b.efi");
    EXPECT_EQ(choose(tree, k_bios), "c.0");
    EXPECT_EQ(choose(tree, found_for(Arch::arm64_efi)), "a.efi");
    EXPECT_EQ(choose(tree, found_for(Arch::ia32_efi)), "");
}

TEST(BootChoice, SevenAndNineAreOneKind) {
    EXPECT_EQ(found_for(Arch::ebc_efi), found_for(Arch::x64_efi));
    EXPECT_EQ(found_for(Arch::ebc_http), found_for(Arch::x64_http));
    EXPECT_TRUE(found_for(Arch::x64_http).is_http);
    EXPECT_EQ(found_for(Arch::arm_rpiboot).platform, Platform::unknown);
}

TEST(BootChoice, ShimGoesFirstAndOnlyWithWhatItStarts) {
    BootTree tree{{{"a/shimx64.efi", x64(Loader::shim)},
                   {"b/shimx64.efi", x64(Loader::shim)},
                   {"b/grubx64.efi", x64(Loader::grub)},
                   {"grub.efi", x64(Loader::grub)},
                   {"ipxe.efi", x64(Loader::ipxe)}}};
    EXPECT_EQ(choose(tree, k_x64), "b/shimx64.efi");
    tree.programs.erase("b/grubx64.efi");
    EXPECT_EQ(choose(tree, k_x64), "grub.efi");
    tree.programs.erase("grub.efi");
    EXPECT_EQ(choose(tree, k_x64), "ipxe.efi");
}

TEST(BootChoice, BesideAnotherServerIpxeGoesBeforeGrub) {
    const BootTree tree{{{"shimx64.efi", x64(Loader::shim)},
                         {"grubx64.efi", x64(Loader::grub)},
                         {"snponly.efi", x64(Loader::ipxe)}}};
    EXPECT_EQ(choose(tree, k_x64), "shimx64.efi");
    EXPECT_EQ(choose(tree, k_x64_proxy), "snponly.efi");
}

TEST(BootChoice, AScriptSaysThatIpxeIsMeant) {
    BootTree tree{{{"grubx64.efi", x64(Loader::grub)},
                   {"i/ipxe.efi", x64(Loader::ipxe)},
                   {"i/autoexec.ipxe", k_script},
                   {"other/boot.ipxe", k_script}}};
    EXPECT_EQ(choose(tree, k_x64), "i/ipxe.efi");
    EXPECT_EQ(choose(tree, k_ipxe_on_x64), "i/autoexec.ipxe");
    tree.programs.emplace("i/boot.ipxe", k_script);
    EXPECT_EQ(choose(tree, k_ipxe_on_x64), "i/boot.ipxe");
    // A script nobody's program is beside of is an administrator's draft.
    tree.programs.erase("i/boot.ipxe");
    tree.programs.erase("i/autoexec.ipxe");
    EXPECT_EQ(choose(tree, k_x64), "grubx64.efi");
}

TEST(BootChoice, TheScriptBesideAProgramGoesBeforeThoseAtTheRootAndBootBeforeAutoexec) {
    BootTree tree{{{"autoexec.ipxe", k_script}}};
    EXPECT_EQ(script_beside(tree, "x64/ipxe.efi"), "autoexec.ipxe");
    EXPECT_EQ(script_beside(tree, "ipxe.efi"), "autoexec.ipxe");
    tree.programs.emplace("boot.ipxe", k_script);
    EXPECT_EQ(script_beside(tree, "x64/ipxe.efi"), "boot.ipxe");
    tree.programs.emplace("x64/autoexec.ipxe", k_script);
    EXPECT_EQ(script_beside(tree, "x64/ipxe.efi"), "x64/autoexec.ipxe");
    tree.programs.emplace("x64/boot.ipxe", k_script);
    EXPECT_EQ(script_beside(tree, "x64/ipxe.efi"), "x64/boot.ipxe");
    EXPECT_EQ(script_beside({}, "ipxe.efi"), "");
}

TEST(BootChoice, IpxeIsNeverGivenIpxe) {
    BootTree tree{{{"snponly.efi", x64(Loader::ipxe)}}};
    EXPECT_EQ(choose(tree, k_ipxe_on_x64), "");
    tree.programs.emplace("grubx64.efi", x64(Loader::grub));
    EXPECT_EQ(choose(tree, k_ipxe_on_x64), "grubx64.efi");
    FoundFor proxied = k_ipxe_on_x64;
    proxied.is_proxy = true;
    EXPECT_EQ(choose(tree, proxied), "grubx64.efi");
}

TEST(BootChoice, OfEqualsTheOneWithTheFirmwaresDriverThenTheNearestCounts) {
    EXPECT_EQ(choose({{{"ipxe.efi", x64(Loader::ipxe)}, {"deep/in/snponly.efi", x64(Loader::ipxe)}}}, k_x64),
              "deep/in/snponly.efi");
    EXPECT_EQ(choose({{{"a/x.0", bios(Loader::pxelinux)}, {"pxelinux.0", bios(Loader::pxelinux)}}}, k_bios),
              "pxelinux.0");
    EXPECT_EQ(choose({{{"b.0", bios(Loader::pxelinux)}, {"a.0", bios(Loader::lpxelinux)}}}, k_bios), "a.0");
}

TEST(BootChoice, KernelsAndCompanionsAreNotForFirmware) {
    const BootTree tree{{{"bootx64.efi", x64(Loader::kernel)},
                         {"mmx64.efi", x64(Loader::companion)},
                         {"shell.efi", x64(Loader::unknown)}}};
    EXPECT_EQ(choose(tree, k_x64), "");
    const BootTree named{{{"EFI/BOOT/BOOTX64.EFI", x64(Loader::unknown)}, {"a.efi", x64(Loader::unknown)}}};
    EXPECT_EQ(choose(named, k_x64), "EFI/BOOT/BOOTX64.EFI");
}

TEST(BootChoice, EachServiceHasItsOwnTree) {
    const BootTree tree{{{"grubx64.efi", x64(Loader::grub)}}};
    const auto tftp_only = choose_all(tree, {});
    EXPECT_EQ(tftp_only.file_for(found_for(Arch::x64_efi)), "grubx64.efi");
    EXPECT_EQ(tftp_only.file_for(found_for(Arch::x64_http)), "");
    const auto http_only = choose_all({}, tree);
    EXPECT_EQ(http_only.file_for(found_for(Arch::x64_efi)), "");
    EXPECT_EQ(http_only.file_for(found_for(Arch::x64_http)), "grubx64.efi");
}

}  // namespace
}  // namespace pxed::tree
