#include "io/disk.hpp"

#include <algorithm>

namespace pxed::io {

Disk::Disk(ev::loop_ref loop) : signal_(loop) {
    signal_.set<Disk, &Disk::on_finished>(this);
    signal_.start();
    loop.unref();  // an idle helper keeps no loop alive
    thread_ = std::thread{[this] { run(); }};
}

Disk::~Disk() {
    {
        const std::lock_guard lock{mutex_};
        stops_ = true;
    }
    wake_.notify_one();
    thread_.join();
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
    {
        const std::lock_guard lock{mutex_};
        waiting_.push_back(std::move(job));
    }
    wake_.notify_one();
    return ticket;
}

void Disk::forget(Ticket ticket) {
    if (ticket <= last_done_ || ticket > last_ticket_) return;  // jobs are done in order
    std::unique_ptr<Job> dropped;                               // destroyed after the lock is given back
    const std::lock_guard lock{mutex_};
    const auto job = std::ranges::find(waiting_, ticket, [](const auto& waiting) { return waiting->ticket; });
    if (job == waiting_.end()) {
        forgotten_.insert(ticket);
        return;
    }
    dropped = std::move(*job);
    waiting_.erase(job);
}

std::size_t Disk::queued() const {
    const std::lock_guard lock{mutex_};
    return waiting_.size();
}

void Disk::run() {
    std::unique_lock lock{mutex_};
    for (;;) {
        wake_.wait(lock, [this] { return stops_ || !waiting_.empty(); });
        if (stops_) return;
        auto job = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        job->work();
        lock.lock();
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
    for (const auto& job : finished) {
        last_done_ = job->ticket;
        if (forgotten_.erase(job->ticket) == 0) job->done();
    }
}

}  // namespace pxed::io
