#include "io/notify.hpp"

#include <cstdint>
#include <ctime>

#include <systemd/sd-daemon.h>

#include "base/time.hpp"

namespace pxed::io {

namespace {

// A line break would begin a new assignment.
std::string one_line(std::string_view text) {
    std::string line{text};
    for (char& c : line)
        if (c == '\n') c = ' ';
    return line;
}

std::uint64_t monotonic_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

Notifier::Notifier(ev::loop_ref loop) : feeding_(loop) {
    feeding_.set<Notifier, &Notifier::on_feeding_time>(this);
    std::uint64_t interval = 0;
    if (sd_watchdog_enabled(0, &interval) <= 0) return;
    const auto half = std::chrono::microseconds{interval} / 2;
    feeding_.start(ev_seconds(half), ev_seconds(half));
}

void Notifier::ready(std::string_view status) {
    status_ = one_line(status);
    sd_notify(0, ("READY=1\nSTATUS=" + status_).c_str());
}

void Notifier::reloading() {
    // Both in one message, or Type=notify-reload (systemd 253) refuses it.
    sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds())).c_str());
}

void Notifier::stopping() {
    sd_notify(0, "STOPPING=1\nSTATUS=Stopping");
}

void Notifier::status(std::string_view text) {
    auto line = one_line(text);
    if (line == status_) return;
    status_ = std::move(line);
    sd_notify(0, ("STATUS=" + status_).c_str());
}

void tell_failure(std::string_view why) {
    sd_notify(0, ("STATUS=Not started: " + one_line(why)).c_str());
}

void Notifier::on_feeding_time(ev::timer&, int) {
    sd_notify(0, "WATCHDOG=1");
}

}  // namespace pxed::io
