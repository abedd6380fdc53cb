#include "dhcp/arch_word.hpp"

#include <algorithm>
#include <array>

namespace pxed::dhcp {

namespace {

using enum Arch;

// The registry has a number of its own for each way to load; a file is the same for both. So one word has the
// numbers of both, and `uefi-http` tells them apart.
constexpr std::array k_bios{bios};
constexpr std::array k_bios_http{bios_http};
constexpr std::array k_ia32{ia32_efi, ia32_http};
constexpr std::array k_x64{x64_efi, x64_http, ebc_efi, ebc_http};
constexpr std::array k_ebc{ebc_efi, ebc_http};
constexpr std::array k_ia64{ia64};
constexpr std::array k_arm32{arm32_efi, arm32_http};
constexpr std::array k_arm64{arm64_efi, arm64_http};
constexpr std::array k_riscv32{riscv32_efi, riscv32_http};
constexpr std::array k_riscv64{riscv64_efi, riscv64_http};
constexpr std::array k_riscv128{riscv128_efi, riscv128_http};
constexpr std::array k_loongarch32{loongarch32_efi, loongarch32_http};
constexpr std::array k_loongarch64{loongarch64_efi, loongarch64_http};
constexpr std::array k_uboot_arm32{arm32_uboot, arm32_uboot_http};
constexpr std::array k_uboot_arm64{arm64_uboot, arm64_uboot_http};

constexpr std::string_view k_ipxe_word = "ipxe";
constexpr std::string_view k_uefi_http_word = "uefi-http";
constexpr std::string_view k_uefi_word = "uefi";
constexpr std::string_view k_ebc_word = "efi-ebc";

constexpr std::array k_words{
    ArchWord{"bios", k_bios},
    ArchWord{"efi-ia32", k_ia32},
    ArchWord{"efi-x64", k_x64},
    ArchWord{k_ebc_word, k_ebc},
    ArchWord{"efi-ia64", k_ia64},
    ArchWord{"efi-arm32", k_arm32},
    ArchWord{"efi-arm64", k_arm64},
    ArchWord{"efi-riscv32", k_riscv32},
    ArchWord{"efi-riscv64", k_riscv64},
    ArchWord{"efi-riscv128", k_riscv128},
    ArchWord{"efi-loongarch32", k_loongarch32},
    ArchWord{"efi-loongarch64", k_loongarch64},
    ArchWord{"uboot-arm32", k_uboot_arm32},
    ArchWord{"uboot-arm64", k_uboot_arm64},
    ArchWord{"bios-http", k_bios_http},
    ArchWord{k_uefi_word, {}},
    ArchWord{k_uefi_http_word, {}},
    ArchWord{k_ipxe_word, {}},
};

bool has(const ArchWord& word, Arch arch) {
    return std::ranges::find(word.archs, arch) != word.archs.end();
}

bool is_uefi(Arch arch) {
    return std::ranges::any_of(
        k_words, [&](const ArchWord& word) { return word.name.starts_with("efi-") && has(word, arch); });
}

}  // namespace

std::span<const ArchWord> arch_words() {
    return k_words;
}

const ArchWord* find_arch_word(std::string_view name) {
    const auto* found = std::ranges::find(k_words, name, &ArchWord::name);
    return found == k_words.end() ? nullptr : found;
}

bool is_true_of(const ArchWord& word, const BootClient& client) {
    if (word.name == k_ipxe_word) return client.is_ipxe;
    if ((!client.boots() && !client.is_ipxe) || !client.arch) return false;
    if (word.name == k_uefi_word) return is_uefi(*client.arch);
    if (word.name == k_uefi_http_word) return client.is_http_boot && is_uefi(*client.arch);
    return has(word, *client.arch);
}

std::optional<Arch> twin_of(Arch arch) {
    constexpr std::array<std::pair<Arch, Arch>, 2> k_twins{{{x64_efi, ebc_efi}, {x64_http, ebc_http}}};
    for (const auto& [one, other] : k_twins) {
        if (arch == one) return other;
        if (arch == other) return one;
    }
    return std::nullopt;
}

ArchFit fit_of(const ArchTest& test, const BootClient& client) {
    const ArchWord* word = test.number ? nullptr : find_arch_word(test.text);
    bool is_exact = false;
    bool is_of_kind = false;
    if (word != nullptr) {
        is_of_kind = is_true_of(*word, client);
        is_exact = is_of_kind && (word->name == k_ebc_word || word->name == k_ipxe_word);
        if (word->name == k_ipxe_word) return is_exact ? ArchFit::exact : ArchFit::none;
    } else if (client.arch && (client.boots() || client.is_ipxe)) {
        is_exact = client.arch == test.number;
        is_of_kind = is_exact || client.arch == twin_of(*test.number);
    }
    if (!is_of_kind) return ArchFit::none;
    if (client.is_ipxe) return ArchFit::firmware;
    return is_exact ? ArchFit::exact : ArchFit::kind;
}

}  // namespace pxed::dhcp
