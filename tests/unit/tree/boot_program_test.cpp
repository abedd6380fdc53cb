#include "tree/boot_program.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed::tree {
namespace {

// The head of a PE file: MZ, where the header is, its machine and its subsystem.
std::string pe(unsigned machine, unsigned subsystem, const std::string& tail = {}) {
    constexpr std::size_t k_header = 0x80;
    std::string file(k_header + 24 + 70, '\0');
    const auto put = [&file](std::size_t at, unsigned value) {
        file[at] = static_cast<char>(value & 0xff);
        file[at + 1] = static_cast<char>(value >> 8);
    };
    file[0] = 'M';
    file[1] = 'Z';
    put(0x3c, k_header);
    file.replace(k_header, 2, "PE");
    put(k_header + 4, machine);
    put(k_header + 24 + 68, subsystem);
    return file + tail;
}

BootProgram of(const std::string& file) {
    return identify(as_bytes(file));
}

TEST(BootProgram, AUefiProgramNamesItsProcessor) {
    EXPECT_EQ(of(pe(0x8664, 10)), (BootProgram{.platform = Platform::efi, .cpu = Cpu::x64}));
    EXPECT_EQ(of(pe(0xaa64, 10)).cpu, Cpu::arm64);
    EXPECT_EQ(of(pe(0x014c, 11)).cpu, Cpu::ia32);
    EXPECT_EQ(of(pe(0x1234, 10)), (BootProgram{.platform = Platform::efi}));
}

TEST(BootProgram, AProgramOfWindowsIsNone) {
    EXPECT_EQ(of(pe(0x8664, 3)), BootProgram{});
}

TEST(BootProgram, ShimAndIpxeAreKnownByTheirWords) {
    EXPECT_TRUE(of(pe(0x8664, 10, "UEFI SHIM\n$Version: 15.8 $")).is_shim());
    EXPECT_TRUE(of(pe(0x8664, 10, "https://ipxe.org/")).is_ipxe());
    EXPECT_FALSE(of(pe(0x8664, 10, "GRUB")).is_shim());
}

TEST(BootProgram, ProgramsForBiosAreKnownByWhatTheyPrint) {
    EXPECT_EQ(of("\xea\x24\x7c\r\nPXELINUX 6.04 PXE 20200816"),
              (BootProgram{.platform = Platform::bios, .loader = Loader::pxelinux}));
    EXPECT_EQ(of("\xea\x05\r\nPXE->EB:"), (BootProgram{.platform = Platform::bios, .loader = Loader::ipxe}));
}

TEST(BootProgram, UefiProgramsSayWhoseTheyAre) {
    EXPECT_EQ(of(pe(0x8664, 10, "Welcome to GRUB!")).loader, Loader::grub);
    EXPECT_EQ(of(pe(0x8664, 10, "User-Agent: Syslinux/6.04")).loader, Loader::syslinux);
    EXPECT_EQ(of(pe(0x8664, 10, "shim MokManager")).loader, Loader::companion);
    EXPECT_EQ(of(pe(0x8664, 10, "a shell")).loader, Loader::unknown);
}

TEST(BootProgram, AKernelWithAnEfiStubIsAKernel) {
    auto x86 = pe(0x8664, 10, std::string(0x400, '\0'));
    x86.replace(0x202, 4, "HdrS");
    EXPECT_EQ(of(x86).loader, Loader::kernel);
    auto arm64 = pe(0xaa64, 10);
    arm64.replace(0x38, 4, "ARM\x64");
    EXPECT_EQ(of(arm64),
              (BootProgram{.platform = Platform::efi, .cpu = Cpu::arm64, .loader = Loader::kernel}));
    auto packed = pe(0xaa64, 10);
    packed.replace(4, 4, "zimg");
    EXPECT_EQ(of(packed).loader, Loader::kernel);
}

TEST(BootProgram, PxelinuxWithHttpSaysSo) {
    EXPECT_EQ(of("\xea\x24\x7c\r\nPXELINUX 6.04 lwIP 20190226").loader, Loader::lpxelinux);
}

TEST(BootProgram, GrubForBiosIsKnownByTheSectorThatLoadsIt) {
    std::string core(1300, '\x90');
    core += std::string{"loading\0.\0\r\n\0Geom\0Read\0 Error", 29};
    EXPECT_EQ(of(core), (BootProgram{.platform = Platform::bios, .loader = Loader::grub}));
    // The first sector of a disk, and words that are far behind.
    EXPECT_EQ(of(std::string{"\xeb\x63GRUB \0Geom\0Hard Disk\0Read\0 Error", 34}), BootProgram{});
    EXPECT_EQ(of(std::string(4096, ' ') + core), BootProgram{});
}

TEST(BootProgram, LoadersForBiosSpeakEarly) {
    EXPECT_EQ(of(std::string(k_identifying_bytes_of_bios, ' ') + "PXELINUX 6.04"), BootProgram{});
}

TEST(BootProgram, AScriptIsNoProgram) {
    EXPECT_EQ(of("#!ipxe\nchain x\n").platform, Platform::script);
}

TEST(BootProgram, NothingIsReadBeyondTheBytes) {
    const std::string whole = pe(0x8664, 10);
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_NE(of(whole.substr(0, length)).cpu, Cpu::arm64);
    std::string far = whole;
    far[0x3f] = '\x7f';
    EXPECT_EQ(of(far), BootProgram{});
}

TEST(BootProgram, ANameMayHaveToDo) {
    EXPECT_EQ(guess_from_name("efi/grubaa64.efi"),
              (BootProgram{.platform = Platform::efi, .cpu = Cpu::arm64, .loader = Loader::grub}));
    EXPECT_EQ(guess_from_name("undionly.kpxe"),
              (BootProgram{.platform = Platform::bios, .loader = Loader::ipxe}));
    EXPECT_EQ(guess_from_name("\\Boot\\PXELINUX.0").platform, Platform::bios);
    EXPECT_EQ(guess_from_name("boot.ipxe"), (BootProgram{.platform = Platform::script}));
    EXPECT_TRUE(guess_from_name("shimx64.efi").is_shim());
    EXPECT_EQ(guess_from_name("boot"), BootProgram{});
}

TEST(BootProgram, ShimNamesWhatItLoads) {
    EXPECT_EQ(second_stage_of_shim(Cpu::x64), "grubx64.efi");
    EXPECT_EQ(key_manager_of_shim(Cpu::arm64), "mmaa64.efi");
    EXPECT_EQ(second_stage_of_shim(Cpu::unknown), "");
}

}  // namespace
}  // namespace pxed::tree
