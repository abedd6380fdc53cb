#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pxed::scenario {

/// One line of a scenario with the indented lines below it.
struct Step {
    unsigned line = 0;
    std::vector<std::string> words;  ///< split at blanks; a quoted part keeps its quotes and blanks
    std::vector<std::string> block;  ///< without their common indentation

    [[nodiscard]] const std::string& verb() const { return words.front(); }
    /// The block as one line.
    [[nodiscard]] std::string joined() const;
    /// The block as it stands, each line ended.
    [[nodiscard]] std::string text() const;
};

struct Scenario {
    std::string name;
    std::string sentence;  ///< what it shows: the comment at its top
    std::vector<Step> steps;
};

/// Reads a scenario's text. Errors: `line N: what`.
[[nodiscard]] Result<Scenario, std::string> read(std::string name, std::string_view text);

/// Words between blanks; blanks inside double quotes belong to the word.
[[nodiscard]] std::vector<std::string> words_of(std::string_view line);

/// The name in front of a `name=value` word; the whole word without `=`.
[[nodiscard]] std::string_view name_of(std::string_view word);
/// The value behind it, without quotes around it.
[[nodiscard]] std::string_view value_of(std::string_view word);

/// `text` with the fields of `defaults` that it does not name itself.
[[nodiscard]] std::string with_defaults(std::string_view text, std::string_view defaults);

}  // namespace pxed::scenario
