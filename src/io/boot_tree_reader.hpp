#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/boot_trees.hpp"
#include "config/config.hpp"
#include "io/tftp_tree.hpp"
#include "tree/boot_tree.hpp"

namespace pxed::io {

/// What is to be seen of a boot tree. A value, so that the disk thread can have it whole.
struct BootTreeWish {
    tftp::Policy tree;                 ///< TFTP's, or HTTP's where there is no TFTP
    std::optional<tftp::Policy> http;  ///< HTTP's, where it has another
    std::vector<std::string> names;    ///< files that lines name
    bool looks_for_programs = false;   ///< and whatever boots
};

/// How much of a tree is looked at: a mirror of a distribution may lie in it, on a disk that sleeps.
struct BootTreeBounds {
    unsigned depth = 6;  ///< directories below the root
    std::size_t entries = 10'000;
    std::uint64_t bytes = 256ULL * 1024 * 1024;
    milliseconds time{2000};
    milliseconds time_for_named{10'000};  ///< before that, for the files that lines name
};

/// What a configuration wants to see. Looks at nothing.
[[nodiscard]] BootTreeWish wish_of(const config::Config& config);

/// Looks at the files as a client would find them, so at none that it would not be given; nothing where the
/// roots are not there. Waits for the disk: at most for the bounds, and for one answer of it.
[[nodiscard]] config::BootTrees read_boot_trees(const BootTreeWish& wish, const BootTreeBounds& bounds = {});

}  // namespace pxed::io
