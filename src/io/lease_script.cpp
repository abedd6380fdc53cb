#include "io/lease_script.hpp"

#include <utility>

#include "io/clock.hpp"

namespace pxed::io {

LeaseScript::LeaseScript(ev::default_loop& loop, ScriptSurroundings surroundings, seconds time_limit)
    : surroundings_(std::move(surroundings)),
      runner_(
          loop, [this](Level level, std::string text) { surroundings_.say(level, std::move(text)); },
          [this] { go_on(); }, time_limit) {}

void LeaseScript::use(const config::ScriptPolicy& policy, bool logs_dhcp,
                      std::span<const dhcp::Lease> leases) {
    const bool was_given = is_given();
    path_ = policy.path;
    logs_dhcp_ = logs_dhcp;
    news_.tell_renewals(policy.tells_renewals());
    if (!is_given()) {
        news_.load({});
        files_.clear();
        return;
    }
    if (!was_given) news_.load(leases);
    go_on();
}

void LeaseScript::repeat_all() {
    if (!is_given()) return;
    news_.repeat_all();
    go_on();
}

void LeaseScript::on_stored(dhcp::StoredLease stored) {
    if (!is_given()) return;
    news_.learn(std::move(stored));
    go_on();
}

void LeaseScript::on_sent(TftpSent file) {
    if (!is_given()) return;
    if (files_.size() == k_most_files) {
        files_.pop_front();
        ++lost_files_;
    }
    files_.push_back(std::move(file));
    go_on();
}

// Leases before files, as dnsmasq has it.
void LeaseScript::go_on() {
    while (is_given() && !runner_.is_running()) {
        ScriptCall call;
        if (const auto event = news_.next()) {
            const auto address = event->lease.address;
            call = call_of(*event, {.path = path_,
                                    .domain = surroundings_.domain_of(address),
                                    .interface = surroundings_.interface_of(address),
                                    .logs_dhcp = logs_dhcp_,
                                    .now = read_clocks()});
        } else if (!files_.empty()) {
            call = call_of(files_.front(), path_);
            files_.pop_front();
        } else {
            say_lost();
            return;
        }
        // No process can be started now: the next thing that happens tries again, this one is gone.
        if (!runner_.start(call)) return;
        ++run_;
    }
}

// Said once the line is empty: before, the number would only grow.
void LeaseScript::say_lost() {
    const auto lost_now = lost() - std::exchange(said_lost_, lost());
    if (lost_now > 0) {
        surroundings_.say(Level::warning, std::to_string(lost_now) +
                                              " changes came too fast for dhcp-script and were not told");
    }
}

void LeaseScript::finish(ev::default_loop& loop, seconds longest) {
    bool is_late = false;
    struct Deadline {
        bool& is_late;
        void on_time(ev::timer&, int) { is_late = true; }
    } deadline{is_late};
    ev::timer timer{loop};
    timer.set<Deadline, &Deadline::on_time>(&deadline);
    timer.start(ev_seconds(longest));
    go_on();
    while (runner_.is_running() && !is_late)
        loop.run(ev::ONCE);
    if (waiting() > 0) {
        surroundings_.say(Level::warning,
                          "dhcp-script is not waited for any longer: " + std::to_string(waiting()) +
                              " calls were not made or not ended");
    }
    path_.clear();
    runner_.kill();
}

std::size_t LeaseScript::waiting() const {
    return news_.waiting() + files_.size() + (runner_.is_running() ? 1 : 0);
}

}  // namespace pxed::io
