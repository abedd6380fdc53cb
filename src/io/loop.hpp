#pragma once
// libev, and the one thing to know about it: its C++ header must be a system include.

#include <ev++.h>

#include "base/time.hpp"

namespace pxed::io {

/// libev's seconds, for ev::timer.
[[nodiscard]] constexpr double ev_seconds(nanoseconds length) {
    return std::chrono::duration<double>(length).count();
}

/// The backend is named and the environment ignored: a privileged daemon does not obey LIBEV_FLAGS.
inline constexpr unsigned k_loop_flags = unsigned{EVBACKEND_EPOLL} | unsigned{EVFLAG_NOENV};

}  // namespace pxed::io
