#include "http_connection.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace load {

namespace {

constexpr std::size_t k_head_limit = 16384;
constexpr std::size_t k_read = 256 << 10;

/// One buffer for all connections: nothing stays in it between two reads.
std::span<std::uint8_t> read_buffer() {
    static std::vector<std::uint8_t> buffer(k_read);
    return buffer;
}

/// The value of a header field, in lower case; the field's name must be in lower case.
std::optional<std::string> field(std::string_view head, std::string_view name) {
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos && at + 2 < head.size();) {
        const std::size_t begin = at + 2;
        at = head.find("\r\n", begin);
        std::string line(head.substr(begin, at - begin));
        std::ranges::transform(line, line.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':') {
            const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
            return value == std::string::npos ? std::string() : line.substr(value);
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> number(const std::optional<std::string>& text) {
    std::size_t value = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{}) {
        return std::nullopt;
    }
    return value;
}

}  // namespace

HttpConnection::HttpConnection(const HttpPlan& plan, HttpTally& tally, std::uint32_t index)
    : plan_(plan), tally_(tally), index_(index), random_(index + 1) {
    connect();
}

HttpConnection::~HttpConnection() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

void HttpConnection::connect() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
        return fail(std::string("socket: ") + std::strerror(errno));
    }
    if (!bind_as_client(socket_, plan_.first_client, index_)) {
        return fail(std::string("bind: ") + std::strerror(errno));
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++sockets_;
    is_connecting_ = true;
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&plan_.server), sizeof plan_.server) != 0 &&
        errno != EINPROGRESS) {
        return fail(std::string("connect: ") + std::strerror(errno));
    }
    compose();
}

void HttpConnection::compose() {
    request_ = "GET " + plan_.path + " HTTP/1.1\r\nHost: bench\r\n";
    if (!plan_.is_keeping_alive) {
        request_ += "Connection: close\r\n";
    }
    at_ = 0;
    left_ = plan_.original.size();
    if (plan_.part > 0 && plan_.part < plan_.original.size()) {
        at_ = std::uniform_int_distribution<std::size_t>(0, plan_.original.size() - plan_.part)(random_);
        left_ = plan_.part;
        request_ += "Range: bytes=" + std::to_string(at_) + "-" + std::to_string(at_ + left_ - 1) + "\r\n";
    }
    request_ += "\r\n";
    sent_ = 0;
    head_.clear();
    is_in_body_ = false;
    is_last_ = !plan_.is_keeping_alive;
    asked_ = Clock::now();
}

void HttpConnection::go_on() {
    if (is_connecting_) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            return fail(std::string("connect: ") + std::strerror(error));
        }
        is_connecting_ = false;
    }
    if (sent_ < request_.size()) {
        write();
    } else {
        read();
    }
}

void HttpConnection::write() {
    const auto sent = ::send(socket_, request_.data() + sent_, request_.size() - sent_, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        return closed_by_server();
    }
    sent_ += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
}

void HttpConnection::read() {
    const auto buffer = read_buffer();
    const bool throws_away = is_in_body_ && plan_.is_discarding;
    // Never beyond this answer: what follows would be an error that has to be seen.
    const std::size_t room =
        is_in_body_ ? std::min(throws_away ? std::size_t{4} << 20 : buffer.size(), left_) : 4096;
    const auto got =
        ::recv(socket_, throws_away ? nullptr : buffer.data(), room, throws_away ? MSG_TRUNC : 0);
    if (got < 0 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        return closed_by_server();
    }
    const auto bytes = buffer.first(static_cast<std::size_t>(throws_away ? 0 : got));
    if (throws_away) {
        count_body(static_cast<std::size_t>(got));
    } else if (is_in_body_) {
        take_body(bytes);
    } else {
        take_head({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
}

void HttpConnection::take_head(std::span<const char> bytes) {
    const std::size_t before = head_.size();
    head_.append(bytes.data(), bytes.size());
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == std::string::npos) {
        if (head_.size() > k_head_limit) {
            fail("the head of an answer does not end");
        }
        return;
    }
    begin_body(std::string_view(head_).substr(0, end));
    if (state_ == State::running) {
        const auto rest = bytes.subspan(end + 4 - before);
        take_body({reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size()});
    }
}

void HttpConnection::begin_body(std::string_view head) {
    const bool is_part = plan_.part > 0 && plan_.part < plan_.original.size();
    const std::string_view status = head.substr(0, head.find("\r\n"));
    if (!status.starts_with(is_part ? "HTTP/1.1 206" : "HTTP/1.1 200")) {
        return fail("the server says: " + std::string(status));
    }
    if (number(field(head, "content-length")) != left_) {
        return fail("a Content-Length that is not the file's");
    }
    const auto range = "bytes " + std::to_string(at_) + "-" + std::to_string(at_ + left_ - 1) + "/" +
                       std::to_string(plan_.original.size());
    if (is_part && field(head, "content-range") != range) {
        return fail("a Content-Range that was not asked for");
    }
    is_last_ = is_last_ || field(head, "connection") == "close";
    is_in_body_ = true;
}

void HttpConnection::take_body(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > left_) {
        return fail("more bytes than Content-Length");
    }
    if (!plan_.is_discarding && std::memcmp(bytes.data(), plan_.original.data() + at_, bytes.size()) != 0) {
        return fail("other bytes than the original's near byte " + std::to_string(at_));
    }
    count_body(bytes.size());
}

void HttpConnection::count_body(std::size_t size) {
    at_ += size;
    left_ -= size;
    bytes_ += size;
    tally_.bytes += size;
    if (left_ == 0) {
        end_answer();
    }
}

void HttpConnection::end_answer() {
    ++answers_;
    ++tally_.whole;
    tally_.times.add(Clock::now() - asked_);
    if (answers_ == plan_.requests) {
        state_ = State::done;
    } else if (is_last_) {
        tally_.reconnects += plan_.is_keeping_alive;
        connect();
    } else {
        compose();
        write();  // the socket is idle, so it takes a request; waiting to be told so would cost one more turn
    }
}

void HttpConnection::closed_by_server() {
    // Between two answers a server may close (RFC 9112 9.6): the request is then repeated. Within one it may
    // not.
    if (answers_ > 0 && head_.empty() && !is_in_body_) {
        ++tally_.reconnects;
        connect();
    } else {
        fail(is_in_body_ ? "closed within a body" : "closed instead of an answer");
    }
}

void HttpConnection::fail(std::string why) {
    state_ = State::failed;
    why_ = std::move(why);
}

}  // namespace load
