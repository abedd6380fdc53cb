#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace pxed::tree {

/// What starts a boot program.
enum class Platform : std::uint8_t {
    unknown,
    bios,    ///< a PXE ROM jumps to its first byte
    efi,     ///< UEFI firmware loads it as an application
    script,  ///< text that iPXE runs; no firmware can start it
};

/// The processor a UEFI program is for.
enum class Cpu : std::uint8_t { unknown, ia32, x64, arm32, arm64, ia64, riscv64, loongarch64 };

/// Whose program it is: what it does once it runs.
enum class Loader : std::uint8_t {
    unknown,
    shim,       ///< loads a second program from its own directory
    grub,       ///< reads grub.cfg
    ipxe,       ///< asks DHCP again, as iPXE
    pxelinux,   ///< reads pxelinux.cfg
    lpxelinux,  ///< the same, and loads by HTTP too
    syslinux,   ///< syslinux.efi: PXELINUX for UEFI
    kernel,     ///< Linux with an EFI stub: wants a command line that firmware does not give
    companion,  ///< MokManager, which shim starts when a key is to be enrolled
};

/// What a file is, as far as its bytes show.
struct BootProgram {
    Platform platform = Platform::unknown;
    Cpu cpu = Cpu::unknown;
    Loader loader = Loader::unknown;

    [[nodiscard]] bool is_shim() const { return loader == Loader::shim; }
    [[nodiscard]] bool is_ipxe() const { return loader == Loader::ipxe; }
    friend bool operator==(const BootProgram&, const BootProgram&) = default;
};

/// How much of it is enough for all but UEFI programs: loaders for BIOS print early.
inline constexpr std::size_t k_identifying_bytes_of_bios = 16 * 1024;

/// How much of a file identify() wants to see: shim says what it is in its data section, far behind its code.
inline constexpr std::size_t k_identifying_bytes = 1024 * 1024;

/// What a file is, from its first bytes. Never reads beyond them; anything may be in them.
[[nodiscard]] BootProgram identify(Bytes first_bytes);

/// What a file that cannot be looked at is by its name alone (`undionly.kpxe`, `grubaa64.efi`).
[[nodiscard]] BootProgram guess_from_name(std::string_view path);

/// `GRUB`, as people call the loader; empty for unknown.
[[nodiscard]] std::string_view name_of(Loader loader);

/// `x64`, as people call the processor; empty for unknown.
[[nodiscard]] std::string_view name_of(Cpu cpu);

/// The file that shim for this processor starts (`grubx64.efi`); empty for unknown.
[[nodiscard]] std::string_view second_stage_of_shim(Cpu cpu);

/// The file in which shim for this processor looks for keys to enrol (`mmx64.efi`); empty for unknown.
[[nodiscard]] std::string_view key_manager_of_shim(Cpu cpu);

}  // namespace pxed::tree
