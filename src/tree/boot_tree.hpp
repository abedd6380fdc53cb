#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tree/boot_program.hpp"

namespace pxed::tree {

/// What the boot tree held when the configuration was read: programs and scripts by their path below the
/// root. Files that no line needs and no rule looks for are not in it.
struct BootTree {
    std::map<std::string, BootProgram, std::less<>> programs;
    bool is_cut_short = false;  ///< there was more than is looked at

    /// What the file is; nullptr: it is not there, or was not looked at.
    [[nodiscard]] const BootProgram* find(std::string_view path) const {
        const auto found = programs.find(path);
        return found == programs.end() ? nullptr : &found->second;
    }
};

}  // namespace pxed::tree
