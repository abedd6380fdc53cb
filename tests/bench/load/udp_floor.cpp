// What the kernel and this wire allow at all, with nothing of TFTP in it. Two numbers:
//
//   udp_floor pong PORT [--size 1472]                  answers each datagram with one of --size bytes, until
//   it is ended udp_floor ping ADDRESS PORT [--bytes 67108864] [--size 1472] [--burst 1]
//       sends four bytes and waits for --burst answers, as a TFTP client with that windowsize would: no
//       server can be faster with one client, because both sides sleep and are woken once for each window.
//   udp_floor receive PORT                             takes datagrams until it is ended, then prints what
//   came udp_floor send ADDRESS PORT [--segment 1472] [--seconds 2] [--gso 1]
//       sends as fast as it can, 44 datagrams in one segmented send (UDP_SEGMENT) or sendmmsg with --gso 0.
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <vector>

#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.hpp"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace {

using load::Clock;

constexpr auto k_options =
    std::to_array<std::string_view>({"size", "bytes", "burst", "segment", "seconds", "gso", "gro"});
constexpr std::string_view k_usage = "usage: udp_floor pong|receive PORT ... | ping|send ADDRESS PORT ...";

volatile std::sig_atomic_t is_over = 0;

void end_on_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { is_over = 1; };
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
}

/// A socket in an epoll of its own: waiting must cost here what it costs a server and a client with a loop.
class Wire {
 public:
    Wire() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)), epoll_(::epoll_create1(0)) {
        load::widen_receive_buffer(socket_);
        epoll_event event{};
        event.events = EPOLLIN;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event);
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() {
        ::close(socket_);
        ::close(epoll_);
    }
    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] bool wait(int milliseconds) const {
        epoll_event event{};
        return ::epoll_wait(epoll_, &event, 1, milliseconds) > 0;
    }

 private:
    int socket_;
    int epoll_;
};

constexpr std::size_t k_batch = 64;
constexpr std::size_t k_room = 65536;

/// Where one recvmmsg puts what it finds.
struct Inbox {
    std::vector<char> buffer = std::vector<char>(k_batch * k_room);
    std::array<iovec, k_batch> parts{};
    std::array<mmsghdr, k_batch> messages{};

    Inbox() {
        for (std::size_t i = 0; i < k_batch; ++i) {
            parts[i] = {buffer.data() + i * k_room, k_room};
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
    }
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;
};

std::uint16_t port_of(const std::string& text) {
    return static_cast<std::uint16_t>(std::stoul(text));
}

void listen_on(const Wire& wire, std::uint16_t port) {
    const sockaddr_in address = load::address_of("0.0.0.0", port);
    if (::bind(wire.socket(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        std::perror("udp_floor: bind");
        std::exit(2);
    }
}

void connect_to(const Wire& wire, const load::Words& words) {
    const sockaddr_in address = load::address_of(words.at(1), port_of(words.at(2)));
    ::connect(wire.socket(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

/// The datagram that asks says how many are to come back.
int pong(const load::Words& words) {
    const Wire wire;
    listen_on(wire, port_of(words.at(1)));
    const int size_each = static_cast<int>(words.number("size", 1472));
    const auto segment = static_cast<std::size_t>(size_each);
    const std::vector<char> datagrams(std::min<std::size_t>(64, 65507 / segment) * segment);
    ::setsockopt(wire.socket(), SOL_UDP, UDP_SEGMENT, &size_each, sizeof size_each);
    while (is_over == 0) {
        if (!wire.wait(200)) {
            continue;
        }
        std::uint32_t burst = 0;
        sockaddr_in from{};
        socklen_t size = sizeof from;
        if (::recvfrom(wire.socket(), &burst, sizeof burst, 0, reinterpret_cast<sockaddr*>(&from), &size) !=
            sizeof burst) {
            continue;
        }
        // Together, as a server would that sends a window at once: UDP_SEGMENT cuts what is one send for us.
        const std::size_t count = std::clamp<std::size_t>(burst, 1, datagrams.size() / segment);
        ::sendto(wire.socket(), datagrams.data(), count * segment, 0,
                 reinterpret_cast<const sockaddr*>(&from), size);
    }
    return 0;
}

int ping(const load::Words& words) {
    const Wire wire;
    connect_to(wire, words);
    const std::uint32_t burst = words.number("burst", 1);
    const std::uint64_t bytes = words.number("bytes", 64 << 20);
    Inbox inbox;
    std::uint64_t got_bytes = 0;
    std::uint64_t trips = 0;
    const double cpu = load::own_cpu_seconds();
    const auto began = Clock::now();
    while (got_bytes < bytes && is_over == 0) {
        ::send(wire.socket(), &burst, sizeof burst, 0);
        ++trips;
        for (std::uint32_t got = 0; got < burst;) {
            if (!wire.wait(1000)) {
                std::fprintf(stderr, "udp_floor: no answer\n");
                return 1;
            }
            // One that is alone is read alone; of several as many as are there.
            const int count =
                burst == 1 ? 1 : ::recvmmsg(wire.socket(), inbox.messages.data(), k_batch, 0, nullptr);
            if (burst == 1) {
                got_bytes += static_cast<std::uint64_t>(
                    std::max<ssize_t>(::recv(wire.socket(), inbox.buffer.data(), k_room, 0), 0));
            }
            for (int i = 0; burst > 1 && i < count; ++i) {
                got_bytes += inbox.messages[static_cast<std::size_t>(i)].msg_len;
            }
            got += static_cast<std::uint32_t>(std::max(count, 0));
        }
    }
    const double seconds = load::Seconds(Clock::now() - began).count();
    load::Report()
        .number("megabytes_per_second", static_cast<double>(got_bytes) / 1e6 / seconds)
        .number("trips_per_second", static_cast<double>(trips) / seconds)
        .number("load_cpu_seconds", load::own_cpu_seconds() - cpu)
        .print();
    return 0;
}

int receive(const load::Words& words) {
    const Wire wire;
    listen_on(wire, port_of(words.at(1)));
    if (words.number("gro", 0) != 0) {
        const int on = 1;
        ::setsockopt(wire.socket(), SOL_UDP, UDP_GRO, &on, sizeof on);
    }
    Inbox inbox;
    std::uint64_t bytes = 0;
    Clock::time_point first;
    Clock::time_point last;
    while (is_over == 0) {
        if (!wire.wait(200)) {
            continue;
        }
        const int count = ::recvmmsg(wire.socket(), inbox.messages.data(), k_batch, 0, nullptr);
        last = Clock::now();
        first = bytes == 0 ? last : first;
        for (int i = 0; i < count; ++i) {
            bytes += inbox.messages[static_cast<std::size_t>(i)].msg_len;
        }
    }
    const double seconds = load::Seconds(last - first).count();
    load::Report()
        .number("megabytes_per_second", seconds > 0 ? static_cast<double>(bytes) / 1e6 / seconds : 0)
        .number("bytes", static_cast<double>(bytes))
        .print();
    return 0;
}

/// One segmented send, or as many datagrams in one sendmmsg; the bytes that went.
std::uint64_t send_once(const Wire& wire, std::span<const char> bytes, std::size_t segment,
                        bool is_segmented) {
    if (is_segmented) {
        return static_cast<std::uint64_t>(
            std::max<ssize_t>(::send(wire.socket(), bytes.data(), bytes.size(), 0), 0));
    }
    std::vector<iovec> parts;
    std::vector<mmsghdr> messages(bytes.size() / segment);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        parts.push_back({const_cast<char*>(bytes.data()) + i * segment, segment});
    }
    for (std::size_t i = 0; i < messages.size(); ++i) {
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent = ::sendmmsg(wire.socket(), messages.data(), static_cast<unsigned>(messages.size()), 0);
    return static_cast<std::uint64_t>(std::max(sent, 0)) * segment;
}

int send(const load::Words& words) {
    const Wire wire;
    connect_to(wire, words);
    const int segment = static_cast<int>(words.number("segment", 1472));
    const bool is_segmented = words.number("gso", 1) != 0;
    if (is_segmented && ::setsockopt(wire.socket(), SOL_UDP, UDP_SEGMENT, &segment, sizeof segment) != 0) {
        std::perror("udp_floor: UDP_SEGMENT");
        return 1;
    }
    const auto size = static_cast<std::size_t>(segment);
    const std::vector<char> bytes(std::min<std::size_t>(64, 65507 / size) * size);
    std::uint64_t sent = 0;
    const double cpu = load::own_cpu_seconds();
    const auto began = Clock::now();
    const auto end = began + std::chrono::seconds(words.number("seconds", 2));
    while (Clock::now() < end && is_over == 0) {
        sent += send_once(wire, bytes, size, is_segmented);
    }
    const double seconds = load::Seconds(Clock::now() - began).count();
    load::Report()
        .number("megabytes_per_second", static_cast<double>(sent) / 1e6 / seconds)
        .number("bytes", static_cast<double>(sent))
        .number("load_cpu_seconds", load::own_cpu_seconds() - cpu)
        .print();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view verb = argc > 1 ? argv[1] : "";
    const bool is_server = verb == "pong" || verb == "receive";
    const load::Words words({argv, static_cast<std::size_t>(argc)}, is_server ? 2 : 3, k_options, k_usage);
    end_on_signals();
    if (verb == "pong") {
        return pong(words);
    }
    if (verb == "ping") {
        return ping(words);
    }
    if (verb == "receive") {
        return receive(words);
    }
    if (verb == "send") {
        return send(words);
    }
    std::fprintf(stderr, "%.*s\n", static_cast<int>(k_usage.size()), k_usage.data());
    return 2;
}
