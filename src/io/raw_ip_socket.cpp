#include "io/raw_ip_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace pxed::io {

Result<RawIpSocket, std::string> RawIpSocket::open() {
    FileDescriptor descriptor{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW)};
    if (!descriptor.is_open()) {
        const std::string why = std::strerror(errno);
        return fail("raw socket: " + why + (errno == EPERM ? " (CAP_NET_RAW is needed)" : ""));
    }
    return RawIpSocket{std::move(descriptor)};
}

bool RawIpSocket::send(const UdpFrame& datagram, unsigned interface) {
    auto bytes = build_udp_frame(datagram);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(datagram.destination.value());
    iovec part{bytes.data(), bytes.size()};
    in_pktinfo route{};
    route.ipi_ifindex = static_cast<int>(interface);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof route)> control{};
    msghdr header{};
    header.msg_name = &to;
    header.msg_namelen = sizeof to;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (interface != 0) {
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        auto* c = CMSG_FIRSTHDR(&header);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof route);
        std::memcpy(CMSG_DATA(c), &route, sizeof route);
    }
    return ::sendmsg(descriptor_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
}

}  // namespace pxed::io
