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

/// Lets a burst of one kind (stage and reason) through and some a second after that, and counts what it holds
/// back. Time is an argument.
class LogLimit {
 public:
    static constexpr std::uint32_t k_burst = 50;
    static constexpr milliseconds k_refill{200};
    /// Files that were sent are what a log is read for, so a rack's are all in it; but an installer fetches
    /// thousands of packages, and a disk image is read by the sector.
    static constexpr std::uint32_t k_burst_of_sent = 1000;
    static constexpr milliseconds k_refill_of_sent{20};

    struct Answer {
        bool may_pass = true;
        std::uint32_t suppressed = 0;  ///< held back since the last that passed
    };
    [[nodiscard]] Answer ask(machine::Stage stage, Reason reason, Instant now);

    struct Suppressed {
        machine::Stage stage{};
        Reason reason{};
        std::uint32_t count = 0;
    };
    /// What was held back of bursts that are over; it counts as said then.
    [[nodiscard]] std::vector<Suppressed> take_suppressed(Instant now);

 private:
    struct Rate {
        std::uint32_t burst;
        milliseconds refill;
    };
    [[nodiscard]] static Rate rate_of(machine::Stage stage);
    struct Bucket {
        Rate rate;
        std::uint32_t tokens;
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

 private:
    [[nodiscard]] bool may_say(machine::Stage stage, Reason reason, Instant now);
    void say_suppressed(machine::Stage stage, Reason reason, std::uint32_t count);

    Log& log_;
    const config::Config* config_;
    LogLimit limit_;
    SaidOnce once_;
};

}  // namespace pxed::io
