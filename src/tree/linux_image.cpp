// How kernels begin: Documentation/arch/x86/boot.rst, arm64/booting.rst, riscv/boot-image-header.rst, and
// arch/arm/boot/compressed/head.S of Linux.

#include "tree/linux_image.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"

namespace pxed::tree {

namespace {

struct Mark {
    std::size_t at;
    std::string_view bytes;
};

constexpr std::array k_marks{
    Mark{0x202, "HdrS"},             // x86
    Mark{0x38, "ARM\x64"},           // arm64
    Mark{0x24, "\x18\x28\x6f\x01"},  // arm zImage
    Mark{0x38, "RSC\x05"},           // RISC-V
    Mark{0, "MZ"},                   // starts under UEFI by itself
    Mark{0,
         "\x7f"
         "ELF"},                  // POWER
    Mark{0, "\x1f\x8b"},          // gzip, as arm64 has it
    Mark{0, "\x28\xb5\x2f\xfd"},  // zstd
};

}  // namespace

bool may_be_kernel(Bytes first_bytes) {
    const auto text = as_text(first_bytes);
    return std::ranges::any_of(k_marks, [text](const Mark& mark) {
        return text.size() >= mark.at && text.substr(mark.at).starts_with(mark.bytes);
    });
}

}  // namespace pxed::tree
