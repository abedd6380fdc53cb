// What the daemon says of itself: to the log, to systemd and to Prometheus.

#include <algorithm>

#include "base/text.hpp"
#include "io/clock.hpp"
#include "io/daemon.hpp"
#include "io/served.hpp"

namespace pxed::io {

namespace {

/// A machine that was not heard of for so long has booted, or given up: firmware asks again within 64 s
/// (RFC 2131 4.1), and an image takes its time while nothing else is asked for.
constexpr seconds k_boot_is_running{60};

}  // namespace

void Daemon::trace(const std::string& text) {
    for (const auto line : split(text, '\n'))
        if (!line.empty()) log_.write(Level::info, std::string{line}, {{"SYSLOG_IDENTIFIER", "pxed-dhcp"}});
}

// A line about one service bears its name, as dnsmasq's lines do.
void Daemon::say(Level level, DaemonEvent event, std::string text) {
    auto fields = fields_of(event);
    if (text.starts_with("DHCP")) fields.push_back({"SYSLOG_IDENTIFIER", "pxed-dhcp"});
    if (text.starts_with("TFTP")) fields.push_back({"SYSLOG_IDENTIFIER", "pxed-tftp"});
    if (text.starts_with("HTTP")) fields.push_back({"SYSLOG_IDENTIFIER", "pxed-http"});
    log_.write(level, std::move(text), std::move(fields));
}

void Daemon::say_missing_interfaces() {
    const auto missing = missing_interfaces(config_->daemon, interfaces_.all());
    for (const auto& name : missing) {
        if (std::ranges::find(missing_, name) == missing_.end())
            log_.write(Level::warning, DaemonEvent::interface_missing,
                       "interface " + name + " does not exist now: waiting for it");
    }
    for (const auto& name : missing_) {
        if (std::ranges::find(missing, name) == missing.end())
            log_.write(Level::info, DaemonEvent::interface_found, "interface " + name + " is there now");
    }
    missing_ = missing;
}

void Daemon::say_warning(const config::Problem& warning) {
    log_.write(Level::warning, warning.text(), fields_of(DaemonEvent::configuration_warning, warning));
}

void Daemon::say_statistics() {
    Figures figures;
    if (const auto* server = dhcp_.server(); server != nullptr) {
        figures.leases = &server->leases();
        figures.waiting = server->waiting();
        figures.others = &server->others();
    }
    figures.dhcp = dhcp_.counts();
    figures.relay = dhcp_.relay_counts();
    figures.overruns = dhcp_.overruns();
    figures.tftp = tftp_->counts();
    figures.transfers = tftp_->running();
    figures.http = http_->counts();
    figures.connections = http_->connections();
    figures.downloads = http_->running();
    figures.machines = machines_.size();
    for (auto& line : statistics_lines(*config_, figures, reasons_))
        say(Level::info, DaemonEvent::statistics, std::move(line));
}

std::string Daemon::status() const {
    StatusFigures figures{.leases = {}, .booting = 0, .reloaded = reloaded_, .refusal = refusal_};
    if (const auto* server = dhcp_.server(); server != nullptr && config_->dhcp.gives_leases())
        figures.leases = server->leases().lease_count();
    figures.booting = machines_.booting_since(read_clocks().instant - k_boot_is_running);
    return status_line(*config_, interfaces_.all(), figures);
}

// A port or a path for monitoring that cannot be had keeps no machine from booting.
void Daemon::listen_for_metrics() {
    if (auto listening = metrics_service_.listen(config_->daemon.metrics); !listening)
        log_.write(Level::warning, DaemonEvent::socket_refused, listening.error());
}

std::string Daemon::metrics() {
    MetricsNow now;
    now.started = started_at_;
    now.reloaded = reloaded_.value_or(started_at_);
    now.is_reload_refused = !refusal_.empty();
    if (const auto* server = dhcp_.server(); server != nullptr) {
        now.leases = server->leases().bound_count();
        now.holds = server->leases().hold_count();
        now.waiting = server->waiting();
        pools_.refresh(config_->dhcp.ranges);
        now.pools = pools_.pools();
    }
    now.dhcp = dhcp_.counts();
    now.overruns = dhcp_.overruns();
    now.tftp_transfers = tftp_->running();
    now.http_requests = http_->running();
    now.http_connections = http_->connections();
    now.machines = machines_.size();
    now.booting = machines_.booting_since(read_instant() - k_boot_is_running);
    now.lines_lost = log_.lost();
    now.lines_suppressed = events_.suppressed();
    now.stalls = loop_watch_.stalls();
    now.longest_turn = loop_watch_.take_longest();
    return metrics_text(metrics_, now);
}

void Daemon::on_status(ev::timer&, int) {
    if (!is_stopping_) notifier_.status(status());
}

}  // namespace pxed::io
