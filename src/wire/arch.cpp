#include "wire/arch.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace pxed {

namespace {

constexpr std::array<std::string_view, 2> k_class_prefixes{"PXEClient:Arch:", "HTTPClient:Arch:"};

/// `PXEClient:Arch:00007:UNDI:003016` (RFC 4578 2.1, UEFI 2.10 24.7): the digits up to the next colon.
std::optional<Arch> arch_in_class(std::string_view vendor_class) {
    for (const auto prefix : k_class_prefixes) {
        if (!vendor_class.starts_with(prefix)) continue;
        const auto rest = vendor_class.substr(prefix.size());
        const auto number = parse_number(rest.substr(0, rest.find(':')));
        if (number && *number <= 0xffff) return static_cast<Arch>(*number);
    }
    return std::nullopt;
}

}  // namespace

std::string_view name_of(Arch arch) {
    switch (arch) {
        case Arch::bios:
            return "bios";
        case Arch::pc98:
            return "pc98";
        case Arch::ia64:
            return "ia64-efi";
        case Arch::alpha:
            return "alpha";
        case Arch::arc_x86:
            return "arc-x86";
        case Arch::intel_lean:
            return "intel-lean";
        case Arch::ia32_efi:
            return "ia32-efi";
        case Arch::x64_efi:
            return "x64-efi";
        case Arch::xscale_efi:
            return "xscale-efi";
        case Arch::ebc_efi:
            return "ebc-efi";
        case Arch::arm32_efi:
            return "arm32-efi";
        case Arch::arm64_efi:
            return "arm64-efi";
        case Arch::ppc_open_firmware:
            return "ppc-of";
        case Arch::ppc_epapr:
            return "ppc-epapr";
        case Arch::ppc_opal:
            return "ppc-opal";
        case Arch::ia32_http:
            return "ia32-http";
        case Arch::x64_http:
            return "x64-http";
        case Arch::ebc_http:
            return "ebc-http";
        case Arch::arm32_http:
            return "arm32-http";
        case Arch::arm64_http:
            return "arm64-http";
        case Arch::bios_http:
            return "bios-http";
        case Arch::arm32_uboot:
            return "arm32-uboot";
        case Arch::arm64_uboot:
            return "arm64-uboot";
        case Arch::arm32_uboot_http:
            return "arm32-uboot-http";
        case Arch::arm64_uboot_http:
            return "arm64-uboot-http";
        case Arch::riscv32_efi:
            return "riscv32-efi";
        case Arch::riscv32_http:
            return "riscv32-http";
        case Arch::riscv64_efi:
            return "riscv64-efi";
        case Arch::riscv64_http:
            return "riscv64-http";
        case Arch::riscv128_efi:
            return "riscv128-efi";
        case Arch::riscv128_http:
            return "riscv128-http";
        case Arch::s390_basic:
            return "s390-basic";
        case Arch::s390_extended:
            return "s390-extended";
        case Arch::mips32_efi:
            return "mips32-efi";
        case Arch::mips64_efi:
            return "mips64-efi";
        case Arch::sunway32_efi:
            return "sunway32-efi";
        case Arch::sunway64_efi:
            return "sunway64-efi";
        case Arch::loongarch32_efi:
            return "loongarch32-efi";
        case Arch::loongarch32_http:
            return "loongarch32-http";
        case Arch::loongarch64_efi:
            return "loongarch64-efi";
        case Arch::loongarch64_http:
            return "loongarch64-http";
        case Arch::arm_rpiboot:
            return "arm-rpiboot";
    }
    return "";
}

std::vector<Arch> archs_of(const dhcp::Options& options) {
    std::vector<Arch> archs;
    ByteReader reader{options.find(dhcp::k_client_arch).value_or(Bytes{})};
    while (reader.rest().size() >= 2)
        archs.push_back(static_cast<Arch>(reader.u16()));
    return archs;
}

std::optional<Arch> arch_of(const dhcp::Options& options) {
    // RFC 4578 2.1 makes it a list, most preferred first; numbers we cannot name help nobody choose a file.
    for (const auto arch : archs_of(options)) {
        if (!name_of(arch).empty()) return arch;
    }
    return arch_in_class(options.text(dhcp::k_vendor_class).value_or(""));
}

}  // namespace pxed
