#include "io/signals.hpp"

#include <csignal>

#include <unistd.h>

#include "io/exit_code.hpp"

namespace pxed::io {

namespace {

constexpr std::array k_signals{SIGHUP, SIGTERM, SIGINT, SIGUSR1, SIGUSR2};

extern "C" void end_here(int) {
    ::_exit(static_cast<int>(ExitCode::other));
}

}  // namespace

Signals::Signals(ev::default_loop& loop, Actions actions)
    : actions_(std::move(actions)),
      watchers_{ev::sig{loop}, ev::sig{loop}, ev::sig{loop}, ev::sig{loop}, ev::sig{loop}} {
    ::signal(SIGPIPE, SIG_IGN);
    for (std::size_t i = 0; i < k_signals.size(); ++i) {
        watchers_[i].set<Signals, &Signals::on_signal>(this);
        watchers_[i].start(k_signals[i]);
    }
}

void Signals::end_at_once_from_now_on() {
    // Not SIG_DFL: as process 1 of a container the default would be ignored.
    ::signal(SIGTERM, end_here);
    ::signal(SIGINT, end_here);
}

void Signals::on_signal(ev::sig& watcher, int) {
    if (watcher.signum == SIGHUP) actions_.reload();
    if (watcher.signum == SIGTERM || watcher.signum == SIGINT) actions_.stop();
    if (watcher.signum == SIGUSR1) actions_.statistics();
    if (watcher.signum == SIGUSR2) actions_.reopen_log();
}

}  // namespace pxed::io
