// A crowd of DHCPv4 clients behind one relay agent's address: each asks for an address and takes it
// (DISCOVER, OFFER, REQUEST, ACK), a fixed number of them at a time, and each answer makes the next one
// begin. So the server sets the pace, which finds its rate in one run where a generator of fixed rate has to
// search. Looks at each acknowledged address: an address that two clients hold is counted in `doubled`. The
// MACs are perfdhcp's, 00:0c:01:02:03:04 and upwards.
//
//   dhcp_load ADDRESS OWN-ADDRESS [--clients N] [--outstanding N] [--seconds S | --times N] [--rate N]
//
// OWN-ADDRESS is the giaddr; the program listens on its port 67. Without --seconds every client has its lease
// --times times (1). --rate begins so many exchanges a second instead of one after each ACK. Ends with 1 when
// an address was doubled or a client remained without one. Prints one line of JSON; latencies are seconds
// from the first sending.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>
#include <poll.h>
#include <unordered_map>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dhcp_words.hpp"
#include "measure.hpp"

namespace {

using load::Answer;
using load::Clock;
using Kind = load::DhcpKind;

constexpr auto k_options =
    std::to_array<std::string_view>({"clients", "outstanding", "seconds", "times", "rate", "limit"});
constexpr std::string_view k_usage =
    "usage: dhcp_load ADDRESS OWN-ADDRESS [--clients N] [--outstanding N] [--seconds S | --times N] [--rate "
    "N]\n"
    "       [--limit SECONDS]";

constexpr int k_tries = 5;
constexpr auto k_patience = std::chrono::seconds(1);  // what perfdhcp calls a drop

struct Client {
    enum class State : std::uint8_t { idle, asked, requested };
    State state = State::idle;
    int tries = 0;
    std::uint32_t xid = 0;
    std::uint32_t address = 0;  ///< offered, then held; network byte order as all addresses here
    std::uint32_t server = 0;
    Clock::time_point first_sent;
};

/// Datagrams that are sent together: a system call for each would make this program the bound.
class Outbox {
 public:
    Outbox(int socket, const sockaddr_in& server) : socket_(socket), server_(server) {}

    std::vector<std::uint8_t>& next() {
        if (used_ == messages_.size()) {
            flush();
        }
        return bytes_[used_++];
    }

    void flush() {
        for (std::size_t i = 0; i < used_; ++i) {
            parts_[i] = {bytes_[i].data(), bytes_[i].size()};
            messages_[i] = {};
            messages_[i].msg_hdr.msg_name = &server_;
            messages_[i].msg_hdr.msg_namelen = sizeof server_;
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
        // What does not fit into the buffer is sent again when its time comes.
        ::sendmmsg(socket_, messages_.data(), static_cast<unsigned>(used_), 0);
        used_ = 0;
    }

 private:
    static constexpr std::size_t k_batch = 64;
    int socket_;
    sockaddr_in server_;
    std::size_t used_ = 0;
    std::array<std::vector<std::uint8_t>, k_batch> bytes_;
    std::array<iovec, k_batch> parts_{};
    std::array<mmsghdr, k_batch> messages_{};
};

struct Plan {
    std::uint32_t clients = 1000;
    std::uint32_t outstanding = 100;
    std::uint32_t times = 1;    ///< ends when every client was served so often ...
    std::uint32_t seconds = 0;  ///< ... or, when not 0, after this time
    std::uint32_t rate = 0;
    std::uint32_t limit = 300;
};

class Crowd {
 public:
    Crowd(int socket, const sockaddr_in& server, std::uint32_t own, const Plan& plan)
        : socket_(socket), own_(own), plan_(plan), outbox_(socket, server), clients_(plan.clients) {}

    void to_the_end() {
        const auto end = began_ + std::chrono::seconds(plan_.seconds > 0 ? plan_.seconds : plan_.limit);
        for (auto now = began_; now < end && !is_finished(); now = Clock::now()) {
            begin_some(now);
            go_on(now);
        }
        finished_ = Clock::now();
        in_time_ = leases_;
        if (plan_.seconds == 0) {
            failed_ += total() - begun_;
        } else {
            // Who was begun is served, if late, or has failed; or silence would not count.
            const auto last = finished_ + k_tries * k_patience;
            for (auto now = finished_; now < last && active_ > 0; now = Clock::now()) {
                go_on(now);
            }
        }
        failed_ += active_;
    }

    [[nodiscard]] bool is_good() const { return failed_ == 0 && doubled_ == 0 && leases_ > 0; }

    void report() {
        const double seconds = load::Seconds(finished_ - began_).count();
        load::Report()
            .number("leases_per_second", static_cast<double>(in_time_) / seconds)
            .number("seconds", seconds)
            .number("leases", static_cast<double>(leases_))
            .number("addresses", static_cast<double>(holders_.size()))
            .number("failed", static_cast<double>(failed_))
            .number("repeated", static_cast<double>(repeated_))
            .number("dropped", sent_ > 0 ? static_cast<double>(repeated_) / static_cast<double>(sent_) : 0)
            .number("doubled", static_cast<double>(doubled_))
            .number("moved", static_cast<double>(moved_))
            .number("refused", static_cast<double>(refused_))
            .number("offer_p50", offers_.within(0.5))
            .number("offer_p99", offers_.within(0.99))
            .number("ack_p50", acks_.within(0.5))
            .number("ack_p99", acks_.within(0.99))
            .number("load_cpu_seconds", load::own_cpu_seconds() - cpu_before_)
            .print();
    }

 private:
    struct Wait {
        Clock::time_point until;
        std::uint32_t client;
        std::uint32_t xid;
        Client::State state;
    };

    [[nodiscard]] std::uint64_t total() const { return std::uint64_t{plan_.times} * plan_.clients; }
    [[nodiscard]] bool is_finished() const { return plan_.seconds == 0 && begun_ == total() && active_ == 0; }

    void go_on(Clock::time_point now) {
        repeat_late(now);
        outbox_.flush();
        pollfd ready{socket_, POLLIN, 0};
        ::poll(&ready, 1, plan_.rate > 0 ? 1 : 20);
        receive();
    }

    void begin_some(Clock::time_point now) {
        std::uint64_t due = active_ < plan_.outstanding ? plan_.outstanding - active_ : 0;
        if (plan_.rate > 0) {
            const auto by_now =
                static_cast<std::uint64_t>(load::Seconds(now - began_).count() * plan_.rate) + 1;
            due = by_now - std::min(begun_, by_now);
        }
        for (; due > 0 && (plan_.seconds > 0 || begun_ < total()); --due, ++begun_) {
            const auto index = static_cast<std::uint32_t>(begun_ % plan_.clients);
            Client& client = clients_[index];
            if (client.state != Client::State::idle) {
                return;  // all of them wait
            }
            ++active_;
            client.state = Client::State::asked;
            // The index is in the transaction id, so that an answer finds its client without a search.
            client.xid = index | static_cast<std::uint32_t>(begun_ / plan_.clients % 200 + 1) << 24;
            say(index, now, true);
        }
    }

    void repeat_late(Clock::time_point now) {
        while (!waits_.empty() && waits_.front().until <= now) {
            const Wait wait = waits_.front();
            waits_.pop_front();
            Client& client = clients_[wait.client];
            if (client.xid != wait.xid || client.state != wait.state) {
                continue;  // answered meanwhile
            }
            ++repeated_;
            if (++client.tries < k_tries) {
                say(wait.client, now, false);
            } else {
                ++failed_;
                end(client);
            }
        }
    }

    void end(Client& client) {
        client.state = Client::State::idle;
        --active_;
    }

    /// Writes what the client has to say now: DISCOVER, or REQUEST for what it was offered.
    void say(std::uint32_t index, Clock::time_point now, bool is_first) {
        Client& client = clients_[index];
        if (is_first) {
            client.first_sent = now;
            client.tries = 0;
            ++sent_;
        }
        const bool is_request = client.state == Client::State::requested;
        load::write_message(outbox_.next(), {.kind = is_request ? Kind::request : Kind::discover,
                                             .xid = client.xid,
                                             .client = index,
                                             .relay = own_,
                                             .address = client.address,
                                             .server = client.server});
        waits_.push_back({now + k_patience, index, client.xid, client.state});
    }

    void receive() {
        for (int rounds = 0; rounds < 8; ++rounds) {
            for (std::size_t i = 0; i < parts_.size(); ++i) {
                parts_[i] = {inbox_.data() + i * k_room, k_room};
                messages_[i] = {};
                messages_[i].msg_hdr.msg_iov = &parts_[i];
                messages_[i].msg_hdr.msg_iovlen = 1;
            }
            const int count = ::recvmmsg(socket_, messages_.data(), messages_.size(), MSG_DONTWAIT, nullptr);
            const auto now = Clock::now();
            for (int i = 0; i < count; ++i) {
                const auto index = static_cast<std::size_t>(i);
                if (const auto answer =
                        load::read_answer({inbox_.data() + index * k_room, messages_[index].msg_len})) {
                    take(*answer, now);
                }
            }
            outbox_.flush();
            if (count < static_cast<int>(messages_.size())) {
                return;
            }
        }
    }

    void take(const Answer& answer, Clock::time_point now) {
        const std::uint32_t index = answer.xid & 0xffffff;
        if (index >= clients_.size() || clients_[index].xid != answer.xid) {
            return;
        }
        Client& client = clients_[index];
        if (client.state == Client::State::asked && answer.kind == Kind::offer) {
            offers_.add(now - client.first_sent);
            client.state = Client::State::requested;
            client.server = answer.server;
            if (client.address != 0 && client.address != answer.address) {
                ++moved_;
                holders_.erase(client.address);
            }
            client.address = answer.address;
            say(index, now, true);
        } else if (client.state == Client::State::requested && answer.kind == Kind::ack) {
            acks_.add(now - client.first_sent);
            ++leases_;
            const auto [holder, is_new] = holders_.try_emplace(answer.address, index);
            doubled_ += !is_new && holder->second != index;
            end(client);
        } else if (client.state == Client::State::requested && answer.kind == Kind::nak) {
            ++refused_;
            ++failed_;
            end(client);
        }
    }

    static constexpr std::size_t k_room = 2048;
    int socket_;
    std::uint32_t own_;
    Plan plan_;
    Outbox outbox_;
    std::vector<Client> clients_;
    std::deque<Wait> waits_;  // all wait equally long, so the first to begin is the first to end
    std::unordered_map<std::uint32_t, std::uint32_t> holders_;
    std::vector<std::uint8_t> inbox_ = std::vector<std::uint8_t>(64 * k_room);
    std::array<iovec, 64> parts_{};
    std::array<mmsghdr, 64> messages_{};
    load::Times offers_;
    load::Times acks_;
    std::uint64_t begun_ = 0;
    std::uint64_t active_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t leases_ = 0;
    std::uint64_t in_time_ = 0;  ///< of leases_, without those that came when no more clients were begun
    std::uint64_t failed_ = 0;
    std::uint64_t repeated_ = 0;
    std::uint64_t doubled_ = 0;
    std::uint64_t moved_ = 0;
    std::uint64_t refused_ = 0;
    double cpu_before_ = load::own_cpu_seconds();
    Clock::time_point began_ = Clock::now();
    Clock::time_point finished_ = began_;
};

}  // namespace

int main(int argc, char** argv) {
    const load::Words words({argv, static_cast<std::size_t>(argc)}, 2, k_options, k_usage);
    Plan plan;
    plan.clients = std::clamp(words.number("clients", plan.clients), 1U, 0xffffffU);
    plan.outstanding = words.number("outstanding", plan.outstanding);
    plan.times = words.number("times", plan.times);
    plan.seconds = words.number("seconds", plan.seconds);
    plan.rate = words.number("rate", plan.rate);
    plan.limit = words.number("limit", plan.limit);
    const sockaddr_in own = load::address_of(words.at(1), 67);
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
        std::fprintf(stderr, "dhcp_load: bind %s port 67: %s\n", words.at(1).c_str(), std::strerror(errno));
        return 2;
    }
    load::widen_receive_buffer(socket);
    Crowd crowd(socket, load::address_of(words.at(0), 67), own.sin_addr.s_addr, plan);
    crowd.to_the_end();
    crowd.report();
    ::close(socket);
    return crowd.is_good() ? 0 : 1;
}
