// scenario_runner FILE...              plays each scenario with every store
// scenario_runner --coverage FILE...   names the directives that no scenario uses
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>

#include "base/text.hpp"
#include "config/directive.hpp"
#include "player.hpp"
#include "scenario.hpp"

namespace {

using namespace pxed;
using namespace pxed::scenario;

constexpr int k_failed = 1;

std::optional<Scenario> read_file(const std::string& path) {
    std::ifstream stream{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream) {
        std::fprintf(stderr, "%s: cannot read\n", path.c_str());
        return std::nullopt;
    }
    auto read_result = read(path, text);
    if (!read_result) {
        std::fprintf(stderr, "%s: %s\n", path.c_str(), read_result.error().c_str());
        return std::nullopt;
    }
    return std::move(*read_result);
}

bool play_with_every_store(const Scenario& scenario) {
    unsigned played = 0;
    for (const StoreKind kind :
         {StoreKind::at_once, StoreKind::late, StoreKind::reordered, StoreKind::sqlite}) {
        Player player{scenario, kind};
        const auto outcome = player.play();
        if (player.is_skipped()) continue;
        ++played;
        if (outcome) continue;
        std::fprintf(stderr, "%s (store: %s)\n%s\n", scenario.name.c_str(),
                     std::string{name_of(kind)}.c_str(), outcome.error().c_str());
        return false;
    }
    if (played == 0) std::fprintf(stderr, "%s: no store may play it\n", scenario.name.c_str());
    return played > 0;
}

/// The directives a scenario's configurations use. Refused ones count as well: their text is tested.
void collect_directives(const Scenario& scenario, std::set<std::string, std::less<>>& used) {
    for (const Step& step : scenario.steps) {
        if (step.verb() != "config" && step.verb() != "reload" && step.verb() != "file") continue;
        for (const std::string& line : step.block) {
            used.emplace(trim(std::string_view{line}.substr(0, line.find_first_of("= \t"))));
        }
    }
}

int report_coverage(std::span<char*> paths) {
    std::set<std::string, std::less<>> used;
    for (const char* path : paths) {
        const auto scenario = read_file(path);
        if (!scenario) return k_failed;
        collect_directives(*scenario, used);
    }
    unsigned served = 0;
    unsigned missing = 0;
    for (const config::Directive& row : config::directives()) {
        if (row.status != config::Status::served) continue;
        ++served;
        if (used.contains(row.name)) continue;
        ++missing;
        std::fprintf(stderr, "no scenario uses %s\n", std::string{row.name}.c_str());
    }
    std::printf("%zu scenarios use %u of %u served directives\n", paths.size(), served - missing, served);
    return missing == 0 ? 0 : k_failed;
}

int run(std::span<char*> arguments) {
    if (arguments.empty()) {
        std::fprintf(stderr, "scenario_runner [--coverage] FILE...\n");
        return 2;
    }
    if (std::string_view{arguments.front()} == "--coverage") return report_coverage(arguments.subspan(1));
    bool is_good = true;
    for (const char* path : arguments) {
        const auto scenario = read_file(path);
        is_good = scenario && play_with_every_store(*scenario) && is_good;
    }
    return is_good ? 0 : k_failed;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(std::span{argv + 1, static_cast<std::size_t>(argc - 1)});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "scenario_runner: %s\n", error.what());
        return k_failed;
    }
}
