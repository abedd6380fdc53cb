#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "io/loop.hpp"
#include "io/udp_socket.hpp"
#include "wire/tftp_packet.hpp"

namespace pxed::test {

/// A TFTP client in the loop of a test, as strict as EDK2's: it acknowledges a whole window, and answers a
/// block that it did not expect by the last one that it has.
class TftpClient {
 public:
    using Options = std::vector<tftp::RequestOption>;

    TftpClient(ev::loop_ref loop, std::uint16_t server_port, Ipv4 server = Ipv4{127, 0, 0, 1})
        : server_(server, server_port),
          socket_(std::move(
              *io::UdpSocket::open(Endpoint{Ipv4{127, 0, 0, 1}, 0}, {.reports_destination = false}))),
          watcher_(loop) {
        watcher_.set<TftpClient, &TftpClient::on_readable>(this);
        watcher_.start(socket_.descriptor(), ev::READ);
    }

    void get(std::string file, Options options = {}, tftp::Mode mode = tftp::Mode::octet) {
        request_ = {false, std::move(file), mode, std::move(options)};
        ask();
    }
    /// Sends the request (again).
    void ask() { send(tftp::build_request(request_)); }
    void send(const std::vector<std::uint8_t>& datagram) {
        socket_.send(datagram, {peer_.value_or(server_)});
    }
    /// Acknowledges what there is, once more.
    void acknowledge() { send(tftp::build_ack(static_cast<std::uint16_t>(have_))); }

    /// Forgets the transfer and its peer, and keeps the port: a boot ROM whose ports are fixed.
    void begin_anew() {
        peer_.reset();
        have_ = size_ = counted_ = 0;
        content_.clear();
        stops_after = UINT64_MAX;
    }

    // What to do to the datagrams: true loses the block (its number counts from 1) or the ACK.
    std::function<bool(std::uint64_t)> loses_data = [](std::uint64_t) { return false; };
    std::function<bool(std::uint64_t)> loses_ack = [](std::uint64_t) { return false; };
    int copies_of_acks = 1;
    bool keeps_content = true;
    bool breaks_off_after_oack = false;
    std::uint64_t stops_after = UINT64_MAX;  ///< falls silent once it has so many blocks

    [[nodiscard]] bool is_over() const { return is_complete_ || error_.has_value(); }
    [[nodiscard]] bool is_complete() const { return is_complete_; }
    [[nodiscard]] const std::optional<tftp::Error>& error() const { return error_; }
    [[nodiscard]] const std::string& content() const { return content_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t blocks() const { return have_; }
    /// DATA datagrams that came, lost ones included.
    [[nodiscard]] std::uint64_t datagrams() const { return datagrams_; }
    [[nodiscard]] std::size_t longest() const { return longest_; }
    [[nodiscard]] const Options& acknowledged() const { return acknowledged_; }
    [[nodiscard]] const std::optional<Endpoint>& peer() const { return peer_; }
    [[nodiscard]] std::uint16_t port() const { return socket_.local_port(); }

 private:
    void on_readable(ev::io&, int) {
        for (const auto& datagram : socket_.receive(inbox_)) {
            if (!peer_) peer_ = datagram.from;
            if (auto packet = tftp::parse(datagram.payload))
                std::visit([this](const auto& p) { take(p); }, *packet);
        }
    }

    void take(const tftp::OptionAck& answer) {
        if (have_ > 0) return;
        acknowledged_ = answer.options;
        for (const auto& option : answer.options) {
            const auto value = parse_number(option.value).value_or(0);
            if (option.name == "blksize") block_size_ = value;
            if (option.name == "windowsize") window_ = value;
        }
        if (breaks_off_after_oack) {
            send(tftp::build_error(tftp::ErrorCode::bad_options, "User aborted the transfer"));
            is_complete_ = true;
            return;
        }
        answer_block();
    }
    void take(const tftp::Data& data) {
        ++datagrams_;
        longest_ = std::max(longest_, data.payload.size());
        if (have_ >= stops_after) return;
        const auto expected = have_ + 1;
        const bool is_expected = data.block == static_cast<std::uint16_t>(expected);
        if (is_expected && loses_data(expected)) return;
        if (!is_expected) {
            counted_ = 0;
            answer_block();
            return;
        }
        have_ = expected;
        size_ += data.payload.size();
        if (keeps_content) content_ += as_text(data.payload);
        if (data.payload.size() < block_size_) is_complete_ = true;
        if (++counted_ < window_ && !is_complete_) return;
        counted_ = 0;
        answer_block();
    }
    void take(const tftp::Error& error) { error_ = error; }
    void take(const tftp::Ack&) { ADD_FAILURE() << "a server sent ACK"; }
    void take(const tftp::Request&) { ADD_FAILURE() << "a server sent a request"; }

    void answer_block() {
        if (have_ >= stops_after || loses_ack(have_)) return;
        for (int i = 0; i < copies_of_acks; ++i)
            acknowledge();
    }

    Endpoint server_;
    std::optional<Endpoint> peer_;
    tftp::Request request_;
    std::uint64_t block_size_ = 512;
    std::uint64_t window_ = 1;
    std::uint64_t counted_ = 0;
    std::uint64_t have_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t datagrams_ = 0;
    std::size_t longest_ = 0;
    std::string content_;
    Options acknowledged_;
    std::optional<tftp::Error> error_;
    bool is_complete_ = false;
    io::Inbox inbox_{65536};
    io::UdpSocket socket_;
    ev::io watcher_;
};

}  // namespace pxed::test
