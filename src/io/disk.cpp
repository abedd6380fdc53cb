#include "io/disk.hpp"

#include <utility>

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

void Disk::submit(std::function<void()> work, std::function<void()> done) {
    {
        const std::lock_guard lock{mutex_};
        waiting_.push_back({std::move(work), std::move(done)});
    }
    wake_.notify_one();
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
        Job job = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        job.work();
        lock.lock();
        finished_.push_back(std::move(job));
        signal_.send();
    }
}

void Disk::on_finished(ev::async&, int) {
    std::vector<Job> finished;
    {
        const std::lock_guard lock{mutex_};
        finished.swap(finished_);
    }
    for (auto& job : finished)
        job.done();
}

}  // namespace pxed::io
