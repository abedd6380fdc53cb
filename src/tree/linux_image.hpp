#pragma once

#include "base/bytes.hpp"

namespace pxed::tree {

/// Whether a file may be a Linux kernel, from its first KiB: the header of one for x86, ARM or RISC-V, a
/// program of UEFI's, ELF, or something compressed, which other processors' loaders unpack.
[[nodiscard]] bool may_be_kernel(Bytes first_bytes);

}  // namespace pxed::tree
