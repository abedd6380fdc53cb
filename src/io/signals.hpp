#pragma once

#include <array>
#include <functional>

#include "io/loop.hpp"

namespace pxed::io {

/// The signals that mean something to the daemon, delivered in the loop. Ignores SIGPIPE: a peer that goes
/// away is an error of a write, not of the process.
class Signals {
 public:
    struct Actions {
        std::function<void()> reload;      ///< SIGHUP
        std::function<void()> stop;        ///< SIGTERM, SIGINT
        std::function<void()> statistics;  ///< SIGUSR1
        std::function<void()> reopen_log;  ///< SIGUSR2
    };
    Signals(ev::default_loop& loop, Actions actions);

    /// From here on SIGTERM and SIGINT end the process where it stands: the second one, when the first is
    /// being obeyed.
    static void end_at_once_from_now_on();

 private:
    void on_signal(ev::sig& watcher, int revents);
    Actions actions_;
    std::array<ev::sig, 5> watchers_;
};

}  // namespace pxed::io
