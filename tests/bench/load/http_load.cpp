// An HTTP client that measures: any number of keep-alive connections ask for one file, or for random parts of
// it, and compare every byte with the original. One thread, one epoll. Prints one line of JSON: megabytes a
// second (10^6 bytes of bodies), answers a second, seconds per answer (p50, p99, max), failures, the least
// and the most a connection got, and the CPU seconds of this program, which are the bound when they reach the
// time that passed.
//
//   http_load ADDRESS PORT PATH ORIGINAL [--connections N] [--requests N of each | --seconds S] [--range
//   BYTES]
//             [--discard 0|1] [--keep-alive 0|1] [--limit SECONDS] [--from ADDRESS of the first, the others
//             above it]
//
// Without --requests it runs for --seconds (5). --discard 1 lets the kernel throw bodies away and looks at
// nothing but their length: verify in a run of its own. Ends with 1 when an answer was wrong or a connection
// failed.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

#include "http_connection.hpp"
#include "measure.hpp"

namespace {

using load::Clock;
using load::HttpConnection;

constexpr auto k_options = std::to_array<std::string_view>(
    {"connections", "requests", "seconds", "range", "discard", "keep-alive", "limit", "from"});
constexpr std::string_view k_usage =
    "usage: http_load ADDRESS PORT PATH ORIGINAL [--connections N] [--requests N | --seconds S] [--range "
    "BYTES]\n"
    "       [--discard 0|1] [--keep-alive 0|1] [--limit SECONDS] [--from ADDRESS]";

struct Client {
    std::unique_ptr<HttpConnection> connection;
    std::uint32_t watched = 0;  ///< HttpConnection::sockets of the one epoll knows
    bool is_watched_for_writing = false;
};

class Run {
 public:
    Run(const load::HttpPlan& plan, std::uint32_t connections, Clock::duration duration)
        : plan_(plan),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          clients_(connections),
          end_(began_ + duration) {
        std::uint32_t index = 0;
        for (Client& client : clients_) {
            client.connection = std::make_unique<HttpConnection>(plan, tally_, index++);
            ++running_;
            settle(client);
        }
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { ::close(epoll_); }

    void to_the_end() {
        std::array<epoll_event, 256> ready{};
        while (running_ > 0 && Clock::now() < end_) {
            const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 50);
            for (int i = 0; i < count; ++i) {
                Client& client = *static_cast<Client*>(ready[static_cast<std::size_t>(i)].data.ptr);
                client.connection->go_on();
                settle(client);
            }
        }
        finished_ = Clock::now();
        if (plan_.requests > 0 && running_ > 0) {
            failures_["not finished within the limit of this run"] += running_;
        }
    }

    [[nodiscard]] bool is_good() const { return failures_.empty() && tally_.whole + tally_.bytes > 0; }

    void report() {
        const double seconds = load::Seconds(finished_ - began_).count();
        std::uint64_t least = tally_.bytes;
        std::uint64_t most = 0;
        for (const Client& client : clients_) {
            least = std::min(least, client.connection->bytes());
            most = std::max(most, client.connection->bytes());
        }
        std::uint64_t failed = 0;
        for (const auto& [why, count] : failures_) {
            failed += count;
        }
        load::Report report;
        report.number("megabytes_per_second", static_cast<double>(tally_.bytes) / 1e6 / seconds)
            .number("answers_per_second", static_cast<double>(tally_.whole) / seconds)
            .number("seconds", seconds)
            .number("bytes", static_cast<double>(tally_.bytes))
            .number("connections", static_cast<double>(clients_.size()))
            .number("whole", static_cast<double>(tally_.whole))
            .number("failed", static_cast<double>(failed))
            .number("reconnects", static_cast<double>(tally_.reconnects))
            .number("least_bytes", static_cast<double>(least))
            .number("most_bytes", static_cast<double>(most))
            .text("bodies", plan_.is_discarding ? "length only" : "every byte compared")
            .number("load_cpu_seconds", load::own_cpu_seconds() - cpu_before_);
        if (tally_.times.count() > 0) {
            report.number("p50", tally_.times.within(0.5))
                .number("p99", tally_.times.within(0.99))
                .number("max", tally_.times.within(1));
        }
        if (failed > 0) {
            report.text("why", std::ranges::max_element(failures_, {}, [](const auto& entry) {
                                   return entry.second;
                               })->first);
        }
        report.print();
    }

 private:
    void settle(Client& client) {
        HttpConnection& connection = *client.connection;
        switch (connection.state()) {
            case HttpConnection::State::running:
                return watch(client);
            case HttpConnection::State::done:
                break;
            case HttpConnection::State::failed:
                ++failures_[connection.why()];
                break;
        }
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.descriptor(), nullptr);
        --running_;
    }

    /// Told to epoll only when something changed: a request that goes out at once costs no system call here.
    void watch(Client& client) {
        const bool wants_to_write = client.connection->wants_to_write();
        const bool is_new = client.watched != client.connection->sockets();
        if (!is_new && wants_to_write == client.is_watched_for_writing) {
            return;
        }
        epoll_event event{};
        event.events = wants_to_write ? EPOLLOUT : EPOLLIN;
        event.data.ptr = &client;
        ::epoll_ctl(epoll_, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, client.connection->descriptor(), &event);
        client.watched = client.connection->sockets();
        client.is_watched_for_writing = wants_to_write;
    }

    const load::HttpPlan& plan_;
    int epoll_;
    load::HttpTally tally_;
    std::map<std::string, std::uint64_t> failures_;
    std::uint64_t running_ = 0;
    double cpu_before_ = load::own_cpu_seconds();
    Clock::time_point began_ = Clock::now();
    Clock::time_point finished_ = began_;
    std::vector<Client> clients_;
    Clock::time_point end_;
};

}  // namespace

int main(int argc, char** argv) {
    const load::Words words({argv, static_cast<std::size_t>(argc)}, 4, k_options, k_usage);
    load::raise_descriptor_limit();
    const load::Original original(words.at(3));
    load::HttpPlan plan;
    plan.server = load::address_of(words.at(0), static_cast<std::uint16_t>(std::stoul(words.at(1))));
    plan.first_client = load::address_of(words.text("from", "0.0.0.0"), 0);
    plan.path = words.at(2);
    plan.original = original.bytes();
    plan.part = words.number("range", 0);
    plan.requests = words.number("requests", 0);
    plan.is_discarding = words.number("discard", 0) != 0;
    plan.is_keeping_alive = words.number("keep-alive", 1) != 0;
    const std::uint32_t seconds = plan.requests > 0 ? words.number("limit", 300) : words.number("seconds", 5);
    Run run(plan, words.number("connections", 1), std::chrono::seconds(seconds));
    run.to_the_end();
    run.report();
    return run.is_good() ? 0 : 1;
}
