// oracle_runner --pxed PATH --differences FILE [--shard I/N] [--record FILE] CASE...   dnsmasq against pxed
// oracle_runner --self [--shard I/N] CASE...                                           dnsmasq against itself
// oracle_runner --faults FILE --faulty PATH --differences FILE CASE...
//   each fault must be noticed
// oracle_runner --coverage --forms FILE --differences FILE --records DIR CASE...
//   nothing may be unexercised
// README.md says more.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "base/text.hpp"
#include "command.hpp"
#include "coverage.hpp"
#include "faults.hpp"
#include "workers.hpp"

namespace {

using namespace pxed;
using namespace pxed::oracle;

constexpr int k_good = 0;
constexpr int k_failed = 1;
constexpr int k_skipped = 77;

using Status = Result<int, std::string>;

Result<std::vector<Difference>, std::string> read_table(const Settings& settings) {
    if (settings.differences.empty()) return std::vector<Difference>{};
    TRY(const std::string text, read_file(settings.differences));
    auto table = read_differences(text);
    if (!table) return fail(settings.differences + ": " + table.error());
    return table;
}

Result<std::vector<Case>, std::string> read_cases(const Settings& settings) {
    std::vector<Case> cases;
    for (std::size_t i = 0; i < settings.cases.size(); ++i) {
        const std::string& path = settings.cases[i];
        if (i % settings.shards != settings.shard) continue;
        if (path.find(settings.filter) == std::string::npos) continue;
        TRY(Case one, read_case(path));
        cases.push_back(std::move(one));
    }
    return cases;
}

/// Plays all cases to dnsmasq and to the other program.
Status judge(const Settings& settings) {
    TRY(const auto table, read_table(settings));
    TRY(const auto cases, read_cases(settings));
    TRY(const Program dnsmasq, Program::open("dnsmasq", settings.dnsmasq));
    TRY(const Program judged,
        settings.is_self ? Program::open("dnsmasq", settings.dnsmasq) : Program::open("pxed", settings.pxed));
    std::vector<Task> tasks;
    for (const Case& one : cases)
        tasks.push_back({&one, {&dnsmasq, &judged}, &table});
    std::ofstream record;
    if (!settings.record.empty()) record.open(settings.record);
    unsigned exchanges = 0;
    unsigned wrong = 0;
    unsigned shaky = 0;
    play_all(tasks, settings.jobs, [&](const Task& task, const Verdict& verdict) {
        exchanges += verdict.exchanges;
        for (const std::string& id : verdict.used)
            record << task.played->scenario.name << ' ' << id << '\n';
        record << task.played->scenario.name << " .\n";
        if (!verdict.first_report.empty()) {
            ++shaky;
            std::printf("-- %s only at first:\n%s\n", task.played->path.c_str(),
                        verdict.first_report.c_str());
        }
        if (verdict.kind == Verdict::Kind::same) return;
        ++wrong;
        std::printf("== %s\n%s\n", task.played->path.c_str(), verdict.report.c_str());
        std::fflush(stdout);
    });
    std::printf("%zu configurations, %u exchanges with dnsmasq and %s: %u configurations differ\n",
                cases.size(), exchanges, judged.name.c_str(), wrong);
    // A busy machine answers one case late; many of them are a fault that comes and goes.
    const auto most_shaky = std::max<std::size_t>(3, cases.size() / 10);
    if (shaky > 0) std::printf("%u differed only at first (at most %zu may)\n", shaky, most_shaky);
    return wrong == 0 && shaky <= most_shaky ? k_good : k_failed;
}

Status run(std::span<char*> arguments) {
    TRY(const Settings settings, read_settings(arguments));
    if (::geteuid() != 0) {
        std::printf("SKIP: network namespaces need root\n");
        return std::getenv("PXED_E2E_STRICT") != nullptr ? k_failed : k_skipped;
    }
    // Without root nothing was played, so there is nothing to be missed either.
    if (settings.mode == Settings::Mode::coverage) return report_coverage(settings) ? k_good : k_failed;
    if (settings.mode == Settings::Mode::faults) return notice_faults(settings) ? k_good : k_failed;
    return judge(settings);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const Status status = run(std::span{argv + 1, static_cast<std::size_t>(argc - 1)});
        if (status) return *status;
        std::fprintf(stderr, "oracle_runner: %s\n", status.error().c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "oracle_runner: %s\n", error.what());
    }
    return k_failed;
}
