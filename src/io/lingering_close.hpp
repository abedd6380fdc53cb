#pragma once

#include <functional>

#include "io/file_descriptor.hpp"
#include "io/loop.hpp"

namespace pxed::io {

/// The end of a TCP connection after the last answer (RFC 9112 9.6): nothing more is sent, and what the
/// client still sends is read and dropped until it ends the connection as well. Closed with something unread,
/// or before what is under way from the client has come, the kernel would reset the connection, and what is
/// still on its way to the client would be lost.
class LingeringClose {
 public:
    /// `over` is called once, when the client has ended it, or somebody here has by shut_down(); it may end
    /// us.
    LingeringClose(ev::loop_ref loop, FileDescriptor socket, std::function<void()> over);
    LingeringClose(const LingeringClose&) = delete;
    LingeringClose& operator=(const LingeringClose&) = delete;

 private:
    void on_readable(ev::io& watcher, int revents);

    FileDescriptor socket_;
    std::function<void()> over_;
    ev::io readable_;
};

}  // namespace pxed::io
