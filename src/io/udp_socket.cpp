#include "io/udp_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <utility>

#include <fcntl.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "io/receive_buffer.hpp"
#include "io/socket_address.hpp"

namespace pxed::io {

namespace {

constexpr std::size_t k_largest_datagram = 65507;  // 65535 less the IPv4 and UDP headers
constexpr std::size_t k_most_segments = 64;        // UDP_MAX_SEGMENTS of the oldest kernels that have it
constexpr std::size_t k_control_bytes = 128;       // room for either family's pktinfo and the segment size
constexpr int k_receive_buffer = 1 << 20;          // a rack that starts at once; the kernel may give less

bool set(int descriptor, int level, int option, int value) {
    return ::setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

std::string sentence(const Endpoint& local, const char* what) {
    const int error = errno;
    return local.text() + ": " + what + ": " + std::strerror(error);
}

void report_destinations(int descriptor, bool is_ipv6) {
    // A dual-stack socket has both: IPv4's also says which of our addresses a broadcast is answered from.
    set(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
    if (is_ipv6) set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

// A message to send with room for what steers it.
class Outgoing {
 public:
    Outgoing(const Route& route, bool is_ipv6_socket) : name_(route.to, is_ipv6_socket) {
        header_.msg_name = &name_.storage;
        header_.msg_namelen = name_.length;
        header_.msg_control = control_.data();
        if (!route.from && route.interface == 0) return;
        if (route.to.is_ipv4()) {
            in_pktinfo info{};
            info.ipi_ifindex = static_cast<int>(route.interface);
            if (route.from) info.ipi_spec_dst.s_addr = htonl(route.from->ipv4().value_or(Ipv4{}).value());
            add(IPPROTO_IP, IP_PKTINFO, info);
        } else {
            in6_pktinfo info{};
            info.ipi6_ifindex = route.interface;
            if (route.from) std::ranges::copy(route.from->ipv6(), info.ipi6_addr.s6_addr);
            add(IPPROTO_IPV6, IPV6_PKTINFO, info);
        }
    }
    Outgoing(const Outgoing&) = delete;
    Outgoing& operator=(const Outgoing&) = delete;

    void cut_into(std::uint16_t segment) { add(IPPROTO_UDP, UDP_SEGMENT, segment); }
    void carry(iovec& part) {
        header_.msg_iov = &part;
        header_.msg_iovlen = 1;
    }
    [[nodiscard]] const msghdr& header() const { return header_; }

 private:
    template <typename T>
    void add(int level, int type, const T& value) {
        auto* begin = control_.data() + header_.msg_controllen;
        header_.msg_controllen += CMSG_SPACE(sizeof value);
        cmsghdr head{};
        head.cmsg_level = level;
        head.cmsg_type = type;
        head.cmsg_len = CMSG_LEN(sizeof value);
        std::memcpy(begin, &head, sizeof head);
        std::memcpy(begin + CMSG_LEN(0), &value, sizeof value);
    }

    SocketAddress name_;
    msghdr header_{};
    alignas(cmsghdr) std::array<char, k_control_bytes> control_{};
};

iovec part_of(Bytes bytes) {
    return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

// An error that a past datagram earned (ICMP) is reported once, in this one's place.
template <typename Send>
ssize_t send_again_after_past_error(Send send) {
    const ssize_t sent = send();
    return sent < 0 && (errno == ECONNREFUSED || errno == EINTR) ? send() : sent;
}

ssize_t send_message(int descriptor, const msghdr& message) {
    return send_again_after_past_error(
        [&] { return ::sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
}

}  // namespace

struct Inbox::Slots {
    explicit Slots(std::size_t room)
        : bytes(room), memory(std::make_unique_for_overwrite<std::uint8_t[]>(room * k_datagrams)) {
        for (std::size_t i = 0; i < k_datagrams; ++i)
            parts[i] = {memory.get() + i * bytes, bytes};
    }

    // The kernel writes into the headers what it used: those are made anew.
    void prepare() {
        for (; used > 0; --used) {
            const std::size_t i = used - 1;
            auto& header = headers[i].msg_hdr;
            header = {};
            header.msg_name = &names[i].storage;
            header.msg_namelen = sizeof names[i].storage;
            header.msg_iov = &parts[i];
            header.msg_iovlen = 1;
            header.msg_control = controls[i].data();
            header.msg_controllen = k_control_bytes;
        }
    }

    void read(std::size_t i) {
        auto& datagram = datagrams[i];
        datagram = {};
        datagram.payload = {memory.get() + i * bytes, headers[i].msg_len};
        unsigned interface = 0;
        auto& header = headers[i].msg_hdr;
        for (auto* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
            if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
                in_pktinfo info{};
                std::memcpy(&info, CMSG_DATA(c), sizeof info);
                interface = static_cast<unsigned>(info.ipi_ifindex);
                datagram.to = {Ipv4{ntohl(info.ipi_addr.s_addr)}, 0, interface};
                // ipi_spec_dst is the address we would answer from: ours, which a broadcast's is not.
                datagram.was_broadcast = info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
            } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
                if (interface != 0) continue;  // IPv4 on a dual-stack socket: IP_PKTINFO said more
                in6_pktinfo info{};
                std::memcpy(&info, CMSG_DATA(c), sizeof info);
                interface = info.ipi6_ifindex;
                Endpoint::V6 address{};
                std::ranges::copy(info.ipi6_addr.s6_addr, address.begin());
                datagram.to = {address, 0, interface};
                datagram.was_broadcast = datagram.to.is_multicast_or_broadcast();
            }
        }
        datagram.from = names[i].endpoint(interface);
    }

    std::size_t bytes;
    std::size_t used = k_datagrams;  // headers that are to be made anew
    std::unique_ptr<std::uint8_t[]> memory;
    std::array<mmsghdr, k_datagrams> headers{};
    std::array<SocketAddress, k_datagrams> names{};
    std::array<iovec, k_datagrams> parts{};
    struct alignas(cmsghdr) Control : std::array<char, k_control_bytes> {};
    std::array<Control, k_datagrams> controls{};
    std::array<Datagram, k_datagrams> datagrams{};
};

Inbox::Inbox(std::size_t bytes) : slots_(std::make_unique<Slots>(bytes)) {}
Inbox::~Inbox() = default;
Inbox::Inbox(Inbox&&) noexcept = default;
Inbox& Inbox::operator=(Inbox&&) noexcept = default;

UdpSocket::UdpSocket(FileDescriptor descriptor, bool is_ipv6)
    : descriptor_(std::move(descriptor)), is_ipv6_(is_ipv6) {}

Result<UdpSocket, std::string> UdpSocket::open(const Endpoint& local, const UdpOptions& options) {
    const bool is_ipv6 = !local.is_ipv4();
    FileDescriptor descriptor{
        ::socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    const int fd = descriptor.get();
    if (!descriptor.is_open()) return fail(sentence(local, "cannot make a UDP socket"));
    if (is_ipv6) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (options.is_shared) {
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    }
    if (options.sends_broadcast) set(fd, SOL_SOCKET, SO_BROADCAST, 1);
    if (options.reports_destination) {
        report_destinations(fd, is_ipv6);
        set_receive_buffer(fd, k_receive_buffer);
    }
    if (options.lets_fragment) {
        set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
        if (is_ipv6) set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
    }
    if (!options.interface.empty() && ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, options.interface.data(),
                                                   static_cast<socklen_t>(options.interface.size())) != 0)
        return fail(sentence(local, ("cannot bind to interface " + options.interface).c_str()));
    const SocketAddress name{local, is_ipv6};
    if (::bind(fd, name.get(), name.length) != 0) return fail(sentence(local, "cannot bind"));
    return UdpSocket{std::move(descriptor), is_ipv6};
}

Result<UdpSocket, std::string> UdpSocket::adopt(FileDescriptor descriptor) {
    SocketAddress name;
    name.length = sizeof name.storage;
    int type = 0;
    socklen_t length = sizeof type;
    if (::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&name.storage), &name.length) != 0 ||
        ::getsockopt(descriptor.get(), SOL_SOCKET, SO_TYPE, &type, &length) != 0)
        return fail("descriptor " + std::to_string(descriptor.get()) + " is no socket");
    const auto family = name.storage.ss_family;
    if (type != SOCK_DGRAM || (family != AF_INET && family != AF_INET6))
        return fail("descriptor " + std::to_string(descriptor.get()) + " is no UDP socket");
    ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
    report_destinations(descriptor.get(), family == AF_INET6);
    return UdpSocket{std::move(descriptor), family == AF_INET6};
}

std::uint16_t UdpSocket::local_port() const {
    SocketAddress name;
    name.length = sizeof name.storage;
    if (::getsockname(descriptor(), reinterpret_cast<sockaddr*>(&name.storage), &name.length) != 0) return 0;
    return name.endpoint().port();
}

Result<void, std::string> UdpSocket::connect(const Endpoint& peer) {
    const SocketAddress name{peer, is_ipv6_};
    if (::connect(descriptor(), name.get(), name.length) != 0) return fail(sentence(peer, "cannot connect"));
    return {};
}

std::span<const Datagram> UdpSocket::receive() {
    if (!inbox_) inbox_.emplace();
    return receive(*inbox_);
}

std::span<const Datagram> UdpSocket::receive(Inbox& inbox) {
    auto& slots = *inbox.slots_;
    slots.prepare();
    const int count =
        ::recvmmsg(descriptor(), slots.headers.data(), Inbox::k_datagrams, MSG_DONTWAIT, nullptr);
    // A failed call may have written into the first header.
    slots.used = std::max<std::size_t>(count > 0 ? static_cast<std::size_t>(count) : 0, 1);
    if (count <= 0) return {};
    const auto received = static_cast<std::size_t>(count);
    for (std::size_t i = 0; i < received; ++i)
        slots.read(i);
    return std::span{slots.datagrams}.first(received);
}

std::optional<Datagram> UdpSocket::receive_one(std::span<std::uint8_t> memory) {
    SocketAddress from;
    from.length = sizeof from.storage;
    const auto length = ::recvfrom(descriptor(), memory.data(), memory.size(), MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr*>(&from.storage), &from.length);
    if (length < 0) return std::nullopt;
    Datagram datagram;
    datagram.payload = memory.first(static_cast<std::size_t>(length));
    datagram.from = from.endpoint();
    return datagram;
}

bool UdpSocket::send(Bytes payload, const Route& route) {
    if (!route.from && route.interface == 0) {
        // Nothing steers it: the plain call spares the kernel the copying of a message and its parts, which
        // counts where every block of every client comes by here.
        const SocketAddress name{route.to, is_ipv6_};
        return send_again_after_past_error([&] {
                   return ::sendto(descriptor(), payload.data(), payload.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                                   name.get(), name.length);
               }) >= 0;
    }
    Outgoing message{route, is_ipv6_};
    iovec part = part_of(payload);
    message.carry(part);
    return send_message(descriptor(), message.header()) >= 0;
}

std::size_t UdpSocket::send_segments(Bytes payload, std::uint16_t segment, const Route& route) {
    const std::size_t most = std::clamp<std::size_t>(k_largest_datagram / segment, 1, k_most_segments);
    std::size_t sent = 0;
    while (!payload.empty()) {
        const auto run = payload.first(std::min(payload.size(), most * segment));
        const std::size_t datagrams = (run.size() + segment - 1) / segment;
        std::size_t went = 0;
        if (datagrams == 1) {
            went = send(run, route) ? 1 : 0;
        } else if (segment < too_long_segment_) {
            Outgoing message{route, is_ipv6_};
            message.cut_into(segment);
            iovec part = part_of(run);
            message.carry(part);
            if (send_message(descriptor(), message.header()) >= 0) {
                went = datagrams;
            } else if (errno == EINVAL || errno == EMSGSIZE) {
                // A segment over the route's MTU, which only single datagrams may be fragmented to.
                // Remembered, because the kernel finds out after it has copied the whole run.
                too_long_segment_ = segment;
                went = send_one_by_one(run, segment, route);
            } else if (errno == EIO || errno == EOPNOTSUPP || errno == ENOPROTOOPT) {
                too_long_segment_ = 0;  // the device cannot sum, or the kernel is older than UDP_SEGMENT
                went = send_one_by_one(run, segment, route);
            }
        } else {
            went = send_one_by_one(run, segment, route);
        }
        sent += went;
        if (went < datagrams) return sent;
        payload = payload.subspan(run.size());
    }
    return sent;
}

std::size_t UdpSocket::send_one_by_one(Bytes payload, std::uint16_t segment, const Route& route) {
    Outgoing message{route, is_ipv6_};
    std::array<iovec, k_most_segments> parts{};
    std::array<mmsghdr, k_most_segments> headers{};
    std::size_t count = 0;
    for (; !payload.empty() && count < k_most_segments; ++count) {
        const auto one = payload.first(std::min<std::size_t>(payload.size(), segment));
        payload = payload.subspan(one.size());
        parts[count] = part_of(one);
        headers[count].msg_hdr = message.header();
        headers[count].msg_hdr.msg_iov = &parts[count];
        headers[count].msg_hdr.msg_iovlen = 1;
    }
    const int sent =
        ::sendmmsg(descriptor(), headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

std::size_t UdpSocket::send_each(std::span<const Packet> packets) {
    constexpr std::size_t k_most = 64;
    std::size_t sent = 0;
    while (sent < packets.size()) {
        const auto run = packets.subspan(sent, std::min(k_most, packets.size() - sent));
        std::deque<Outgoing> messages;  // they stay where they are: their headers point into them
        std::array<iovec, k_most> parts{};
        std::array<mmsghdr, k_most> headers{};
        for (std::size_t i = 0; i < run.size(); ++i) {
            parts[i] = part_of(run[i].payload);
            auto& message = messages.emplace_back(run[i].route, is_ipv6_);
            message.carry(parts[i]);
            headers[i].msg_hdr = message.header();
        }
        const int went = ::sendmmsg(descriptor(), headers.data(), static_cast<unsigned>(run.size()),
                                    MSG_DONTWAIT | MSG_NOSIGNAL);
        if (went > 0) sent += static_cast<std::size_t>(went);
        if (went < static_cast<int>(run.size())) break;
    }
    return sent;
}

}  // namespace pxed::io
