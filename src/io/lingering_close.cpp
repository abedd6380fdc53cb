#include "io/lingering_close.hpp"

#include <cerrno>
#include <cstddef>
#include <utility>

#include <sys/socket.h>

namespace pxed::io {

LingeringClose::LingeringClose(ev::loop_ref loop, FileDescriptor socket, std::function<void()> over)
    : socket_(std::move(socket)), over_(std::move(over)), readable_(loop) {
    ::shutdown(socket_.get(), SHUT_WR);
    readable_.set<LingeringClose, &LingeringClose::on_readable>(this);
    readable_.start(socket_.get(), ev::READ);
}

void LingeringClose::on_readable(ev::io&, int) {
    constexpr std::size_t k_at_once = 64 * 1024;
    // tcp(7): with MSG_TRUNC the bytes are dropped, and nothing is copied.
    const auto dropped = ::recv(socket_.get(), nullptr, k_at_once, MSG_TRUNC | MSG_DONTWAIT);
    if (dropped > 0 || (dropped < 0 && (errno == EAGAIN || errno == EINTR))) return;
    readable_.stop();
    const auto over = std::move(over_);
    over();  // the last: it may end us
}

}  // namespace pxed::io
