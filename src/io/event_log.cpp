#include "io/event_log.hpp"

#include <algorithm>
#include <utility>

namespace pxed::io {

using machine::Event;
using machine::Stage;

namespace {

// A machine that wants what pxed does not do wants it at each boot, or each night.
bool is_about_asker(Reason reason) {
    return reason == Reason::bsdp_asked || reason == Reason::multicast_asked || reason == Reason::write_asked;
}

}  // namespace

void LogLimit::Bucket::refill(Instant now) {
    const auto gained = (now - filled) / k_refill;
    if (gained <= 0) return;
    // Whole tokens only: what is left of the time counts for the next one.
    tokens = static_cast<std::uint32_t>(std::min<std::int64_t>(k_burst, tokens + gained));
    filled += gained * k_refill;
}

LogLimit::Answer LogLimit::ask(Stage stage, Reason reason, Instant now) {
    auto& bucket = buckets_.try_emplace({stage, reason}, Bucket{k_burst, now, 0}).first->second;
    bucket.refill(now);
    if (bucket.tokens == 0) {
        ++bucket.suppressed;
        return {false, 0};
    }
    --bucket.tokens;
    return {true, std::exchange(bucket.suppressed, 0)};
}

std::vector<LogLimit::Suppressed> LogLimit::take_suppressed(Instant now) {
    std::vector<Suppressed> suppressed;
    for (auto& [kind, bucket] : buckets_) {
        bucket.refill(now);
        if (bucket.suppressed == 0 || bucket.tokens == 0) continue;
        suppressed.push_back({kind.first, kind.second, std::exchange(bucket.suppressed, 0)});
    }
    return suppressed;
}

bool SaidOnce::may_say(const Event& event) {
    if (!is_about_asker(event.reason)) return true;
    if (said_.size() >= k_most) return false;
    const auto who = event.machine.is_empty() ? address_of(event) : event.machine.text();
    return said_.emplace(event.reason, who).second;
}

void EventLog::tell(const Event& event, Instant now) {
    if (!once_.may_say(event)) return;
    for (auto& line : lines_of(event, *config_)) {
        if (line.is_limited) {
            const auto answer = limit_.ask(event.stage, event.reason, now);
            // Before the line that passes, which is younger than all that was held back.
            if (answer.suppressed > 0) say_suppressed(event.stage, event.reason, answer.suppressed);
            if (!answer.may_pass) continue;
        }
        log_.write(line.level, std::move(line.text), std::move(line.fields));
    }
}

void EventLog::on_time(Instant now) {
    for (const auto& [stage, reason, count] : limit_.take_suppressed(now))
        say_suppressed(stage, reason, count);
}

void EventLog::say_suppressed(Stage stage, Reason reason, std::uint32_t count) {
    log_.write(Level::warning,
               "suppressed " + std::to_string(count) + " lines like the last of " +
                   std::string{name_of(stage)} + ": " + std::string{row_of(reason).phrase},
               {{"SYSLOG_IDENTIFIER", std::string{program_of(stage)}},
                {"PXED_EVENT", std::string{name_of(stage)}},
                {"PXED_REASON", std::string{row_of(reason).name}}});
}

}  // namespace pxed::io
