#pragma once

#include <string>
#include <string_view>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/file_descriptor.hpp"
#include "io/loop.hpp"

namespace pxed::test {

/// A raw TCP client on loopback: sends what it is told and keeps what comes, until the server closes.
class HttpClient {
 public:
    HttpClient(ev::loop_ref loop, std::uint16_t port) : watcher_(loop) {
        socket_ = io::FileDescriptor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // The kernel takes the connection before anybody accepts it.
        EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        begin();
    }
    /// The same on a Unix socket.
    HttpClient(ev::loop_ref loop, const std::string& path) : watcher_(loop) {
        socket_ = io::FileDescriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        begin();
    }
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    void send(std::string_view text) { (void)!::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL); }
    void get(const std::string& target, const std::string& headers = {}) {
        send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    }
    /// Reads nothing more, so that the server's sending stops.
    void pause() { watcher_.stop(); }
    /// Ends the connection.
    void end() { ::shutdown(socket_.get(), SHUT_RDWR); }
    void watch() { watcher_.start(socket_.get(), ev::READ); }

    /// Whether the server has sent what was not read yet.
    [[nodiscard]] bool has_more() const {
        char byte = 0;
        return ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
    }
    [[nodiscard]] const std::string& received() const { return received_; }
    [[nodiscard]] bool is_closed() const { return is_closed_; }
    /// Whether the first answer is there whole.
    [[nodiscard]] bool has_answer() const {
        const auto end = received_.find("\r\n\r\n");
        return end != received_.npos && received_.size() >= end + 4 + body_size();
    }
    [[nodiscard]] unsigned status() const {
        return received_.size() > 12 ? static_cast<unsigned>(std::stoul(received_.substr(9, 3))) : 0;
    }
    [[nodiscard]] std::string body() const {
        return received_.substr(received_.find("\r\n\r\n") + 4, body_size());
    }
    /// Begins anew with what comes next.
    void clear() { received_.clear(); }

 private:
    void begin() {
        ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
        watcher_.set<HttpClient, &HttpClient::on_readable>(this);
        watch();
    }
    [[nodiscard]] std::size_t body_size() const {
        constexpr std::string_view name = "Content-Length: ";
        const auto at = received_.find(name);
        return at == received_.npos ? 0 : std::stoul(received_.substr(at + name.size()));
    }
    void on_readable(ev::io&, int) {
        std::string piece(65536, '\0');
        const auto got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
        if (got > 0) received_.append(piece, 0, static_cast<std::size_t>(got));
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            is_closed_ = true;
            watcher_.stop();
        }
    }

    io::FileDescriptor socket_;
    ev::io watcher_;
    std::string received_;
    bool is_closed_ = false;
};

}  // namespace pxed::test
