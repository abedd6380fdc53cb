#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "config/config.hpp"
#include "io/event_lines.hpp"
#include "io/log.hpp"
#include "machine/event.hpp"

namespace pxed::io {

/// Lets a burst of one kind (stage and reason) through and so many a second after that, and counts what it
/// holds back. Time is an argument.
class LogLimit {
 public:
    struct Budget {
        std::uint32_t burst = 0;
        milliseconds refill{};  ///< for one line more
    };
    static constexpr Budget k_trouble{50, milliseconds{200}};
    /// A thousand machines that start together write some thousand lines in a minute, and each is asked for
    /// afterwards. journald's own limit (10,000 lines in 30 s, RateLimitBurst) would take lines of any kind.
    static constexpr Budget k_routine{5000, milliseconds{5}};
    /// Files that were sent by HTTP are what a log is read for, so a rack's are all in it; but an installer
    /// fetches thousands of packages, and a disk image is read by the sector.
    static constexpr Budget k_sent{1000, milliseconds{20}};

    struct Answer {
        bool may_pass = true;
        std::uint32_t suppressed = 0;  ///< held back since the last that passed
    };
    /// Requires: one kind always asks with one budget.
    [[nodiscard]] Answer ask(machine::Stage stage, Reason reason, const Budget& budget, Instant now);

    struct Suppressed {
        machine::Stage stage{};
        Reason reason{};
        std::uint32_t count = 0;
    };
    /// What was held back of bursts that are over; it counts as said then.
    [[nodiscard]] std::vector<Suppressed> take_suppressed(Instant now);

 private:
    struct Bucket {
        Budget budget;
        std::uint32_t tokens = 0;
        Instant filled{};
        std::uint32_t suppressed = 0;
        void refill(Instant now);
    };
    std::map<std::pair<machine::Stage, Reason>, Bucket> buckets_;  ///< bounded by the two enums
};

/// Lets what pxed does not do be said once for each machine that asks for it, and for no more than k_most.
class SaidOnce {
 public:
    static constexpr std::size_t k_most = 256;
    /// True for all other events.
    [[nodiscard]] bool may_say(const machine::Event& event);

 private:
    std::set<std::pair<Reason, std::string>> said_;
};

/// Writes events to the log.
class EventLog {
 public:
    /// `log` and `config` must outlive it; use() changes the configuration.
    EventLog(Log& log, const config::Config& config) : log_(log), config_(&config) {}
    void use(const config::Config& config) { config_ = &config; }

    void tell(const machine::Event& event, Instant now);
    /// Says what was held back and not followed by anything. Call it each minute and at exit.
    void on_time(Instant now);
    /// Lines held back and said to be, since the start.
    [[nodiscard]] std::uint64_t suppressed() const { return suppressed_; }

 private:
    [[nodiscard]] bool may_say(machine::Stage stage, Reason reason, Limit limit, Instant now);
    void say_suppressed(machine::Stage stage, Reason reason, std::uint32_t count);

    Log& log_;
    const config::Config* config_;
    LogLimit limit_;
    SaidOnce once_;
    std::uint64_t suppressed_ = 0;
};

}  // namespace pxed::io
