#include "io/disk.hpp"

#include <algorithm>
#include <system_error>

#include "io/clock.hpp"

namespace pxed::io {

Disk::Disk(ev::loop_ref loop, std::size_t most_threads) : most_threads_(most_threads), signal_(loop) {
    signal_.set<Disk, &Disk::on_finished>(this);
    signal_.start();
    loop.unref();  // an idle helper keeps no loop alive
    // The first one now: without it nothing would ever be done, and a start may still fail for that.
    start_thread();
}

Disk::~Disk() {
    {
        const std::lock_guard lock{mutex_};
        stops_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_)
        thread.join();
    signal_.loop.ref();
}

Disk::Ticket Disk::submit(std::function<void()> work, std::function<void()> done) {
    struct Nothing {};
    return submit_with(
        Nothing{}, [work = std::move(work)](Nothing&) { work(); },
        [done = std::move(done)](Nothing&) { done(); });
}

Disk::Ticket Disk::enqueue(std::unique_ptr<Job> job) {
    const Ticket ticket = ++last_ticket_;
    job->ticket = ticket;
    wanted_.insert(ticket);
    bool is_one_more_needed = false;
    {
        const std::lock_guard lock{mutex_};
        waiting_.push_back(std::move(job));
        is_one_more_needed = waiting_.size() > idle_ && !stops_;
    }
    wake_.notify_one();
    if (is_one_more_needed && threads_.size() < most_threads_) {
        try {
            start_thread();
        } catch (const std::system_error&) {
            // No thread is to be had (TasksMax): the job waits for those there are.
            most_threads_ = threads_.size();
        }
    }
    return ticket;
}

void Disk::forget(Ticket ticket) {
    if (wanted_.erase(ticket) == 0) return;
    const std::lock_guard lock{mutex_};
    const auto job = std::ranges::find(waiting_, ticket, [](const auto& waiting) { return waiting->ticket; });
    if (job != waiting_.end()) (*job)->is_forgotten = true;  // else it runs, or has run
}

std::size_t Disk::queued() const {
    const std::lock_guard lock{mutex_};
    return waiting_.size();
}

bool Disk::hangs_for(nanoseconds time) const {
    const std::lock_guard lock{mutex_};
    return running_ > 0 && read_instant() - last_sign_ >= time;
}

bool Disk::end(milliseconds patience) {
    std::unique_lock lock{mutex_};
    stops_ = true;
    wake_.notify_all();
    return quiet_.wait_for(lock, patience, [this] { return running_ == 0; });
}

void Disk::start_thread() {
    const std::lock_guard lock{mutex_};
    threads_.emplace_back([this] { run(); });
    ++idle_;  // from now on, or the next job would ask for another before this one has begun
}

void Disk::run() {
    std::unique_lock lock{mutex_};
    for (;;) {
        wake_.wait(lock, [this] { return stops_ || !waiting_.empty(); });
        --idle_;
        if (stops_) return;
        auto job = std::move(waiting_.front());
        waiting_.pop_front();
        if (running_++ == 0) last_sign_ = read_instant();
        lock.unlock();
        const bool is_wanted = !job->is_forgotten;
        if (is_wanted)
            job->work();
        else
            job.reset();
        lock.lock();
        --running_;
        last_sign_ = read_instant();
        if (stops_) quiet_.notify_one();
        ++idle_;
        if (!is_wanted) continue;
        finished_.push_back(std::move(job));
        signal_.send();
    }
}

void Disk::on_finished(ev::async&, int) {
    std::vector<std::unique_ptr<Job>> finished;
    {
        const std::lock_guard lock{mutex_};
        finished.swap(finished_);
    }
    for (auto& job : finished) {
        if (wanted_.erase(job->ticket) != 0) {
            job->done();
            continue;
        }
        job->is_forgotten = true;
        const std::lock_guard lock{mutex_};
        waiting_.push_back(std::move(job));
        wake_.notify_one();
    }
}

}  // namespace pxed::io
