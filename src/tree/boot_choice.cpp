// The order in which programs are preferred. It is documented in pxed-boot(7), "Which program a machine
// gets".

#include "tree/boot_choice.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.hpp"

namespace pxed::tree {

namespace {

std::string_view directory_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::string_view{} : path.substr(0, slash + 1);
}

std::string_view name_in(std::string_view path) {
    return path.substr(directory_of(path).size());
}

// iPXE asks for autoexec.ipxe by itself, from the directory it came from; boot.ipxe is what pxed names to it.
constexpr std::array<std::string_view, 2> k_scripts{"boot.ipxe", "autoexec.ipxe"};

// A shim without its second program only says that it is missing.
bool is_whole_shim(const BootTree& tree, std::string_view path, Cpu cpu) {
    const auto second = second_stage_of_shim(cpu);
    return !second.empty() && tree.find(std::string{directory_of(path)} + std::string{second}) != nullptr;
}

// UEFI 2.10 3.5.1.1: what firmware starts from a medium that says nothing else.
bool is_default_name(std::string_view path) {
    return lower_case(name_in(path)).starts_with("boot");
}

// What each kind of program counts for; 0: it is never chosen.
//
// iPXE comes first where a script waits for it: nobody has one without wanting iPXE to run it. Otherwise shim
// before GRUB, because the server cannot know which machine checks signatures, and both before an iPXE that
// would find nothing to run. In proxy mode iPXE goes first: GRUB 2.06 loses the ProxyDHCP offer, looks for
// grub.cfg on the DHCP server and stops at its prompt (rhboot/grub2#87; seen in the laboratory).
unsigned worth_of(const BootTree& tree, std::string_view path, const BootProgram& program,
                  const FoundFor& client) {
    switch (program.loader) {
        case Loader::ipxe: {
            const bool has_script = !script_beside(tree, path).empty();
            if (client.is_ipxe) return 0;
            if (has_script) return 9;
            return client.is_proxy && client.platform == Platform::efi ? 8 : 3;
        }
        case Loader::shim:
            return is_whole_shim(tree, path, program.cpu) ? 7 : 0;
        case Loader::pxelinux:
        case Loader::lpxelinux:
            return 6;
        case Loader::grub:
            return 5;
        case Loader::syslinux:
            return 4;
        case Loader::unknown:
            return client.platform == Platform::efi && is_default_name(path) ? 2 : 0;
        case Loader::kernel:
        case Loader::companion:
            return 0;
    }
    return 0;
}

// Among programs of one worth: builds on the firmware's own network driver before those with drivers of
// their own, which hang on some cards (ipxe#1211, ipxe#1392); then the shortest way, then the alphabet.
auto rank_of(const std::string& path, const BootProgram& program) {
    const auto name = lower_case(name_in(path));
    const bool has_drivers = program.is_ipxe() && !name.starts_with("undionly") && !name.starts_with("snp");
    return std::tuple{has_drivers, std::ranges::count(path, '/'), path.size(), path};
}

bool can_start(const FoundFor& client, const BootProgram& program) {
    return program.platform == client.platform &&
           (client.platform != Platform::efi || program.cpu == client.cpu);
}

}  // namespace

FoundFor found_for(Arch arch) {
    const auto efi = [](Cpu cpu, bool is_http) {
        return FoundFor{.platform = Platform::efi, .cpu = cpu, .is_http = is_http};
    };
    // Few of the registry's numbers have programs that anybody could find: no default here, the rest is none.
    if (arch == Arch::bios) return {.platform = Platform::bios};
    if (arch == Arch::ia32_efi || arch == Arch::ia32_http) return efi(Cpu::ia32, arch == Arch::ia32_http);
    if (arch == Arch::x64_efi || arch == Arch::ebc_efi) return efi(Cpu::x64, false);
    if (arch == Arch::x64_http || arch == Arch::ebc_http) return efi(Cpu::x64, true);
    if (arch == Arch::ia64) return efi(Cpu::ia64, false);
    if (arch == Arch::arm32_efi || arch == Arch::arm32_http) return efi(Cpu::arm32, arch == Arch::arm32_http);
    if (arch == Arch::arm64_efi || arch == Arch::arm64_http) return efi(Cpu::arm64, arch == Arch::arm64_http);
    if (arch == Arch::riscv64_efi || arch == Arch::riscv64_http)
        return efi(Cpu::riscv64, arch == Arch::riscv64_http);
    if (arch == Arch::loongarch64_efi || arch == Arch::loongarch64_http)
        return efi(Cpu::loongarch64, arch == Arch::loongarch64_http);
    return {};
}

std::string script_beside(const BootTree& tree, std::string_view program) {
    // The place goes before the name: who has a directory for each kind of machine means its own script.
    for (const auto where : {directory_of(program), std::string_view{}}) {
        for (const auto name : k_scripts) {
            auto path = std::string{where} + std::string{name};
            if (tree.find(path) != nullptr) return path;
        }
    }
    return {};
}

std::string choose(const BootTree& tree, const FoundFor& client) {
    const std::pair<const std::string, BootProgram>* best = nullptr;
    unsigned best_worth = 0;
    for (const auto& entry : tree.programs) {
        const auto& [path, program] = entry;
        if (!can_start(client, program)) continue;
        const auto worth = worth_of(tree, path, program, client);
        if (worth == 0 || worth < best_worth) continue;
        if (worth > best_worth || rank_of(path, program) < rank_of(best->first, best->second)) {
            best = &entry;
            best_worth = worth;
        }
    }
    if (!client.is_ipxe) return best == nullptr ? std::string{} : best->first;
    // Where the iPXE that firmware gets has a script, that is what it is to go on with.
    FoundFor firmware = client;
    firmware.is_ipxe = false;
    const auto started = choose(tree, firmware);
    auto script = script_beside(tree, started);
    if (!script.empty()) return script;
    return best == nullptr ? std::string{} : best->first;
}

std::string_view FoundMap::file_for(const FoundFor& client) const {
    const auto found = files.find(client);
    return found == files.end() ? std::string_view{} : std::string_view{found->second};
}

FoundMap choose_all(const BootTree& tftp, const BootTree& http) {
    constexpr std::array k_cpus{Cpu::ia32, Cpu::x64,     Cpu::arm32,      Cpu::arm64,
                                Cpu::ia64, Cpu::riscv64, Cpu::loongarch64};
    std::vector<FoundFor> kinds{{.platform = Platform::bios}};
    for (const auto cpu : k_cpus) {
        kinds.push_back({.platform = Platform::efi, .cpu = cpu});
        kinds.push_back({.platform = Platform::efi, .cpu = cpu, .is_http = true});
    }
    FoundMap map;
    for (auto kind : kinds) {
        for (const bool is_ipxe : {false, true}) {
            for (const bool is_proxy : {false, true}) {
                kind.is_ipxe = is_ipxe;
                kind.is_proxy = is_proxy;
                auto file = choose(kind.is_http ? http : tftp, kind);
                if (!file.empty()) map.files.emplace(kind, std::move(file));
            }
        }
    }
    return map;
}

}  // namespace pxed::tree
