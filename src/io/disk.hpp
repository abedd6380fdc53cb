#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "io/loop.hpp"

namespace pxed::io {

/// A thread that only waits for disks: it runs `work` and the loop then runs `done`. It owns no state of
/// ours: what `work` finds out, it leaves in what both closures share and `done` alone reads afterwards. Jobs
/// run in order.
class Disk {
 public:
    explicit Disk(ev::loop_ref loop);
    ~Disk();  ///< finishes the running job, drops the rest
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    /// `done` is called in the loop, never from within submit().
    void submit(std::function<void()> work, std::function<void()> done);
    [[nodiscard]] std::size_t queued() const;

 private:
    struct Job {
        std::function<void()> work;
        std::function<void()> done;
    };
    void run();
    void on_finished(ev::async& watcher, int revents);

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> waiting_;
    std::vector<Job> finished_;
    bool stops_ = false;
    ev::async signal_;
    std::thread thread_;
};

}  // namespace pxed::io
