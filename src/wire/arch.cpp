// Which architecture a client says it is, and what people call it. Option 93 (RFC 4578 2.1) goes before the
// text of option 60: iPXE chain-loaded by a BIOS may send a class without a useful number (ipxe#1527).

#include "wire/arch.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace pxed {

namespace {

// Indexed by the number of the registry (IANA "Processor Architecture Types"); each row begins at the number
// behind it. RFC 4578 first printed 7 and 9 the wrong way round: firmware sends 7 for x64, and machines built
// after that print still send EBC's 9 for it.
// clang-format off
constexpr std::array<std::string_view, 42> k_names{
    "bios", "pc98", "ia64-efi", "alpha", "arc-x86", "intel-lean",  // 0
    "ia32-efi", "x64-efi", "xscale-efi", "ebc-efi", "arm32-efi", "arm64-efi",  // 6
    "ppc-of", "ppc-epapr", "ppc-opal", "ia32-http", "x64-http", "ebc-http",  // 12
    "arm32-http", "arm64-http", "bios-http", "arm32-uboot", "arm64-uboot", "arm32-uboot-http",  // 18
    "arm64-uboot-http", "riscv32-efi", "riscv32-http", "riscv64-efi", "riscv64-http", "riscv128-efi",  // 24
    "riscv128-http", "s390-basic", "s390-extended", "mips32-efi", "mips64-efi", "sunway32-efi",  // 30
    "sunway64-efi", "loongarch32-efi", "loongarch32-http", "loongarch64-efi", "loongarch64-http", "arm-rpiboot",  // 36
};
// clang-format on
static_assert(k_names[static_cast<std::size_t>(Arch::arm64_efi)] == "arm64-efi");
static_assert(k_names[static_cast<std::size_t>(Arch::riscv64_http)] == "riscv64-http");
static_assert(k_names[static_cast<std::size_t>(Arch::arm_rpiboot)] == "arm-rpiboot");

constexpr std::array<std::string_view, 2> k_class_prefixes{"PXEClient:Arch:", "HTTPClient:Arch:"};

/// `PXEClient:Arch:00007:UNDI:003016` (RFC 4578 2.1, UEFI 2.10 24.7): the digits up to the next colon.
std::optional<Arch> arch_in_class(std::string_view vendor_class) {
    for (const auto prefix : k_class_prefixes) {
        if (!vendor_class.starts_with(prefix)) continue;
        const auto rest = vendor_class.substr(prefix.size());
        const auto number = parse_number(rest.substr(0, rest.find(':')));
        // The text has five digits, option 93 two bytes: what passes 16 bits is no number of the registry.
        if (number && *number <= 0xffff) return static_cast<Arch>(*number);
    }
    return std::nullopt;
}

}  // namespace

std::string_view name_of(Arch arch) {
    const auto number = static_cast<std::size_t>(arch);
    return number < k_names.size() ? k_names[number] : std::string_view{};
}

std::vector<Arch> archs_of(const dhcp::Options& options) {
    std::vector<Arch> archs;
    ByteReader reader{options.find(dhcp::k_client_arch).value_or(Bytes{})};
    // RFC 4578 2.1 wants an even length; an odd last byte is dropped rather than the whole list.
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
