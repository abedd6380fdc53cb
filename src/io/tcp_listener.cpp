#include "io/tcp_listener.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "io/port_owner.hpp"

namespace pxed::io {

namespace {

constexpr int k_backlog = 1024;
// A peer that vanished is given up after this long, whatever is still to be sent to it.
constexpr unsigned k_user_timeout_ms = 60'000;

bool set(const FileDescriptor& socket, int level, int option, int value) {
    return ::setsockopt(socket.get(), level, option, &value, sizeof value) == 0;
}

std::string sentence(const ListenPoint& point, const char* what, int error) {
    return std::string{what} + " TCP port " + std::to_string(point.port) + ": " + std::strerror(error);
}

// The family's own way to say by which interface a connection came (its first packet): a machine's address is
// reached by all its interfaces, so the local address does not tell.
unsigned interface_of(const FileDescriptor& socket, bool is_ipv6) {
    alignas(cmsghdr) std::array<char, 256> room{};
    socklen_t length = room.size();
    const int level = is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (!set(socket, level, is_ipv6 ? IPV6_2292PKTINFO : IP_PKTINFO, 1)) return 0;
    if (::getsockopt(socket.get(), level, is_ipv6 ? IPV6_2292PKTOPTIONS : IP_PKTOPTIONS, room.data(),
                     &length) != 0)
        return 0;
    msghdr message{};
    message.msg_control = room.data();
    message.msg_controllen = length;
    for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            in_pktinfo said{};
            std::memcpy(&said, CMSG_DATA(part), sizeof said);
            return static_cast<unsigned>(said.ipi_ifindex);
        }
        if (part->cmsg_level == IPPROTO_IPV6 &&
            (part->cmsg_type == IPV6_PKTINFO || part->cmsg_type == IPV6_2292PKTINFO)) {
            in6_pktinfo said{};
            std::memcpy(&said, CMSG_DATA(part), sizeof said);
            return said.ipi6_ifindex;
        }
    }
    return 0;
}

// Of <netinet/tcp.h>, which cannot stand beside the <linux/tcp.h> that has the newer fields of tcp_info.
constexpr std::uint8_t k_fin_wait_2 = 5;
constexpr std::uint8_t k_closed = 7;

// 0: the kernel does not say.
std::uint8_t state_of(int socket) {
    tcp_info state{};
    socklen_t length = sizeof state;
    return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &state, &length) == 0 ? state.tcpi_state
                                                                             : std::uint8_t{0};
}

Result<FileDescriptor, std::string> open_one(const ListenPoint& point, bool is_ipv6) {
    FileDescriptor socket{
        ::socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket.is_open()) return fail(sentence(point, "cannot make a socket for", errno));
    // Connections of a server that ran a moment ago linger, and keep nobody from the port.
    set(socket, SOL_SOCKET, SO_REUSEADDR, 1);
    if (is_ipv6) set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    set_patience(socket);
    if (!point.name.empty() && ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, point.name.c_str(),
                                            static_cast<socklen_t>(point.name.size())) != 0)
        return fail(sentence(point, "cannot use", errno));
    const SocketAddress local{
        is_ipv6 ? Endpoint{Endpoint::V6{}, point.port} : Endpoint{point.address, point.port}, is_ipv6};
    if (::bind(socket.get(), local.get(), local.length) != 0)
        return fail(sentence(point, "cannot use", errno));
    if (::listen(socket.get(), k_backlog) != 0) return fail(sentence(point, "cannot listen on", errno));
    return socket;
}

}  // namespace

Result<FileDescriptor, std::string> open_tcp_listener(const ListenPoint& point) {
    auto socket = open_one(point, point.address.is_zero());
    if (!socket) socket = open_one(point, false);  // IPv6 may be switched off on this host
    if (socket) return socket;
    const auto says = [&socket](int error) {
        return socket.error().find(std::strerror(error)) != std::string::npos;
    };
    if (says(EACCES)) return fail(socket.error() + "; a port below 1024 needs CAP_NET_BIND_SERVICE");
    if (!says(EADDRINUSE)) return socket;
    return fail(socket.error() + "; " + taken_port_text(Transport::tcp, point.port));
}

void set_patience(const FileDescriptor& listener) {
    // Inherited by the connections.
    set(listener, IPPROTO_TCP, TCP_USER_TIMEOUT, k_user_timeout_ms);
    set(listener, SOL_SOCKET, SO_KEEPALIVE, 1);
}

Acceptance accept_from(const FileDescriptor& listener, Accepted& accepted) {
    for (;;) {
        SocketAddress address;
        address.length = sizeof address.storage;
        FileDescriptor socket{::accept4(listener.get(), reinterpret_cast<sockaddr*>(&address.storage),
                                        &address.length, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        if (socket.is_open()) {
            const bool is_ipv6 = address.storage.ss_family == AF_INET6;
            const auto interface = interface_of(socket, is_ipv6);
            accepted.socket = std::move(socket);
            accepted.peer = address.endpoint(interface);
            accepted.address = address;
            return Acceptance::taken;
        }
        switch (errno) {
            case EMFILE:
            case ENFILE:
            case ENOBUFS:
            case ENOMEM:
                return Acceptance::no_room;
            case EAGAIN:
                return Acceptance::none_waiting;
            case EINTR:
            case ECONNABORTED:  // accept(2): errors of the connection itself are to be treated like EAGAIN
            case ENETDOWN:
            case EPROTO:
            case EHOSTDOWN:
            case EHOSTUNREACH:
            case ENETUNREACH:
            case EPERM:  // a firewall rule
                continue;
            default:
                return Acceptance::none_waiting;
        }
    }
}

BytesPassed bytes_passed(int socket) {
    tcp_info state{};  // what an older kernel does not have stays zero
    socklen_t length = sizeof state;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &state, &length) != 0) return {};
    return {.received = state.tcpi_bytes_received, .acknowledged = state.tcpi_bytes_acked};
}

bool has_received_all(int socket) {
    return state_of(socket) == k_fin_wait_2;
}

bool is_dead(int socket) {
    return state_of(socket) == k_closed;
}

void shut_down(int socket) {
    ::shutdown(socket, SHUT_RDWR);
}

}  // namespace pxed::io
