#include "coverage.hpp"

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include "base/text.hpp"
#include "case.hpp"
#include "differences.hpp"
#include "scenario.hpp"

namespace pxed::oracle {
namespace {

constexpr std::size_t k_least_configurations = 120;

using Ids = std::set<std::string, std::less<>>;

void complain(const std::string& sentence, unsigned& missing) {
    std::printf("%s\n", sentence.c_str());
    ++missing;
}

/// `ID sentence` a line.
Result<Ids, std::string> read_forms(const std::string& path) {
    TRY(const std::string text, read_file(path));
    Ids ids;
    for (const std::string_view line : split(text, '\n')) {
        const auto words = scenario::words_of(line);
        if (words.empty() || words.front().starts_with('#')) continue;
        if (words.size() < 2) return fail(path + ": " + words.front() + " lacks its sentence");
        if (!ids.insert(words.front()).second)
            return fail(path + ": " + words.front() + " stands there twice");
    }
    return ids;
}

/// The rows that the recorded runs used, and the cases that were played.
void read_records(const std::string& directory, Ids& used, Ids& played) {
    for (const auto& entry : std::filesystem::directory_iterator{directory}) {
        if (entry.path().extension() != ".record") continue;
        const auto text = read_file(entry.path().string());
        if (!text) continue;
        for (const std::string_view line : split(*text, '\n')) {
            const auto words = scenario::words_of(line);
            if (words.size() != 2) continue;
            played.insert(words[0]);
            used.insert(words[1]);
        }
    }
}

Result<unsigned, std::string> count_missing(const Settings& settings) {
    unsigned missing = 0;
    TRY(const Ids forms, read_forms(settings.forms));
    TRY(const std::string text, read_file(settings.differences));
    TRY(const auto table, read_differences(text));
    Ids covered;
    Ids used;
    Ids played;
    if (!settings.records.empty()) read_records(settings.records, used, played);
    for (const std::string& path : settings.cases) {
        TRY(const Case one, read_case(path));
        covered.insert(one.covers.begin(), one.covers.end());
        if (!played.contains(one.scenario.name)) complain("not played: " + path, missing);
    }
    for (const std::string& id : forms) {
        if (!covered.contains(id)) complain("no case covers " + id, missing);
    }
    for (const std::string& id : covered) {
        if (!forms.contains(id)) complain("forms.list does not know " + id, missing);
    }
    for (const Difference& row : table) {
        if (!used.contains(row.id)) complain("no case shows the difference " + row.id, missing);
    }
    if (settings.cases.size() < k_least_configurations) {
        complain("only " + std::to_string(settings.cases.size()) + " configurations", missing);
    }
    std::printf("%zu configurations, %zu forms, %zu differences: %u missing\n", settings.cases.size(),
                forms.size(), table.size(), missing);
    return missing;
}

}  // namespace

bool report_coverage(const Settings& settings) {
    const auto missing = count_missing(settings);
    if (!missing) std::printf("%s\n", missing.error().c_str());
    return missing && *missing == 0;
}

}  // namespace pxed::oracle
