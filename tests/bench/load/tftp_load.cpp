// A TFTP client that measures: any number of clients fetch one file at once, compare every byte with the
// original, and fetch it again as often as asked. One thread, one epoll. Prints one line of JSON: megabytes a
// second (10^6 bytes), seconds per file (p50, p99, max), failures, what was sent again, what was not granted,
// and the CPU seconds of this program, which are the bound when they reach the time that passed.
//
//   tftp_load ADDRESS NAME ORIGINAL [--blksize N] [--windowsize N] [--clients N] [--files N each]
//             [--gro 0|1] [--timeout-ms N] [--limit SECONDS] [--from ADDRESS of the first, the others above
//             it]
//
// Ends with 1 when a transfer failed.
#include <array>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

#include "measure.hpp"
#include "tftp_fetch.hpp"

namespace {

using load::Clock;
using load::TftpFetch;

constexpr auto k_options = std::to_array<std::string_view>(
    {"blksize", "windowsize", "clients", "files", "gro", "timeout-ms", "limit", "port", "from"});
constexpr std::string_view k_usage =
    "usage: tftp_load ADDRESS NAME ORIGINAL [--blksize N] [--windowsize N] [--clients N] [--files N]\n"
    "       [--gro 0|1] [--timeout-ms N] [--limit SECONDS] [--port N] [--from ADDRESS]";

/// One client: a transfer, and how many are to follow it.
struct Client {
    std::unique_ptr<TftpFetch> fetch;
    std::uint32_t left = 0;
    std::uint32_t index = 0;
};

class Run {
 public:
    Run(const load::TftpPlan& plan, std::uint32_t clients, std::uint32_t files, Clock::duration limit)
        : plan_(plan), epoll_(::epoll_create1(EPOLL_CLOEXEC)), clients_(clients), end_(began_ + limit) {
        std::uint32_t index = 0;
        for (Client& client : clients_) {
            client.left = files;
            client.index = index++;
            begin(client);
        }
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { ::close(epoll_); }

    void to_the_end() {
        std::array<epoll_event, 256> ready{};
        auto next_look = Clock::now() + k_look_every;
        while (running_ > 0) {
            const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 100);
            for (int i = 0; i < count; ++i) {
                Client& client = *static_cast<Client*>(ready[static_cast<std::size_t>(i)].data.ptr);
                client.fetch->drain();
                settle(client);
            }
            if (const auto now = Clock::now(); now >= next_look) {
                next_look = now + k_look_every;
                look_at_all(now);
            }
        }
    }

    [[nodiscard]] bool is_good() const { return failures_.empty(); }

    void report(std::uint32_t files) {
        const double seconds = load::Seconds(Clock::now() - began_).count();
        const double bytes = static_cast<double>(plan_.original.size()) * static_cast<double>(times_.count());
        std::uint64_t failed = 0;
        std::string most;
        std::uint64_t most_often = 0;
        for (const auto& [why, count] : failures_) {
            failed += count;
            if (count > most_often) {
                most_often = count;
                most = why;
            }
        }
        load::Report report;
        report.number("megabytes_per_second", bytes / 1e6 / seconds)
            .number("seconds", seconds)
            .number("bytes", bytes)
            .number("clients", static_cast<double>(clients_.size()))
            .number("files", static_cast<double>(files))
            .number("whole", static_cast<double>(times_.count()))
            .number("failed", static_cast<double>(failed))
            .number("p50", times_.within(0.5))
            .number("p99", times_.within(0.99))
            .number("max", times_.within(1))
            .number("repeated", static_cast<double>(tally_.repeated))
            .number("gaps", static_cast<double>(tally_.gaps))
            .number("smaller_window", static_cast<double>(tally_.smaller_window))
            .number("smaller_block", static_cast<double>(tally_.smaller_block))
            .number("load_cpu_seconds", load::own_cpu_seconds() - cpu_before_);
        if (failed > 0) {
            report.text("why", most);
        }
        report.print();
    }

 private:
    static constexpr auto k_look_every = std::chrono::milliseconds(50);

    void begin(Client& client) {
        --client.left;
        client.fetch = std::make_unique<TftpFetch>(plan_, tally_, client.index);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &client;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fetch->descriptor(), &event);
        ++running_;
        settle(client);
    }

    /// What a transfer that has ended leaves: its time or its failure, and the next one.
    void settle(Client& client) {
        switch (client.fetch->state()) {
            case TftpFetch::State::running:
                return;
            case TftpFetch::State::whole:
                times_.add(Clock::now() - client.fetch->began());
                break;
            case TftpFetch::State::failed:
                ++failures_[client.fetch->why()];
                break;
        }
        --running_;
        client.fetch.reset();
        if (client.left > 0) {
            begin(client);
        }
    }

    /// Silences, a few times a second over all of them, so that no datagram pays for a timer.
    void look_at_all(Clock::time_point now) {
        for (Client& client : clients_) {
            if (!client.fetch) {
                continue;
            }
            if (now > end_) {
                ++failures_["not finished within the limit of this run"];
                client.fetch.reset();
                client.left = 0;
                --running_;
            } else if (now > client.fetch->deadline()) {
                client.fetch->wait_is_over();
                settle(client);
            }
        }
    }

    const load::TftpPlan& plan_;
    int epoll_;
    load::TftpTally tally_;
    load::Times times_;
    std::map<std::string, std::uint64_t> failures_;
    std::uint64_t running_ = 0;
    double cpu_before_ = load::own_cpu_seconds();
    Clock::time_point began_ = Clock::now();
    std::vector<Client> clients_;
    Clock::time_point end_;
};

}  // namespace

int main(int argc, char** argv) {
    const load::Words words({argv, static_cast<std::size_t>(argc)}, 3, k_options, k_usage);
    load::raise_descriptor_limit();
    const load::Original original(words.at(2));
    load::TftpPlan plan;
    plan.server = load::address_of(words.at(0), static_cast<std::uint16_t>(words.number("port", 69)));
    plan.first_client = load::address_of(words.text("from", "0.0.0.0"), 0);
    plan.name = words.at(1);
    plan.original = original.bytes();
    plan.block_size = words.number("blksize", plan.block_size);
    plan.window = words.number("windowsize", plan.window);
    plan.is_coalescing = words.number("gro", 0) != 0;
    plan.patience = std::chrono::milliseconds(words.number("timeout-ms", 1000));
    const std::uint32_t files = words.number("files", 1);
    Run run(plan, words.number("clients", 1), files, std::chrono::seconds(words.number("limit", 120)));
    run.to_the_end();
    run.report(files);
    return run.is_good() ? 0 : 1;
}
