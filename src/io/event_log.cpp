#include "io/event_log.hpp"

#include <algorithm>
#include <utility>

#include "io/event_level.hpp"

namespace pxed::io {

using machine::Event;
using machine::Stage;

namespace {

// A machine that wants what pxed does not do wants it at each boot, or each night.
bool is_about_asker(Reason reason) {
    return reason == Reason::bsdp_asked || reason == Reason::credentials_asked ||
           reason == Reason::multicast_asked || reason == Reason::write_asked;
}

}  // namespace

void LogLimit::Bucket::refill(Instant now) {
    const auto gained = (now - filled) / budget.refill;
    if (gained <= 0) return;
    // Whole tokens only: what is left of the time counts for the next one.
    tokens = static_cast<std::uint32_t>(std::min<std::int64_t>(budget.burst, tokens + gained));
    filled += gained * budget.refill;
}

LogLimit::Answer LogLimit::ask(Stage stage, Reason reason, const Budget& budget, Instant now) {
    auto& bucket = buckets_.try_emplace({stage, reason}, Bucket{budget, budget.burst, now, 0}).first->second;
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
    // Asked before the line is made where there may be thousands a second: making it is what costs.
    const bool is_asked_first = event.stage == Stage::http_sent && level_of(event.reason) != Level::debug;
    if (is_asked_first && !may_say(event.stage, event.reason, Limit::routine, now)) return;
    for (auto& line : lines_of(event, *config_)) {
        if (!is_asked_first && !may_say(event.stage, event.reason, line.limit, now)) continue;
        log_.write(line.level, std::move(line.text), std::move(line.fields));
    }
}

bool EventLog::may_say(Stage stage, Reason reason, Limit limit, Instant now) {
    if (limit == Limit::none) return true;
    // A routine line says the step, whatever reason has a line of its own beside it.
    const bool is_routine = limit == Limit::routine;
    const auto kind = is_routine ? Reason::none : reason;
    const auto& budget = !is_routine                 ? LogLimit::k_trouble
                         : stage == Stage::http_sent ? LogLimit::k_sent
                                                     : LogLimit::k_routine;
    const auto answer = limit_.ask(stage, kind, budget, now);
    // Before the line that passes, which is younger than all that was held back.
    if (answer.suppressed > 0) say_suppressed(stage, kind, answer.suppressed);
    return answer.may_pass;
}

void EventLog::on_time(Instant now) {
    for (const auto& [stage, reason, count] : limit_.take_suppressed(now))
        say_suppressed(stage, reason, count);
}

void EventLog::say_suppressed(Stage stage, Reason reason, std::uint32_t count) {
    std::string text =
        "suppressed " + std::to_string(count) + " lines like the last of " + std::string{name_of(stage)};
    auto fields = fields_of(DaemonEvent::suppressed);
    fields.push_back({"SYSLOG_IDENTIFIER", std::string{program_of(stage)}});
    fields.push_back({"PXED_SUPPRESSED", std::to_string(count)});
    fields.push_back({"PXED_SUPPRESSED_EVENT", std::string{name_of(stage)}});
    if (reason != Reason::none) {
        text += ": " + std::string{row_of(reason).phrase};
        fields.push_back({"PXED_REASON", std::string{row_of(reason).name}});
    }
    const auto level = level_of(reason) <= Level::warning ? Level::warning : Level::info;
    log_.write(level, std::move(text), std::move(fields));
    suppressed_ += count;
}

}  // namespace pxed::io
