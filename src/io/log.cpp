#include "io/log.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <poll.h>
#include <thread>
#include <utility>
#include <vector>

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "io/clock.hpp"
#include "io/log_sinks.hpp"

namespace pxed::io {

namespace {

// A stalled journal is back within seconds; at 100 lines a second that is what it missed.
constexpr std::size_t k_default_queue = 1000;
// dnsmasq's bound for log-async.
constexpr std::size_t k_largest_queue = 100'000;
// At the end the sink has so long to take what is queued, and then so long for the word of what it did not
// take.
constexpr std::chrono::milliseconds k_patience_at_exit{700};
constexpr std::chrono::milliseconds k_patience_with_last_word{300};
// After a batch of lines the thread sleeps so long, and then takes what has come as one: in a boot storm each
// line would wake it otherwise, and that costs the loop more than the line. The first line after a pause goes
// at once.
constexpr std::chrono::milliseconds k_gathering{5};
constexpr const char* k_syslog_socket = "/dev/log";

QueuedLine lost_line(std::uint64_t lost) {
    return {Level::warning, read_clocks().wall,
            std::to_string(lost) + " log lines were lost: the log could not be written fast enough",
            fields_of(DaemonEvent::lines_lost)};
}

// Where the log itself takes nothing any more. Under systemd this is another way to the journal, with room of
// its own that is still read when we are gone. Never waits.
void say_on_standard_error(std::uint64_t lost) {
    pollfd room{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0) return;
    // systemd reads the level off the line (SyslogLevelPrefix=).
    const bool is_journal = is_journal_stream(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
    const auto text = std::string{is_journal ? SD_WARNING : ""} + "pxed: " + lost_line(lost).text + '\n';
    static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
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
    std::atomic<std::size_t> in_hand = 0;  // lines out of the queue that are not written (yet)
    std::uint64_t lost = 0;                // and not said yet
    std::uint64_t all_lost = 0;            // since the start
    bool is_asleep = false;                // until it is told that there is something to do
    bool reopens = false;
    bool stops = false;
    std::atomic<bool> gives_up = false;  // the end waits no longer: what is left is counted, not written
    bool has_ended = false;
    bool is_standard_error = true;
    std::thread thread;

    void run();
    void drain(std::unique_lock<std::mutex>& lock);
    void say_lost(std::unique_lock<std::mutex>& lock);
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
    // What the sink has refused, or there was no time for: nobody would learn of it any more.
    say_lost(lock);
    has_ended = true;
    quiet.notify_all();
}

// Writes what is queued, with the lock open while a sink may block.
void Log::Sink::drain(std::unique_lock<std::mutex>& lock) {
    std::deque<QueuedLine> lines;
    lines.swap(queue);
    in_hand = lines.size();
    const bool has_gap = lost > 0;
    const bool must_reopen = std::exchange(reopens, false);
    auto fresh = std::move(next_target);
    lock.unlock();

    // Lines written before open() returned may come out in the new place; none is lost between the two.
    if (fresh) target = std::move(fresh);
    if (must_reopen) {
        if (const auto reopened = target->reopen(); !reopened)
            target->write(
                {Level::warning, read_clocks().wall, reopened.error() + "; the old one is in use", {}});
    }
    for (const auto& line : lines)
        if (!gives_up && target->write(line)) --in_hand;

    lock.lock();
    // The queue was full after these lines, so this is where the others are missing. At the end all are said
    // in one.
    if (has_gap && !gives_up) say_lost(lock);
    // A sink that refuses lines is told of them with the next line, not in a loop.
    const auto refused = in_hand.exchange(0);
    lost += refused;
    all_lost += refused;
}

void Log::Sink::say_lost(std::unique_lock<std::mutex>& lock) {
    const auto now = lost;
    if (now == 0) return;
    lock.unlock();
    const bool is_said = target->write(lost_line(now));
    lock.lock();
    if (is_said) lost -= now;
}

Log::Log() : sink_(std::make_unique<Sink>()) {}

Log::~Log() {
    finish();
}

void Log::wake_after_turns(ev::loop_ref loop) {
    loop_thread_ = std::this_thread::get_id();
    turn_over_.emplace(loop);
    turn_over_->set<Log, &Log::on_turn_over>(this);
    turn_over_->start();
}

void Log::wake_at_once() {
    turn_over_.reset();
    if (std::exchange(must_wake_, false)) sink_->wake.notify_one();
}

void Log::on_turn_over(ev::prepare&, int) {
    if (std::exchange(must_wake_, false)) sink_->wake.notify_one();
}

void Log::finish() {
    turn_over_.reset();
    must_wake_ = false;  // it is woken below
    if (!sink_ || !sink_->thread.joinable()) return;
    std::unique_lock lock{sink_->mutex};
    sink_->stops = true;
    sink_->wake.notify_one();
    const auto is_over = [this] { return sink_->has_ended; };
    bool has_ended = sink_->quiet.wait_for(lock, k_patience_at_exit, is_over);
    if (!has_ended) {
        sink_->gives_up = true;
        has_ended = sink_->quiet.wait_for(lock, k_patience_with_last_word, is_over);
    }
    const auto unwritten = sink_->lost + (has_ended ? 0 : sink_->queue.size() + sink_->in_hand);
    const bool is_elsewhere = !sink_->is_standard_error;
    lock.unlock();
    if (unwritten > 0 && is_elsewhere) say_on_standard_error(unwritten);
    if (has_ended) {
        sink_->thread.join();
        sink_.reset();
        return;
    }
    // The thread hangs in a sink that takes nothing. Exit must not hang with it: it keeps what it uses, until
    // the process ends, and who looks for leaks finds it in use.
    static auto& kept = *new std::vector<Sink*>;
    sink_->thread.detach();
    kept.push_back(sink_.release());
}

Result<void, std::string> Log::open(const config::LogTarget& target, std::size_t queue_lines) {
    std::unique_ptr<LogSink> fresh;
    bool is_standard_error = target.kind == config::LogTarget::Kind::stderr_stream;
    switch (target.kind) {
        case config::LogTarget::Kind::automatic:
            is_standard_error = !is_journal_stream(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
            fresh = is_standard_error ? make_stream_sink(STDERR_FILENO) : make_journal_sink();
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
    sink_->is_standard_error = is_standard_error;
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
        const bool is_in_turn = turn_over_ && std::this_thread::get_id() == loop_thread_;
        const bool was_asleep = std::exchange(sink_->is_asleep, false);
        if (is_half_full || (was_asleep && !is_in_turn))
            sink_->wake.notify_one();
        else if (was_asleep)
            must_wake_ = true;
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
