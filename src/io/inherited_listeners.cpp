#include "io/inherited_listeners.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "io/socket_address.hpp"
#include "io/tcp_listener.hpp"

namespace pxed::io {

InheritedListeners InheritedListeners::take() {
    InheritedListeners taken;
    const int count = sd_listen_fds(1);
    for (int number = SD_LISTEN_FDS_START; number < SD_LISTEN_FDS_START + count; ++number) {
        FileDescriptor socket{number};
        SocketAddress local;
        local.length = sizeof local.storage;
        const bool is_listening_tcp =
            sd_is_socket_inet(number, AF_UNSPEC, SOCK_STREAM, 1, 0) > 0 &&
            ::getsockname(number, reinterpret_cast<sockaddr*>(&local.storage), &local.length) == 0;
        if (!is_listening_tcp) continue;
        ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
        set_patience(socket);
        taken.by_port_.emplace(local.endpoint(0).port(), std::move(socket));
    }
    return taken;
}

FileDescriptor InheritedListeners::listener(std::uint16_t port) const {
    const auto found = by_port_.find(port);
    if (found == by_port_.end()) return {};
    return FileDescriptor{::fcntl(found->second.get(), F_DUPFD_CLOEXEC, 0)};
}

std::vector<std::uint16_t> InheritedListeners::ports() const {
    std::vector<std::uint16_t> ports;
    for (const auto& [port, socket] : by_port_)
        ports.push_back(port);
    return ports;
}

}  // namespace pxed::io
