#include "workers.hpp"

#include <algorithm>
#include <csignal>
#include <map>
#include <poll.h>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"

namespace pxed::oracle {
namespace {

// A loaded machine is slow, not wrong.
constexpr int k_more_patience = 5;
constexpr std::string_view k_used = "used ";
constexpr std::string_view k_exchanges = "exchanges ";
constexpr std::string_view k_report = "report";

/// A task under way: the process that plays it and what it has written so far.
struct Run {
    std::size_t task = 0;
    pid_t process = -1;
    io::FileDescriptor output;
    std::string text;
    bool is_second = false;
};

void write_all(int descriptor, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(descriptor, text.data() + at, text.size() - at);
        if (written <= 0) return;
        at += static_cast<std::size_t>(written);
    }
}

/// What the first process of a case's world does. Its exit status is the verdict.
int play_here(const Task& task, bool is_second, int output) {
    const Patience patience = Patience{}.times(is_second ? k_more_patience : 1);
    Conversation conversation{*task.played, task.programs, *task.table, patience};
    auto outcome = conversation.play();
    if (!outcome) {
        write_all(output, std::string{k_report} + "\n" + outcome.error() + "\n");
        return static_cast<int>(Verdict::Kind::broken);
    }
    std::string text = std::string{k_exchanges} + std::to_string(outcome->exchanges) + "\n";
    for (const std::string& id : outcome->used)
        text += std::string{k_used} + id + "\n";
    write_all(output, text + std::string{k_report} + "\n" + outcome->differences);
    return static_cast<int>(outcome->differences.empty() ? Verdict::Kind::same : Verdict::Kind::differs);
}

int wait_for(int process) {
    int status = 0;
    ::waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : static_cast<int>(Verdict::Kind::broken);
}

Run begin(const std::vector<Task>& tasks, std::size_t task, bool is_second) {
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(1);
    const pid_t process = ::fork();
    if (process == 0) {
        // Nothing of a case outlives the runner, however that ends.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(ends[0]);
        const auto world = enter_own_world(wait_for);
        if (!world) {
            write_all(ends[1], std::string{k_report} + "\n" + world.error() + "\n");
            ::_exit(static_cast<int>(Verdict::Kind::broken));
        }
        ::_exit(play_here(tasks[task], is_second, ends[1]));
    }
    ::close(ends[1]);
    return {task, process, io::FileDescriptor{ends[0]}, {}, is_second};
}

Verdict verdict_of(const Run& run, int status) {
    Verdict verdict;
    const bool is_known = status >= 0 && status <= static_cast<int>(Verdict::Kind::broken);
    verdict.kind = is_known ? static_cast<Verdict::Kind>(status) : Verdict::Kind::broken;
    std::string_view left = run.text;
    while (!left.empty()) {
        const auto end = std::min(left.find('\n'), left.size() - 1);
        const std::string_view line = left.substr(0, end);
        left.remove_prefix(end + 1);
        if (line.starts_with(k_used)) verdict.used.emplace(line.substr(k_used.size()));
        if (line.starts_with(k_exchanges)) {
            verdict.exchanges =
                static_cast<unsigned>(parse_number(line.substr(k_exchanges.size())).value_or(0));
        }
        if (line == k_report) break;
    }
    verdict.report = left;
    if (verdict.kind == Verdict::Kind::broken && verdict.report.empty())
        verdict.report = "it ended by itself\n";
    return verdict;
}

/// Reads what a run says; true when it has said everything.
bool has_ended(Run& run) {
    char memory[4096];
    const ssize_t length = ::read(run.output.get(), memory, sizeof memory);
    if (length > 0) run.text.append(memory, static_cast<std::size_t>(length));
    return length <= 0;
}

}  // namespace

void play_all(const std::vector<Task>& tasks, unsigned jobs,
              const std::function<void(const Task&, const Verdict&)>& tell) {
    std::vector<Run> runs;
    std::vector<std::size_t> again;
    std::vector<std::string> first_reports(tasks.size());
    std::size_t next = 0;
    while (next < tasks.size() || !again.empty() || !runs.empty()) {
        while (runs.size() < jobs && (!again.empty() || next < tasks.size())) {
            const bool is_second = !again.empty();
            const std::size_t task = is_second ? again.back() : next++;
            if (is_second) again.pop_back();
            runs.push_back(begin(tasks, task, is_second));
        }
        std::vector<pollfd> descriptors;
        for (const Run& run : runs)
            descriptors.push_back({run.output.get(), POLLIN, 0});
        ::poll(descriptors.data(), descriptors.size(), -1);
        for (std::size_t i = runs.size(); i-- > 0;) {
            if (descriptors[i].revents == 0 || !has_ended(runs[i])) continue;
            Verdict verdict = verdict_of(runs[i], wait_for(runs[i].process));
            const Task& task = tasks[runs[i].task];
            if (verdict.kind == Verdict::Kind::same || runs[i].is_second) {
                if (verdict.kind == Verdict::Kind::same)
                    verdict.first_report = std::move(first_reports[runs[i].task]);
                tell(task, verdict);
            } else {
                first_reports[runs[i].task] = std::move(verdict.report);
                again.push_back(runs[i].task);
            }
            runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
}

}  // namespace pxed::oracle
