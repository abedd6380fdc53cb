#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "io/loop.hpp"

namespace pxed::io {

/// Threads that only wait for disks: they run `work` and the loop then runs `done`. They own no state of
/// ours: what `work` finds out, it leaves in what both closures share and `done` alone reads afterwards. Jobs
/// are begun in order. All calls are made in the loop's thread.
class Disk {
 public:
    /// Names a job for forget(); counts from 1.
    using Ticket = std::uint64_t;

    /// With one thread jobs also end in order. With more, so many may wait at a time; they are started as
    /// more jobs come than threads are free.
    explicit Disk(ev::loop_ref loop, std::size_t most_threads = 1);
    ~Disk();  ///< finishes the running jobs, drops the rest
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    /// `done` is called in the loop, never from within submit().
    Ticket submit(std::function<void()> work, std::function<void()> done);

    /// The same with state that goes along: `work(state)` in the thread, `done(state)` in the loop. Whoever
    /// submitted may be gone before the work is over, since the job owns what it works on.
    template <typename State, typename Work, typename Done>
    Ticket submit_with(State state, Work work, Done done) {
        return enqueue(
            std::make_unique<JobWith<State, Work, Done>>(std::move(state), std::move(work), std::move(done)));
    }

    /// The job's `done` will not be called, and its work not begun if it has not been; a thread ends its
    /// state, since closing a file may wait as much as reading it. For a job that is done already it does
    /// nothing.
    void forget(Ticket ticket);
    /// How many jobs wait for a thread.
    [[nodiscard]] std::size_t queued() const;
    /// Whether jobs run and none of them has ended for so long: what they wait for does not answer.
    [[nodiscard]] bool hangs_for(nanoseconds time) const;

    /// Begins no more jobs, now or ever, and gives those that run so long to end. False: one still runs, and
    /// the destructor would wait for it.
    [[nodiscard]] bool end(milliseconds patience);

 private:
    struct Job {
        virtual ~Job() = default;
        virtual void work() = 0;
        virtual void done() = 0;
        Ticket ticket = 0;
        bool is_forgotten = false;
    };
    template <typename State, typename Work, typename Done>
    struct JobWith final : Job {
        JobWith(State s, Work w, Done d)
            : state(std::move(s)), work_on(std::move(w)), done_with(std::move(d)) {}
        void work() override { work_on(state); }
        void done() override { done_with(state); }
        State state;
        Work work_on;
        Done done_with;
    };

    Ticket enqueue(std::unique_ptr<Job> job);
    void start_thread();
    void run();
    void on_finished(ev::async& watcher, int revents);

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable quiet_;  // no job runs, after stops_
    std::deque<std::unique_ptr<Job>> waiting_;
    std::vector<std::unique_ptr<Job>> finished_;
    std::size_t idle_ = 0;     // threads that wait for a job
    std::size_t running_ = 0;  // jobs
    Instant last_sign_{};      // of life: a job has ended, or the first of those that run has begun
    bool stops_ = false;

    // the loop's alone
    std::size_t most_threads_;
    Ticket last_ticket_ = 0;
    std::unordered_set<Ticket> wanted_;  // jobs whose `done` is still to be called
    ev::async signal_;
    std::vector<std::thread> threads_;
};

}  // namespace pxed::io
