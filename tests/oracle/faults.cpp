#include "faults.hpp"

#include <cstdio>
#include <deque>
#include <filesystem>

#include "base/text.hpp"
#include "workers.hpp"

namespace pxed::oracle {
namespace {

/// One fault of the list, and who is to notice it.
struct Fault {
    std::string name;
    std::string case_name;
};

/// Reads `fault NAME` and `case NAME`; the rest of a row is make_faulty's business.
std::vector<Fault> read_faults(std::string_view text) {
    std::vector<Fault> faults;
    for (const std::string_view line : split(text, '\n')) {
        const auto words = scenario::words_of(line);
        if (words.size() != 2) continue;
        if (words[0] == "fault") faults.push_back({words[1], {}});
        if (words[0] == "case" && !faults.empty()) faults.back().case_name = words[1];
    }
    return faults;
}

struct Bench {
    std::vector<Difference> table;
    std::deque<Case> cases;
    std::deque<Program> programs;
    std::vector<Task> tasks;
    std::vector<std::string> names;  ///< of the fault of each task; empty: none
};

Result<void, std::string> add(Bench& bench, const Settings& settings, const Fault& fault) {
    for (const std::string& path : settings.cases) {
        if (std::filesystem::path{path}.stem() != fault.case_name) continue;
        TRY(Case one, read_case(path));
        bench.cases.push_back(std::move(one));
        for (const std::string& name : {std::string{}, fault.name}) {
            TRY(Program program, Program::open("pxed", settings.pxed, "PXED_FAULT=" + name));
            bench.programs.push_back(std::move(program));
            bench.tasks.push_back(
                {&bench.cases.back(), {&bench.programs.front(), &bench.programs.back()}, &bench.table});
            bench.names.push_back(name);
        }
        return {};
    }
    return fail("fault " + fault.name + ": there is no case " + fault.case_name);
}

Result<unsigned, std::string> count_unnoticed(const Settings& settings) {
    Bench bench;
    TRY(const std::string rows, read_file(settings.differences));
    TRY(bench.table, read_differences(rows));
    TRY(const std::string text, read_file(settings.faults));
    TRY(Program dnsmasq, Program::open("dnsmasq", settings.dnsmasq));
    bench.programs.push_back(std::move(dnsmasq));
    const auto faults = read_faults(text);
    for (const Fault& fault : faults) {
        if (auto added = add(bench, settings, fault); !added) return fail(added.error());
    }
    unsigned wrong = 0;
    play_all(bench.tasks, settings.jobs, [&](const Task& task, const Verdict& verdict) {
        const std::string& fault = bench.names[static_cast<std::size_t>(&task - bench.tasks.data())];
        const auto wanted = fault.empty() ? Verdict::Kind::same : Verdict::Kind::differs;
        if (verdict.kind == wanted) return;
        ++wrong;
        std::printf(
            "%s: %s\n%s\n", task.played->scenario.name.c_str(),
            fault.empty() ? "differs without a fault" : ("does not notice the fault " + fault).c_str(),
            verdict.report.c_str());
    });
    std::printf("%zu faults, %u surprises\n", faults.size(), wrong);
    return wrong;
}

}  // namespace

bool notice_faults(const Settings& settings) {
    const auto wrong = count_unnoticed(settings);
    if (!wrong) std::printf("%s\n", wrong.error().c_str());
    return wrong && *wrong == 0;
}

}  // namespace pxed::oracle
