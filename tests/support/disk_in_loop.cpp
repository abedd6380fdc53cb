// io/disk without its threads: whoever asks waits himself, in the loop. Linked in the place of
// src/io/disk.cpp it makes the daemon that tests/e2e/slow_disk.sh has to find too slow: a test that lets it
// pass has not looked.
#include "io/disk.hpp"

namespace pxed::io {

Disk::Disk(ev::loop_ref loop, std::size_t most_threads) : most_threads_(most_threads), signal_(loop) {
    signal_.set<Disk, &Disk::on_finished>(this);
    signal_.start();
    loop.unref();
}

Disk::~Disk() {
    signal_.loop.ref();
}

Disk::Ticket Disk::submit(std::function<void()> work, std::function<void()> done) {
    struct Nothing {};
    return submit_with(
        Nothing{}, [work = std::move(work)](Nothing&) { work(); },
        [done = std::move(done)](Nothing&) { done(); });
}

// `done` is called by the loop's next turn, as with threads: whoever asks is in the middle of something.
Disk::Ticket Disk::enqueue(std::unique_ptr<Job> job) {
    job->ticket = ++last_ticket_;
    wanted_.insert(job->ticket);
    job->work();
    finished_.push_back(std::move(job));
    signal_.send();
    return last_ticket_;
}

void Disk::forget(Ticket ticket) {
    wanted_.erase(ticket);
}

std::size_t Disk::queued() const {
    return 0;
}

bool Disk::hangs_for(nanoseconds) const {
    return false;
}

bool Disk::end(milliseconds) {
    return true;
}

void Disk::start_thread() {}

void Disk::run() {}

void Disk::on_finished(ev::async&, int) {
    std::vector<std::unique_ptr<Job>> finished;
    finished.swap(finished_);
    for (const auto& job : finished)
        if (wanted_.erase(job->ticket) != 0) job->done();
}

}  // namespace pxed::io
