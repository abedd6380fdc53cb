#pragma once
// What is written from the directive table for people and their shells.

#include <optional>
#include <string>
#include <string_view>

#include "config/directive.hpp"

namespace pxed::config {

/// The heading of a group: `DHCP: addresses and leases`.
[[nodiscard]] std::string_view heading_of(Group group);

/// The word by which `--help WORD` asks for a group: `dhcp`.
[[nodiscard]] std::string_view word_of(Group group);

/// `--help`: usage, pxed's own options, and one line a directive, by group.
[[nodiscard]] std::string help_text();

/// `--help TOPIC`: the lines of one group, or syntax and manual of one directive; nullopt when there is no
/// such topic.
[[nodiscard]] std::optional<std::string> help_text(std::string_view topic);

/// The directive section of pxed.conf(5), in man(7) macros.
[[nodiscard]] std::string manual_section();

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

/// syntax/pxed.vim.
[[nodiscard]] std::string vim_syntax();

/// A libFuzzer dictionary of all names and of the words of their values.
[[nodiscard]] std::string fuzz_dictionary();

}  // namespace pxed::config
