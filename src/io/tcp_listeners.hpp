#pragma once

#include <functional>
#include <list>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/file_descriptor.hpp"
#include "io/listen_point.hpp"
#include "io/loop.hpp"
#include "io/tcp_listener.hpp"

namespace pxed::io {

/// The listening TCP sockets of a service, one a point.
class TcpListeners {
 public:
    using Open = std::function<Result<FileDescriptor, std::string>(const ListenPoint&)>;

    /// `readable` is called in the loop when clients wait at a socket, as long as watch() holds; `open` is
    /// for sockets that come from elsewhere than open_tcp_listener().
    TcpListeners(ev::loop_ref loop, std::function<void(const FileDescriptor& listener)> readable,
                 Open open = open_tcp_listener);
    TcpListeners(const TcpListeners&) = delete;
    TcpListeners& operator=(const TcpListeners&) = delete;

    /// Listens on these points and on no others from now on. Errors: a sentence for each point that failed
    /// for the first time; the points of before stay open then.
    [[nodiscard]] Result<void, std::string> listen(const std::vector<ListenPoint>& points);
    /// Whether a point could not be opened and is worth another try.
    [[nodiscard]] bool lacks_sockets() const { return !refused_.empty(); }

    /// Clients are told of, or wait in the kernel's queue.
    void watch();
    void ignore();
    void close() { listeners_.clear(); }

 private:
    struct Listener {
        Listener(TcpListeners& all, ListenPoint at, FileDescriptor opened);
        void on_readable(ev::io&, int) { owner.readable_(socket); }

        TcpListeners& owner;
        ListenPoint point;
        FileDescriptor socket;
        ev::io watcher;  // after the socket: stopped before it is closed
    };

    ev::loop_ref loop_;
    std::function<void(const FileDescriptor&)> readable_;
    Open open_;
    std::list<Listener> listeners_;
    std::set<ListenPoint> refused_;
};

}  // namespace pxed::io
