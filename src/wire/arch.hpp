#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "wire/dhcp_options.hpp"

namespace pxed {

/// Client system architecture: option 93, and the PXEClient:Arch:NNNNN text of option 60 (RFC 4578 2.1 and
/// the IANA "Processor Architecture Types" registry). The number is kept as sent; names are for the ones we
/// know.
enum class Arch : std::uint16_t {
    // Raspberry Pi ROMs send this too, though nothing on them is a BIOS.
    bios = 0,
    pc98 = 1,
    ia64 = 2,
    alpha = 3,
    arc_x86 = 4,
    intel_lean = 5,
    ia32_efi = 6,
    // OVMF, VMware and Hyper-V send it.
    x64_efi = 7,
    xscale_efi = 8,
    // Some x64 machines send it: configurations that name 7 should name 9 as well.
    ebc_efi = 9,
    arm32_efi = 10,
    arm64_efi = 11,
    ppc_open_firmware = 12,
    ppc_epapr = 13,
    ppc_opal = 14,
    // UEFI HTTP Boot has numbers of its own (UEFI 2.10 24.7).
    ia32_http = 15,
    x64_http = 16,
    ebc_http = 17,
    arm32_http = 18,
    arm64_http = 19,
    bios_http = 20,
    arm32_uboot = 21,
    arm64_uboot = 22,
    arm32_uboot_http = 23,
    arm64_uboot_http = 24,
    riscv32_efi = 25,
    riscv32_http = 26,
    riscv64_efi = 27,
    riscv64_http = 28,
    riscv128_efi = 29,
    riscv128_http = 30,
    s390_basic = 31,
    s390_extended = 32,
    mips32_efi = 33,
    mips64_efi = 34,
    sunway32_efi = 35,
    sunway64_efi = 36,
    loongarch32_efi = 37,
    loongarch32_http = 38,
    loongarch64_efi = 39,
    loongarch64_http = 40,
    arm_rpiboot = 41,
};

/// A short name for people (`x64-efi`); empty for numbers the registry does not have.
[[nodiscard]] std::string_view name_of(Arch arch);

/// All architectures option 93 lists, in its order; an odd trailing byte is ignored.
[[nodiscard]] std::vector<Arch> archs_of(const dhcp::Options& options);

/// The architecture of a client: the first known value of option 93, else the number in option 60
/// (`PXEClient:Arch:00007...`, `HTTPClient:Arch:...`), else none.
[[nodiscard]] std::optional<Arch> arch_of(const dhcp::Options& options);

}  // namespace pxed
