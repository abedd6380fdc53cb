#include "io/lease_script.hpp"

#include <utility>

#include "io/clock.hpp"

namespace pxed::io {

LeaseScript::LeaseScript(ev::default_loop& loop, ScriptSurroundings surroundings, seconds time_limit)
    : surroundings_(std::move(surroundings)),
      runner_(
          loop, [this](Level level, std::string text) { surroundings_.say(level, std::move(text)); },
          [this] { go_on(); }, time_limit),
      retry_(loop) {
    retry_.set<LeaseScript, &LeaseScript::on_retry>(this);
}

void LeaseScript::use(const config::ScriptPolicy& policy, bool logs_dhcp,
                      std::optional<std::span<const dhcp::Lease>> leases) {
    path_ = policy.path;
    logs_dhcp_ = logs_dhcp;
    news_.tell_renewals(policy.tells_renewals());
    if (!is_given()) {
        news_.load({});
        knows_leases_ = false;
        files_.clear();
        drop_unstarted();
        return;
    }
    if (unstarted_) unstarted_->path = path_;
    if (leases && !knows_leases_) {
        news_.load(*leases);
        knows_leases_ = true;
    }
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

void LeaseScript::go_on() {
    // While no process can be started, each thing that happens would only log one more failure.
    while (is_given() && !runner_.is_running() && !retry_.is_active()) {
        if (!unstarted_) unstarted_ = next_call();
        if (!unstarted_) {
            say_lost();
            return;
        }
        if (!runner_.start(*unstarted_)) {
            // It counts as told already, and perhaps nothing else happens for hours.
            retry_.start(ev_seconds(k_retry));
            return;
        }
        unstarted_.reset();
        ++run_;
    }
}

// Leases before files, as dnsmasq has it.
std::optional<ScriptCall> LeaseScript::next_call() {
    if (const auto event = news_.next()) {
        const auto address = event->lease.address;
        return call_of(*event, {.path = path_,
                                .domain = surroundings_.domain_of(address),
                                .interface = surroundings_.interface_of(address),
                                .logs_dhcp = logs_dhcp_,
                                .now = read_clocks()});
    }
    if (files_.empty()) return std::nullopt;
    auto call = call_of(files_.front(), path_);
    files_.pop_front();
    return call;
}

void LeaseScript::on_retry(ev::timer&, int) {
    go_on();
}

void LeaseScript::drop_unstarted() {
    retry_.stop();
    unstarted_.reset();
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
    while ((runner_.is_running() || retry_.is_active()) && !is_late)
        loop.run(ev::ONCE);
    if ((is_given() || runner_.is_running()) && waiting() > 0) {
        surroundings_.say(Level::warning,
                          "dhcp-script is not waited for any longer: " + std::to_string(waiting()) +
                              " calls were not made or not ended");
    }
    path_.clear();
    drop_unstarted();
    runner_.kill();
}

std::size_t LeaseScript::waiting() const {
    return news_.waiting() + files_.size() + (unstarted_ ? 1 : 0) + (runner_.is_running() ? 1 : 0);
}

}  // namespace pxed::io
