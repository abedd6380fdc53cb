#include "io/packet_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

namespace pxed::io {

Result<PacketSocket, std::string> PacketSocket::open(std::optional<std::uint16_t> heard) {
    // Protocol 0 receives nothing; in the socket it must be in network byte order.
    const int protocol = heard ? htons(*heard) : 0;
    FileDescriptor descriptor{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol)};
    if (!descriptor.is_open()) {
        const std::string why = std::strerror(errno);
        return fail("packet socket: " + why + (errno == EPERM ? " (CAP_NET_RAW is needed)" : ""));
    }
    PacketSocket result{std::move(descriptor)};
    if (heard) result.set_deaf(true);
    return result;
}

bool PacketSocket::send(Bytes packet, std::uint16_t ether_type, unsigned interface, const HwAddr& to) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ether_type);
    address.sll_ifindex = static_cast<int>(interface);
    if (to.is_empty()) {
        address.sll_halen = 6;
        std::fill_n(std::begin(address.sll_addr), 6, std::uint8_t{0xff});
    } else {
        const auto bytes = to.bytes();
        if (bytes.size() > sizeof address.sll_addr) {
            errno = EINVAL;
            return false;
        }
        address.sll_halen = static_cast<unsigned char>(bytes.size());
        std::ranges::copy(bytes, std::begin(address.sll_addr));
    }
    const auto sent = ::sendto(descriptor_.get(), packet.data(), packet.size(), MSG_DONTWAIT,
                               reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return sent == static_cast<ssize_t>(packet.size());
}

void PacketSocket::set_deaf(bool is_deaf) {
    const int unused = 0;
    if (is_deaf) {
        sock_filter refuse_all{BPF_RET | BPF_K, 0, 0, 0};
        const sock_fprog program{1, &refuse_all};
        ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    } else {
        ::setsockopt(descriptor_.get(), SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
    }
}

std::optional<PacketSocket::Heard> PacketSocket::receive(std::span<std::uint8_t> memory) {
    sockaddr_ll from{};
    socklen_t length = sizeof from;
    const auto size = ::recvfrom(descriptor_.get(), memory.data(), memory.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0) return std::nullopt;
    return Heard{memory.first(static_cast<std::size_t>(size)), static_cast<unsigned>(from.sll_ifindex)};
}

}  // namespace pxed::io
