#include "io/log.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <unistd.h>

#include "io/clock.hpp"
#include "io/log_sinks.hpp"

namespace pxed::io {

namespace {

// A stalled journal is back within seconds; at 100 lines a second that is what it missed.
constexpr std::size_t k_default_queue = 1000;
// dnsmasq's bound for log-async.
constexpr std::size_t k_largest_queue = 100'000;
constexpr std::chrono::seconds k_patience_at_exit{1};
// After a batch of lines the thread sleeps so long, and then takes what has come as one: in a boot storm each
// line would wake it otherwise, and that costs the loop more than the line. The first line after a pause goes
// at once.
constexpr std::chrono::milliseconds k_gathering{5};
constexpr const char* k_syslog_socket = "/dev/log";

std::string lost_text(std::uint64_t lost) {
    return std::to_string(lost) + " log lines were lost: the log could not be written fast enough";
}

}  // namespace

// What the log's thread and the writers share.
struct Log::Sink {
    std::mutex mutex;
    std::condition_variable wake;   // the thread's: there is something to do
    std::condition_variable quiet;  // the destructor's: the thread has ended
    std::unique_ptr<LogSink> target = make_stream_sink(STDERR_FILENO);  // the thread's, once there is one
    std::unique_ptr<LogSink> next_target;  // to be taken over before the next line
    std::deque<QueuedLine> queue;
    std::size_t limit = k_default_queue;
    std::uint64_t lost = 0;      // and not said yet
    std::uint64_t all_lost = 0;  // since the start
    bool is_asleep = false;      // until it is told that there is something to do
    bool reopens = false;
    bool stops = false;
    bool has_ended = false;
    std::thread thread;

    void run();
    void drain(std::unique_lock<std::mutex>& lock);
};

void Log::Sink::run() {
    std::unique_lock lock{mutex};
    for (;;) {
        is_asleep = true;
        wake.wait(lock, [this] { return stops || reopens || next_target || !queue.empty(); });
        is_asleep = false;
        drain(lock);
        if (stops && queue.empty()) break;
        wake.wait_for(lock, k_gathering,
                      [this] { return stops || reopens || next_target || queue.size() >= limit / 2; });
    }
    has_ended = true;
    quiet.notify_all();
}

// Writes what is queued, with the lock open while a sink may block.
void Log::Sink::drain(std::unique_lock<std::mutex>& lock) {
    std::deque<QueuedLine> lines;
    lines.swap(queue);
    const auto taken_lost = std::exchange(lost, 0);
    const bool must_reopen = std::exchange(reopens, false);
    auto fresh = std::move(next_target);
    lock.unlock();

    // Lines written before open() returned may come out in the new place; none is lost between the two.
    if (fresh) target = std::move(fresh);
    std::uint64_t refused = 0;
    std::uint64_t unsaid = 0;
    if (must_reopen) {
        if (const auto reopened = target->reopen(); !reopened)
            target->write(
                {Level::warning, read_clocks().wall, reopened.error() + "; the old one is in use", {}});
    }
    for (const auto& line : lines)
        refused += target->write(line) ? 0 : 1;
    // The queue was full after these lines, so this is where the others are missing.
    if (taken_lost > 0 && !target->write({Level::warning, read_clocks().wall, lost_text(taken_lost),
                                          fields_of(DaemonEvent::lines_lost)}))
        unsaid = taken_lost;

    lock.lock();
    lost += refused + unsaid;
    all_lost += refused;
    // A sink that refuses lines is told of them with the next line, not in a loop.
}

Log::Log() : sink_(std::make_unique<Sink>()) {}

Log::~Log() {
    finish();
}

void Log::finish() {
    if (!sink_ || !sink_->thread.joinable()) return;
    std::unique_lock lock{sink_->mutex};
    sink_->stops = true;
    sink_->wake.notify_one();
    const bool has_ended =
        sink_->quiet.wait_for(lock, k_patience_at_exit, [this] { return sink_->has_ended; });
    lock.unlock();
    if (has_ended) {
        sink_->thread.join();
        sink_.reset();
        return;
    }
    // The thread hangs in a sink that takes nothing. Exit must not hang with it: it keeps what it uses, until
    // the process ends.
    sink_->thread.detach();
    static_cast<void>(sink_.release());
}

Result<void, std::string> Log::open(const config::LogTarget& target, std::size_t queue_lines) {
    std::unique_ptr<LogSink> fresh;
    switch (target.kind) {
        case config::LogTarget::Kind::automatic:
            fresh = is_journal_stream(STDERR_FILENO, std::getenv("JOURNAL_STREAM"))
                        ? make_journal_sink()
                        : make_stream_sink(STDERR_FILENO);
            break;
        case config::LogTarget::Kind::stderr_stream:
            fresh = make_stream_sink(STDERR_FILENO);
            break;
        case config::LogTarget::Kind::file: {
            TRY(fresh, make_file_sink(target.path));
            break;
        }
        case config::LogTarget::Kind::syslog:
            fresh = make_syslog_sink(k_syslog_socket, target.facility);
            break;
    }
    // The sink is made above and taken over by the thread: a place that cannot be opened changes nothing.
    const std::lock_guard lock{sink_->mutex};
    sink_->limit = queue_lines == 0 ? k_default_queue : std::min(queue_lines, k_largest_queue);
    sink_->next_target = std::move(fresh);
    if (!sink_->thread.joinable()) sink_->thread = std::thread{[sink = sink_.get()] { sink->run(); }};
    sink_->wake.notify_one();
    return {};
}

void Log::reopen() {
    const std::lock_guard lock{sink_->mutex};
    sink_->reopens = true;
    sink_->wake.notify_one();
}

void Log::write(Level level, std::string text, std::vector<Field> fields) {
    if (!sink_) return;
    // The time is when it happened, not when a stalled sink takes it.
    QueuedLine line{level, read_clocks().wall, std::move(text), std::move(fields)};
    const std::lock_guard lock{sink_->mutex};
    if (!sink_->thread.joinable()) {
        // Before open(): what is wrong with a configuration must be seen even if nothing else works.
        static_cast<void>(sink_->target->write(line));
    } else if (sink_->queue.size() >= sink_->limit) {
        ++sink_->lost;
        ++sink_->all_lost;
    } else {
        sink_->queue.push_back(std::move(line));
        const bool is_half_full = sink_->queue.size() == std::max<std::size_t>(sink_->limit / 2, 1);
        if (std::exchange(sink_->is_asleep, false) || is_half_full) sink_->wake.notify_one();
    }
}

void Log::write(Level level, DaemonEvent event, std::string text) {
    write(level, std::move(text), fields_of(event));
}

std::uint64_t Log::lost() const {
    const std::lock_guard lock{sink_->mutex};
    return sink_->all_lost;
}

std::vector<Field> fields_of(DaemonEvent event) {
    const auto& row = row_of(event);
    return {
        {"MESSAGE_ID", std::string{row.id}}, {"PXED_EVENT", std::string{row.name}}, {"PXED_STAGE", "daemon"}};
}

}  // namespace pxed::io
