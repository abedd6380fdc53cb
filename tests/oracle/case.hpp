#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "scenario.hpp"

namespace pxed::oracle {

/// One configuration and one conversation, in the grammar of scenarios but without expectations: dnsmasq is
/// what is expected.
struct Case {
    std::string path;
    scenario::Scenario scenario;
    std::vector<std::string> covers;  ///< ids of forms.list, from its `# covers:` lines

    /// All configuration lines, of all its files.
    [[nodiscard]] std::string configuration() const;
};

/// Errors: `PATH: line N: what`.
[[nodiscard]] Result<Case, std::string> read_case(const std::string& path);

/// The whole file. Errors: `PATH: cannot read`.
[[nodiscard]] Result<std::string, std::string> read_file(const std::string& path);

/// The bytes that `\t`, `\r`, `\n`, `\s` (a blank), `\xHH` and `\\` stand for.
[[nodiscard]] std::string unescaped(std::string_view text);

}  // namespace pxed::oracle
