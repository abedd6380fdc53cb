#include "dhcp/tags.hpp"

#include <algorithm>

namespace pxed::dhcp {

void Tags::set(std::string_view name) {
    if (!name.empty() && !has(name)) names_.emplace_back(name);
}

void Tags::set_all(std::span<const std::string> names) {
    for (const auto& name : names)
        set(name);
}

bool Tags::has(std::string_view name) const {
    return std::ranges::find(names_, name) != names_.end();
}

bool Tags::satisfy(const TagTests& tests) const {
    return std::ranges::all_of(tests, [&](const TagTest& test) { return has(test.name) != test.is_negated; });
}

bool Tags::satisfy_with_wildcards(const TagTests& tests) const {
    return std::ranges::all_of(tests, [&](const TagTest& test) {
        if (!test.name.ends_with('*')) return has(test.name) != test.is_negated;
        const auto beginning = std::string_view{test.name}.substr(0, test.name.size() - 1);
        const bool is_there =
            std::ranges::any_of(names_, [&](const std::string& name) { return name.starts_with(beginning); });
        return is_there != test.is_negated;
    });
}

std::string Tags::text() const {
    std::string joined;
    for (const auto& name : names_) {
        if (!joined.empty()) joined += ", ";
        joined += name;
    }
    return joined;
}

void apply_tag_ifs(std::span<const TagIf> lines, Tags& tags) {
    for (const auto& line : lines) {
        if (tags.satisfy_with_wildcards(line.tests)) tags.set_all(line.sets);
    }
}

}  // namespace pxed::dhcp
