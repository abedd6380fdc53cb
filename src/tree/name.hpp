#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pxed::tree {

/// What a client's spelling may stand for.
struct NameRules {
    std::string root;  ///< the served directory, absolute: a name may repeat it (`/srv/tftp/x`)
    /// tftp-unique-root: look here, below the root, and nowhere else; empty: none.
    std::string unique_directory;
    bool lower_cases = false;  ///< tftp-lowercase
    /// `0123abcd/file` stands for `file` as well: Raspberry Pis ask in a directory of their serial number.
    bool shares_serial_directories = false;
};

/// The paths below the root to try for an asked name, best first: `\` becomes `/`, a leading root or `/` is
/// dropped, `//` and `/./` are folded. Empty when the name cannot be served: it has a `..` component, a NUL,
/// nothing in it, or is over 4,095 bytes. A trailing 0xff (firmware that reads past option 67) is tried
/// without as well.
[[nodiscard]] std::vector<std::string> candidates(std::string_view asked, const NameRules& rules);

/// The same names looked for beside the boot program that the client runs (`debian/shimx64.efi`, a path below
/// the root), or in the directories below that one: shim asks for `grubx64.efi` at the root where DHCP named
/// it by option 67 alone, iPXE for `autoexec.ipxe`, Windows for `\Boot\BCD`. Empty when the program is at the
/// root itself; a name that is there already is left out.
[[nodiscard]] std::vector<std::string> beside(std::string_view program,
                                              const std::vector<std::string>& names);

}  // namespace pxed::tree
