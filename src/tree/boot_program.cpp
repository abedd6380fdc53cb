// What a boot program is for. A UEFI program says so in its PE header (Microsoft PE/COFF specification;
// UEFI 2.10 2.1.1 has the subsystem and machine numbers). Programs for BIOS have no header at all: a PXE ROM
// jumps to the first byte, so they are known by what their loaders print.

#include "tree/boot_program.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace pxed::tree {

namespace {

std::optional<std::uint32_t> little_endian(Bytes bytes, std::size_t at, std::size_t width) {
    if (at > bytes.size() || bytes.size() - at < width) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = width; i-- > 0;)
        value = value << 8 | bytes[at + i];
    return value;
}

bool contains(Bytes bytes, std::string_view text) {
    return as_text(bytes).find(text) != std::string_view::npos;
}

struct CpuRow {
    Cpu cpu;
    std::uint16_t machine;    // PE/COFF
    std::string_view name;    // for people
    std::string_view suffix;  // as UEFI 2.10 3.5.1.1 ends the names of programs: bootx64.efi
};

constexpr std::array k_cpus{
    CpuRow{Cpu::ia32, 0x014c, "ia32", "ia32"},
    CpuRow{Cpu::x64, 0x8664, "x64", "x64"},
    CpuRow{Cpu::arm32, 0x01c2, "arm32", "arm"},
    CpuRow{Cpu::arm64, 0xaa64, "arm64", "aa64"},
    CpuRow{Cpu::ia64, 0x0200, "ia64", "ia64"},
    CpuRow{Cpu::riscv64, 0x5064, "riscv64", "riscv64"},
    CpuRow{Cpu::loongarch64, 0x6264, "loongarch64", "loongarch64"},
};

const CpuRow* row_of(Cpu cpu) {
    const auto row = std::ranges::find(k_cpus, cpu, &CpuRow::cpu);
    return row != k_cpus.end() ? &*row : nullptr;
}

bool has_at(Bytes bytes, std::size_t at, std::string_view text) {
    return at <= bytes.size() && as_text(bytes.subspan(at)).starts_with(text);
}

// Linux may be a UEFI program as well (its EFI stub): the boot headers of x86
// (Documentation/arch/x86/boot.rst) and of arm64, RISC-V and LoongArch, whose magic numbers share one place.
bool is_kernel(Bytes bytes) {
    constexpr std::size_t k_x86_magic_at = 0x202;
    constexpr std::size_t k_magic_at = 0x38;
    return has_at(bytes, k_x86_magic_at, "HdrS") || has_at(bytes, k_magic_at, "ARM\x64") ||
           has_at(bytes, k_magic_at, std::string_view{"RSC\x05"}) ||
           has_at(bytes, k_magic_at, "\xcd\x23\x82\x81") || has_at(bytes, 4, "zimg");
}

// Words that the programs of Debian 12, of iPXE's and of SYSLINUX's releases have in them. Where two could be
// found the one that only one program has is asked for first.
Loader efi_loader(Bytes bytes) {
    if (is_kernel(bytes)) return Loader::kernel;
    if (contains(bytes, "UEFI SHIM")) return Loader::shim;
    if (contains(bytes, "ipxe.org")) return Loader::ipxe;
    // Linked like shim, without its version.
    if (contains(bytes, "MokManager")) return Loader::companion;
    if (contains(bytes, "_Syslinux_") || contains(bytes, "Syslinux/")) return Loader::syslinux;
    if (contains(bytes, "Welcome to GRUB") || contains(bytes, "grub_")) return Loader::grub;
    return Loader::unknown;
}

// The PE header of a UEFI program; nothing when it is no program of UEFI's, whatever else begins with MZ.
std::optional<BootProgram> identify_efi(Bytes bytes) {
    constexpr std::size_t k_header_at = 0x3c;
    constexpr std::size_t k_subsystem_at = 24 + 68;  // the same in PE32 and PE32+
    if (!as_text(bytes).starts_with("MZ")) return std::nullopt;
    const auto header = little_endian(bytes, k_header_at, 4);
    if (!header || *header > bytes.size() ||
        !as_text(bytes.subspan(*header)).starts_with(std::string_view{"PE\0\0", 4}))
        return std::nullopt;
    const auto machine = little_endian(bytes, *header + 4, 2);
    const auto subsystem = little_endian(bytes, *header + k_subsystem_at, 2);
    // Application, boot service driver, run-time driver.
    if (!machine || !subsystem || *subsystem < 10 || *subsystem > 12) return std::nullopt;
    BootProgram program{.platform = Platform::efi};
    for (const auto& row : k_cpus) {
        if (row.machine == *machine) program.cpu = row.cpu;
    }
    program.loader = efi_loader(bytes);
    return program;
}

// pxeboot.img and the sector behind it; a disk's boot sector prints "GRUB " instead of "loading".
constexpr std::size_t k_grub_sectors = 4 * 512;

std::string_view base_name(std::string_view path) {
    return path.substr(path.find_last_of("/\\") + 1);
}

}  // namespace

BootProgram identify(Bytes first_bytes) {
    if (const auto program = identify_efi(first_bytes)) return *program;
    const auto text = as_text(first_bytes);
    if (text.starts_with("#!ipxe") || text.starts_with("#!gpxe")) return {.platform = Platform::script};
    const auto head = first_bytes.first(std::min(first_bytes.size(), k_identifying_bytes_of_bios));
    // What the loaders print when they start: SYSLINUX's banner, iPXE's PXE prefix, the sector that loads
    // the rest of GRUB's core image.
    if (contains(head, "PXELINUX ")) {
        const bool has_http = contains(head, "lwIP");
        return {.platform = Platform::bios, .loader = has_http ? Loader::lpxelinux : Loader::pxelinux};
    }
    if (contains(head, "PXE->EB:")) return {.platform = Platform::bios, .loader = Loader::ipxe};
    const auto sectors = first_bytes.first(std::min(first_bytes.size(), k_grub_sectors));
    if (contains(sectors, std::string_view{"loading\0", 8}) &&
        contains(sectors, std::string_view{"Geom\0Read\0 Error", 16}))
        return {.platform = Platform::bios, .loader = Loader::grub};
    return {};
}

BootProgram guess_from_name(std::string_view path) {
    const auto name = lower_case(base_name(path));
    BootProgram program;
    constexpr std::string_view k_ipxe_names[] = {"ipxe", "undionly", "snponly", "snp"};
    const bool is_ipxe = std::ranges::any_of(k_ipxe_names, [&](std::string_view start) {
        return name.starts_with(start) && !name.ends_with(".ipxe");
    });
    if (is_ipxe) program.loader = Loader::ipxe;
    if (name.starts_with("grub")) program.loader = Loader::grub;
    if (name.ends_with(".efi") || name.ends_with(".efi.signed")) {
        program.platform = Platform::efi;
        const auto stem = std::string_view{name}.substr(0, name.find(".efi"));
        for (const auto& row : k_cpus) {
            if (stem.ends_with(row.suffix)) program.cpu = row.cpu;
        }
        if (name.starts_with("shim")) program.loader = Loader::shim;
        return program;
    }
    // The last three are Windows': wdsnbp.com, pxeboot.n12, bootmgr.exe.
    constexpr std::string_view k_bios_endings[] = {".kpxe", ".kkpxe", ".kkkpxe", ".pxe", ".0",
                                                   ".nbi",  ".lkrn",  ".com",    ".n12", ".exe"};
    if (std::ranges::any_of(k_bios_endings, [&](std::string_view ending) { return name.ends_with(ending); }))
        program.platform = Platform::bios;
    if (name.ends_with(".ipxe") || name.ends_with(".gpxe")) program.platform = Platform::script;
    return program;
}

std::string_view name_of(Loader loader) {
    switch (loader) {
        case Loader::shim:
            return "shim";
        case Loader::grub:
            return "GRUB";
        case Loader::ipxe:
            return "iPXE";
        case Loader::pxelinux:
            return "PXELINUX";
        case Loader::lpxelinux:
            return "PXELINUX with HTTP";
        case Loader::syslinux:
            return "SYSLINUX";
        case Loader::kernel:
            return "Linux";
        case Loader::companion:
            return "a companion of shim";
        case Loader::unknown:
            break;
    }
    return {};
}

std::string_view name_of(Cpu cpu) {
    const auto* row = row_of(cpu);
    return row != nullptr ? row->name : std::string_view{};
}

std::string_view second_stage_of_shim(Cpu cpu) {
    switch (cpu) {
        case Cpu::ia32:
            return "grubia32.efi";
        case Cpu::x64:
            return "grubx64.efi";
        case Cpu::arm32:
            return "grubarm.efi";
        case Cpu::arm64:
            return "grubaa64.efi";
        case Cpu::unknown:
        case Cpu::ia64:
        case Cpu::riscv64:
        case Cpu::loongarch64:
            return {};  // shim is not built for them
    }
    return {};
}

std::string_view key_manager_of_shim(Cpu cpu) {
    switch (cpu) {
        case Cpu::ia32:
            return "mmia32.efi";
        case Cpu::x64:
            return "mmx64.efi";
        case Cpu::arm32:
            return "mmarm.efi";
        case Cpu::arm64:
            return "mmaa64.efi";
        case Cpu::unknown:
        case Cpu::ia64:
        case Cpu::riscv64:
        case Cpu::loongarch64:
            return {};
    }
    return {};
}

}  // namespace pxed::tree
