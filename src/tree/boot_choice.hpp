#pragma once
// Which of the programs of a boot tree a machine is given when the file names none.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tree/boot_program.hpp"
#include "tree/boot_tree.hpp"
#include "wire/arch.hpp"

namespace pxed::tree {

/// A kind of client that a program can be found for.
struct FoundFor {
    Platform platform = Platform::unknown;  ///< bios or efi
    Cpu cpu = Cpu::unknown;                 ///< of UEFI
    bool is_http = false;                   ///< it loads by HTTP (UEFI HTTP Boot)
    bool is_ipxe = false;                   ///< iPXE runs on it already
    bool is_proxy = false;                  ///< another server gives the addresses
    friend auto operator<=>(const FoundFor&, const FoundFor&) = default;
};

/// The kind a client of this architecture is; `platform` is unknown where nothing can be found for it.
[[nodiscard]] FoundFor found_for(Arch arch);

/// The script for the iPXE that is this program: boot.ipxe or autoexec.ipxe beside it, else at the root;
/// empty: there is none. `program` is a path below the root with `/` in it.
[[nodiscard]] std::string script_beside(const BootTree& tree, std::string_view program);

/// The best program of the tree for that kind of client; empty: there is none. Pure. For iPXE that may be a
/// script, and never is iPXE.
[[nodiscard]] std::string choose(const BootTree& tree, const FoundFor& client);

/// What is chosen for each kind of client that something was found for.
struct FoundMap {
    std::map<FoundFor, std::string> files;

    /// Empty: nothing was found. Views point into the map.
    [[nodiscard]] std::string_view file_for(const FoundFor& client) const;
};

/// All choices; `http`: the tree that HTTP serves. A service that is off has an empty tree.
[[nodiscard]] FoundMap choose_all(const BootTree& tftp, const BootTree& http);

}  // namespace pxed::tree
