#pragma once

#include <string>
#include <string_view>

#include "io/loop.hpp"

namespace pxed::io {

/// Tells systemd how we are (sd_notify(3)), and feeds its watchdog from the loop at half the interval: a loop
/// that stands still starves it. Everything is a no-op when systemd did not ask (no NOTIFY_SOCKET).
class Notifier {
 public:
    explicit Notifier(ev::loop_ref loop);

    void ready(std::string_view status);
    /// Before a reload; ready() ends it.
    void reloading();
    void stopping();
    /// What `systemctl status` shows; sent only when it differs from the last one.
    void status(std::string_view text);

 private:
    void on_feeding_time(ev::timer& watcher, int revents);
    std::string status_;
    ev::timer feeding_;
};

/// The same place says why there is no start: the unit that has failed shows it.
void tell_failure(std::string_view why);

}  // namespace pxed::io
