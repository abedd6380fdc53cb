#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "case.hpp"
#include "conversation.hpp"
#include "daemon.hpp"
#include "differences.hpp"

namespace pxed::oracle {

/// One case to be played.
struct Task {
    const Case* played = nullptr;
    Pair<const Program*> programs;
    const std::vector<Difference>* table = nullptr;
};

struct Verdict {
    enum class Kind : std::uint8_t { same, differs, broken };
    Kind kind = Kind::broken;
    unsigned exchanges = 0;
    std::set<std::string> used;  ///< rows of the table
    std::string report;          ///< for a person
    std::string first_report;    ///< of the first run, when only that one differed
};

/// Plays the tasks, up to `jobs` at a time, each in a process and a world of its own. A difference counts
/// only when it is there again in a slower run. `tell` gets each verdict as it comes.
void play_all(const std::vector<Task>& tasks, unsigned jobs,
              const std::function<void(const Task&, const Verdict&)>& tell);

}  // namespace pxed::oracle
