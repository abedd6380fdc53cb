#pragma once
// What the boot tree has to do with a configuration: what is looked for in it, and what is made of it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "tree/boot_tree.hpp"

namespace pxed::config {

/// Whether programs are looked for in the boot tree: files are served and machines asked for them, and the
/// file says nothing of what they boot.
[[nodiscard]] bool looks_for_programs(const Config& config);

/// Whether HTTP serves another tree than TFTP does.
[[nodiscard]] bool has_http_another_tree(const Config& config);

/// The files that lines name, as they name them, URLs left out; and the scripts that iPXE may get in their
/// place. Each once. What boot-linux names only where it matters which tree has it.
[[nodiscard]] std::vector<std::string> named_boot_files(const Config& config);

/// Whether both have the same boot tree, so that what was seen of the one holds for the other.
[[nodiscard]] bool serve_the_same_tree(const Config& one, const Config& other);

/// What was seen of the trees that are served.
struct BootTrees {
    tree::BootTree tree;                 ///< TFTP's, or HTTP's where there is no TFTP
    std::optional<tree::BootTree> http;  ///< HTTP's, where it has another
};

/// Puts what was seen into the configuration, and what machines get of it.
void use_boot_trees(Config& config, BootTrees trees);

/// The same from another configuration with the same trees; `old` is not to be asked for them again.
void use_boot_trees_of(Config& old, Config& config);

/// One sentence for each kind of machine that something was found for: `efi-x64: boot/shimx64.efi (shim)`.
[[nodiscard]] std::vector<std::string> found_lines(const Config& config);

}  // namespace pxed::config
