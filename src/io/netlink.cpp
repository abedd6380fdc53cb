#include "io/netlink.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace pxed::io {

namespace {

std::string failure(const char* what) {
    return std::string{what} + ": " + std::strerror(errno);
}

constexpr std::size_t padded(std::size_t length) {
    return (length + 3) & ~std::size_t{3};
}

template <typename T>
bool read_struct(Bytes from, T& into) {
    if (from.size() < sizeof into) return false;
    std::memcpy(&into, from.data(), sizeof into);
    return true;
}

template <typename T>
Bytes bytes_of(const T& value) {
    return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

}  // namespace

std::optional<Bytes> find_attribute(Bytes attributes, std::uint16_t wanted) {
    rtattr header{};
    while (read_struct(attributes, header)) {
        if (header.rta_len < sizeof header || header.rta_len > attributes.size()) break;
        if ((header.rta_type & NLA_TYPE_MASK) == wanted)
            return attributes.subspan(sizeof header, header.rta_len - sizeof header);
        attributes = attributes.subspan(std::min(padded(header.rta_len), attributes.size()));
    }
    return std::nullopt;
}

void append_attribute(std::vector<std::uint8_t>& message, std::uint16_t type, Bytes value) {
    const rtattr header{static_cast<std::uint16_t>(sizeof(rtattr) + value.size()), type};
    const auto head = bytes_of(header);
    message.insert(message.end(), head.begin(), head.end());
    message.insert(message.end(), value.begin(), value.end());
    message.resize(padded(message.size()));
}

Result<Netlink, std::string> Netlink::open(std::uint32_t groups, int protocol) {
    static_assert(NETLINK_ROUTE == 0);  // the default of `protocol`
    FileDescriptor descriptor{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)};
    if (!descriptor.is_open()) return fail(failure("netlink socket"));
    sockaddr_nl local{};
    local.nl_family = AF_NETLINK;
    local.nl_groups = groups;
    if (::bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
        return fail(failure("netlink bind"));
    // The kernel always answers; the limit only keeps a wrong belief about it from stopping the loop for
    // good.
    const timeval longest{1, 0};
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    return Netlink{std::move(descriptor)};
}

Result<void, std::string> Netlink::request(std::uint16_t type, Bytes body, bool is_dump, const Each& each) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body.size());
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | (is_dump ? NLM_F_DUMP : NLM_F_ACK));
    header.nlmsg_seq = ++sequence_;
    std::vector<std::uint8_t> message;
    const auto head = bytes_of(header);
    message.insert(message.end(), head.begin(), head.end());
    message.insert(message.end(), body.begin(), body.end());
    if (::send(descriptor_.get(), message.data(), message.size(), 0) < 0)
        return fail(failure("netlink request"));
    for (;;) {
        TRY(const auto progress, read_answers(is_dump, each));
        if (progress == Progress::done) return {};
        // The table changed under the dump: what was read may lack a row.
        if (progress == Progress::interrupted) return fail(std::string{"netlink dump interrupted"});
    }
}

Result<Netlink::Progress, std::string> Netlink::read_answers(bool is_dump, const Each& each) {
    const auto length = ::recv(descriptor_.get(), buffer_.data(), buffer_.size(), MSG_TRUNC);
    if (length < 0) return fail(failure("netlink answer"));
    if (static_cast<std::size_t>(length) > buffer_.size()) {
        buffer_.resize(static_cast<std::size_t>(length));
        return fail(std::string{"netlink answer: larger than the buffer"});
    }
    Bytes rest{buffer_.data(), static_cast<std::size_t>(length)};
    bool was_interrupted = false;
    nlmsghdr header{};
    while (read_struct(rest, header)) {
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) break;
        const auto body = rest.subspan(sizeof header, header.nlmsg_len - sizeof header);
        rest = rest.subspan(std::min(padded(header.nlmsg_len), rest.size()));
        if (header.nlmsg_seq != sequence_) continue;  // the end of an answer that was given up
        was_interrupted = was_interrupted || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (header.nlmsg_type == NLMSG_DONE) return was_interrupted ? Progress::interrupted : Progress::done;
        if (header.nlmsg_type == NLMSG_ERROR) {
            nlmsgerr error{};
            if (!read_struct(body, error)) break;
            if (error.error == 0) return Progress::done;
            errno = -error.error;
            return fail(failure("netlink"));
        }
        each({header.nlmsg_type, body});
    }
    if (was_interrupted && !is_dump) return Progress::interrupted;
    return Progress::more;
}

bool Netlink::drain() {
    bool had_any = false;
    for (;;) {
        const auto length =
            ::recv(descriptor_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT | MSG_TRUNC);
        if (length < 0 && errno == EINTR) continue;
        // ENOBUFS: notices were lost, so something changed; the queue is readable again afterwards.
        if (length < 0 && errno != ENOBUFS) return had_any;
        had_any = true;
    }
}

}  // namespace pxed::io
