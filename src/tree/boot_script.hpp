#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pxed::tree {

/// A Linux that a boot loader is to start. Each file is a path below the root, or a URL that begins with
/// http://, https:// or tftp://. Requires: no blank, control character, comma or quote in a file's name, no
/// control character in the command line.
struct LinuxBoot {
    std::string kernel;
    std::vector<std::string> initrds;  ///< in the order the kernel unpacks them; may be empty
    std::string command_line;          ///< as the kernel is to see it; quotes are the kernel's
};

/// Who reads a script.
enum class ScriptLanguage : std::uint8_t { ipxe, grub, pxelinux };

/// The script that iPXE is sent to when nothing else is named for it.
inline constexpr std::string_view k_ipxe_script = "boot.ipxe";

/// Whether a URL rather than a path below the root.
[[nodiscard]] bool is_url(std::string_view file);

/// Whose script a file of that name is, in whatever directory it is asked for: `boot.ipxe` and
/// `autoexec.ipxe`, `grub.cfg`, `pxelinux.cfg/default`. Nothing: no loader looks for its script there.
[[nodiscard]] std::optional<ScriptLanguage> script_language_of(std::string_view path);

/// The whole script that starts it. Names below the root are said with a leading slash, so that each loader
/// asks the server and the protocol its script came by. Pure; nothing of it comes from a client.
[[nodiscard]] std::string boot_script(const LinuxBoot& boot, ScriptLanguage language);

}  // namespace pxed::tree
