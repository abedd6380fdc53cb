#include "tftp_fetch.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104  // linux/udp.h, which cannot be included beside netinet/udp.h
#endif

namespace load {

namespace {

constexpr std::uint32_t k_tries = 10;
constexpr std::size_t k_batch = 64;
constexpr std::size_t k_room = 65536;  // the largest datagram, and what UDP_GRO gives at most

/// Datagrams of one recvmmsg, and for each what the kernel says of it. One for the whole program: it is
/// single-threaded.
struct Mailbox {
    using Control = std::array<char, CMSG_SPACE(sizeof(int))>;
    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(k_batch * k_room);
    std::array<Control, k_batch> control{};
    std::array<iovec, k_batch> parts{};
    std::array<mmsghdr, k_batch> messages{};

    int receive(int socket) {
        for (std::size_t i = 0; i < k_batch; ++i) {
            parts[i] = {bytes.data() + i * k_room, k_room};
            messages[i] = {};
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
            messages[i].msg_hdr.msg_control = control[i].data();
            messages[i].msg_hdr.msg_controllen = sizeof(Control);
        }
        return ::recvmmsg(socket, messages.data(), k_batch, MSG_DONTWAIT, nullptr);
    }

    [[nodiscard]] std::span<const std::uint8_t> at(std::size_t index) const {
        return {bytes.data() + index * k_room, messages[index].msg_len};
    }

    /// The size of the datagrams that the kernel joined in this one; its own size when it joined none.
    std::size_t segment(std::size_t index) {
        msghdr& header = messages[index].msg_hdr;
        for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
            if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
                int size = 0;
                std::memcpy(&size, CMSG_DATA(c), sizeof size);
                return static_cast<std::size_t>(size);
            }
        }
        return messages[index].msg_len;
    }
};

Mailbox& mailbox() {
    static Mailbox box;
    return box;
}

std::uint16_t two_bytes(std::span<const std::uint8_t> at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

}  // namespace

TftpFetch::TftpFetch(const TftpPlan& plan, TftpTally& tally, std::uint32_t index)
    : plan_(plan), tally_(tally), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (socket_ < 0) {
        fail(std::string("socket: ") + std::strerror(errno));
        return;
    }
    if (!bind_as_client(socket_, plan.first_client, index)) {
        fail(std::string("bind: ") + std::strerror(errno));
        return;
    }
    widen_receive_buffer(socket_);
    if (plan.is_coalescing) {
        const int on = 1;
        ::setsockopt(socket_, SOL_UDP, UDP_GRO, &on, sizeof on);
    }
    ask();
}

TftpFetch::~TftpFetch() {
    ::close(socket_);
}

void TftpFetch::ask() {
    std::string request("\0\1", 2);
    const auto word = [&request](std::string_view text) { request.append(text).push_back('\0'); };
    word(plan_.name);
    word("octet");
    word("blksize");
    word(std::to_string(plan_.block_size));
    if (plan_.window > 1) {
        word("windowsize");
        word(std::to_string(plan_.window));
    }
    heard_ = Clock::now();
    ::sendto(socket_, request.data(), request.size(), 0, reinterpret_cast<const sockaddr*>(&plan_.server),
             sizeof plan_.server);
}

void TftpFetch::acknowledge() {
    const std::array<std::uint8_t, 4> ack{0, 4, static_cast<std::uint8_t>(block_ >> 8),
                                          static_cast<std::uint8_t>(block_)};
    ::send(socket_, ack.data(), ack.size(), 0);
    since_ack_ = 0;
}

void TftpFetch::drain() {
    if (!is_answered_) {
        take_first();
    } else {
        take_many();
    }
}

/// The first answer comes from a port of the transfer's own (RFC 1350 section 4). From then on the kernel
/// keeps every other sender out, and no datagram needs an address any more.
void TftpFetch::take_first() {
    std::vector<std::uint8_t>& bytes = mailbox().bytes;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto got = ::recvfrom(socket_, bytes.data(), k_room, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 4 || from.sin_addr.s_addr != plan_.server.sin_addr.s_addr) {
        return;
    }
    ::connect(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from);
    take({bytes.data(), static_cast<std::size_t>(got)});
}

void TftpFetch::take_many() {
    Mailbox& box = mailbox();
    if (window_ == 1) {
        // One block is all that can be there: looking for another would cost a system call for each.
        const auto got = ::recv(socket_, box.bytes.data(), k_room, 0);
        if (got >= 4) {
            take({box.bytes.data(), static_cast<std::size_t>(got)});
        }
        return;
    }
    const int count = box.receive(socket_);
    for (int i = 0; i < count && state_ == State::running; ++i) {
        const auto index = static_cast<std::size_t>(i);
        const std::size_t segment = box.segment(index);
        for (auto rest = box.at(index); rest.size() >= 4 && state_ == State::running;) {
            const auto datagram = rest.first(std::min(segment, rest.size()));
            take(datagram);
            rest = rest.subspan(datagram.size());
        }
    }
}

void TftpFetch::wait_is_over() {
    if (++silences_ > k_tries) {
        fail("the server fell silent after block " + std::to_string(block_));
        return;
    }
    ++tally_.repeated;
    if (is_answered_) {
        acknowledge();
        heard_ = Clock::now();
    } else {
        ask();
    }
}

void TftpFetch::take(std::span<const std::uint8_t> datagram) {
    switch (two_bytes(datagram)) {
        case 3:
            take_data(two_bytes(datagram.subspan(2)), datagram.subspan(4));
            break;
        case 5:
            fail("the server says: " +
                 std::string(datagram.begin() + 4, std::find(datagram.begin() + 4, datagram.end(), 0)));
            break;
        case 6:
            take_options(datagram.subspan(2));
            break;
        default:
            fail("a datagram that no server sends");
    }
}

void TftpFetch::take_options(std::span<const std::uint8_t> options) {
    if (block_ > 0) {
        return;  // a repeated OACK that was on its way
    }
    std::vector<std::string> words;
    for (auto at = options.begin(); at != options.end();) {
        const auto end = std::find(at, options.end(), 0);
        words.emplace_back(at, end);
        at = end == options.end() ? end : end + 1;
    }
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
        std::uint32_t value = 0;
        std::from_chars(words[i + 1].data(), words[i + 1].data() + words[i + 1].size(), value);
        // A server must not give more than was asked for (RFC 2348, RFC 7440).
        if (words[i] == "blksize" && value >= 8 && value <= plan_.block_size) {
            block_size_ = value;
        } else if (words[i] == "windowsize" && value >= 1 && value <= plan_.window) {
            window_ = value;
        } else {
            return fail("an option that was not asked for: " + words[i] + "=" + words[i + 1]);
        }
    }
    if (!is_answered_) {
        begin_to_read();
    }
    acknowledge();
}

/// Called at the first answer, when the options of an OACK, if there was one, are known.
void TftpFetch::begin_to_read() {
    is_answered_ = true;
    silences_ = 0;
    heard_ = Clock::now();
    tally_.smaller_window += window_ < plan_.window;
    tally_.smaller_block += block_size_ < plan_.block_size;
}

void TftpFetch::take_data(std::uint16_t block, std::span<const std::uint8_t> bytes) {
    if (!is_answered_) {
        begin_to_read();  // DATA instead of an OACK: the server knows no options (RFC 2347)
    }
    if (block != static_cast<std::uint16_t>(block_ + 1)) {
        // Lost or repeated: say once where we are; the server goes on from there (RFC 7440 section 4).
        if (!has_complained_) {
            ++tally_.gaps;
            acknowledge();
        }
        has_complained_ = true;
        return;
    }
    has_complained_ = false;
    silences_ = 0;
    if (bytes.size() > block_size_ || bytes.size() > plan_.original.size() - at_ ||
        (!bytes.empty() && std::memcmp(bytes.data(), plan_.original.data() + at_, bytes.size()) != 0)) {
        return fail("other bytes than the original's in block " + std::to_string(block_ + 1));
    }
    at_ += bytes.size();
    ++block_;
    const bool is_last = bytes.size() < block_size_;
    if (++since_ack_ >= window_ || is_last) {
        acknowledge();
        heard_ = Clock::now();
    }
    if (is_last) {
        state_ = State::whole;
        if (at_ != plan_.original.size()) {
            fail("the file ended early, at byte " + std::to_string(at_));
        }
    }
}

void TftpFetch::fail(std::string why) {
    state_ = State::failed;
    why_ = std::move(why);
}

}  // namespace load
