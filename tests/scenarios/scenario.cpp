#include "scenario.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace pxed::scenario {
namespace {

bool is_indented(std::string_view line) {
    return line.front() == ' ' || line.front() == '\t';
}

}  // namespace

std::string Step::joined() const {
    std::string all;
    for (const std::string& part : block)
        all += (all.empty() ? "" : " ") + part;
    return all;
}

std::string Step::text() const {
    std::string all;
    for (const std::string& part : block)
        all += part + "\n";
    return all;
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool is_quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (is_quoted && c == '\\' && i + 1 < line.size()) {
            word += c;
            word += line[++i];
            continue;
        }
        if (c == '"') is_quoted = !is_quoted;
        if (!is_quoted && (c == ' ' || c == '\t')) {
            if (!word.empty()) words.push_back(std::move(word));
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

std::string_view name_of(std::string_view word) {
    return word.substr(0, word.find('='));
}

std::string_view value_of(std::string_view word) {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) return {};
    word.remove_prefix(equals + 1);
    if (word.size() >= 2 && word.front() == '"' && word.back() == '"') word = word.substr(1, word.size() - 2);
    return word;
}

std::string with_defaults(std::string_view text, std::string_view defaults) {
    const auto own = words_of(text);
    std::string all{text};
    for (const std::string& word : words_of(defaults)) {
        const bool is_named =
            std::ranges::any_of(own, [&](const std::string& w) { return name_of(w) == name_of(word); });
        if (!is_named) all += ' ' + word;
    }
    return all;
}

Result<Scenario, std::string> read(std::string name, std::string_view text) {
    Scenario scenario{std::move(name), {}, {}};
    unsigned number = 0;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        const std::string_view content = trim(line);
        if (content.empty()) continue;
        if (is_indented(line)) {
            if (scenario.steps.empty())
                return fail("line " + std::to_string(number) + ": indented, but below nothing");
            // Comments of a configuration are its own business: they are part of what is tested.
            scenario.steps.back().block.emplace_back(content);
            continue;
        }
        if (content.front() == '#') {
            if (scenario.steps.empty()) {
                if (!scenario.sentence.empty()) scenario.sentence += ' ';
                scenario.sentence += trim(content.substr(1));
            }
            continue;
        }
        scenario.steps.push_back({number, words_of(content), {}});
    }
    if (scenario.sentence.empty())
        return fail("line 1: a scenario begins with a comment that says what it shows");
    return scenario;
}

}  // namespace pxed::scenario
