#include "tree/pxelinux_script.hpp"

namespace pxed::tree {

namespace {

// PXELINUX 6.04 puts its own directory before a name with a leading slash as well (seen: `bios//linux`), but
// for what follows `::`. U-Boot, which reads the same scripts, knows a leading slash alone; it is served from
// the root, where both mean the same.
std::string file_text(std::string_view file, bool is_below) {
    if (is_url(file)) return std::string{file};
    const auto start = file.find_first_not_of('/');
    return (is_below ? "::/" : "/") +
           std::string{start == file.npos ? std::string_view{} : file.substr(start)};
}

}  // namespace

std::string pxelinux_script(const LinuxBoot& boot, std::string_view name) {
    const auto own = name.rfind("pxelinux.cfg/");
    const bool is_below = own != name.npos && name.substr(0, own).find_first_not_of('/') != name.npos;
    // What stands behind a keyword is taken as it is, to the end of the line.
    std::string text =
        "# Written by pxed from a boot-linux line; a file of this name wins.\n"
        "DEFAULT linux\nPROMPT 0\nLABEL linux\n  LINUX " +
        file_text(boot.kernel, is_below) + '\n';
    for (std::size_t i = 0; i < boot.initrds.size(); ++i)
        text += (i == 0 ? "  INITRD " : ",") + file_text(boot.initrds[i], is_below);
    if (!boot.initrds.empty()) text += '\n';
    if (!boot.command_line.empty()) text += "  APPEND " + boot.command_line + '\n';
    return text;
}

}  // namespace pxed::tree
