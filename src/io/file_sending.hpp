#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>

#include "io/disk.hpp"
#include "io/file_root.hpp"
#include "io/loop.hpp"

namespace pxed::io {

class FileSending;

/// How much all sendings of a service may give the kernel in one turn of the loop. A thousand downloads that
/// are ready at a time would otherwise keep a DHCP request waiting for as long as it takes to serve them all.
/// Those that get nothing queue up for the next turns, and the kernel is not asked about them meanwhile.
class SendBudget {
 public:
    static constexpr std::uint64_t k_a_turn = 8 * 1024 * 1024;  ///< some 2 ms on a machine of 2020

    explicit SendBudget(ev::loop_ref loop);

    /// At most `wanted` bytes; 0: nothing is left in this turn, or others have waited for longer.
    [[nodiscard]] std::uint64_t take(std::uint64_t wanted);
    /// Of what was taken in this turn, that was not used.
    void give_back(std::uint64_t unused) { left_ += unused; }

    /// Queues a sending whose socket is ready; it goes on in one of the next turns.
    void queue(FileSending& sending);
    /// Takes it out of the queue, if it is there.
    void forget(FileSending& sending);

 private:
    friend class FileSending;
    void on_turn(ev::timer&, int);

    ev::loop_ref loop_;
    ev::timer next_turn_;
    std::list<FileSending*> queue_;
    unsigned turn_ = 0;
    std::uint64_t left_ = k_a_turn;
    bool serves_queue_ = false;
};

/// Sends a text and a part of a file after it by sendfile, as fast as the peer takes it, and without ever
/// waiting for a disk: each piece is first looked for in the page cache, and what is not there is brought
/// into it by the disk thread. For files in memory or on a disk of this machine (Storage).
class FileSending {
 public:
    enum class End : std::uint8_t {
        whole,
        shrank,  ///< the file is shorter than it was when it was opened
        failed,  ///< the disk has an error
        closed,  ///< the peer, or somebody here, has closed the connection
    };
    using Ended = std::function<void(End)>;

    /// `head`: what leaves in one packet with the beginning of the part; may be empty. `socket` stays the
    /// caller's, who uses it for nothing else until `ended` was called, once, in the loop. `budget` and
    /// `disk` must outlive it.
    FileSending(ev::loop_ref loop, int socket, std::string head, OpenFile file, std::uint64_t first,
                std::uint64_t length, Disk& disk, SendBudget& budget, Ended ended);
    ~FileSending();
    FileSending(const FileSending&) = delete;
    FileSending& operator=(const FileSending&) = delete;

    /// Sends the first piece if the budget has something left, and the rest in later turns of the loop;
    /// `ended` may be called from within.
    void start();
    [[nodiscard]] bool waits_for_disk() const { return fetching_ != 0; }

 private:
    friend class SendBudget;
    void go_on();
    enum class Head : std::uint8_t { sent, waits, refused };
    Head send_head();
    void look_ahead(std::uint64_t to);
    void await_turn();
    void await_socket();
    void on_writable(ev::io& watcher, int revents);
    void fetch();
    void end(End how);

    ev::loop_ref loop_;
    int socket_;
    std::string head_;  // what of it is still to be sent
    OpenFile file_;
    std::uint64_t at_;         // what is sent next
    std::uint64_t end_;        // behind the last byte
    std::uint64_t cached_to_;  // up to here the file was in memory when it was looked at
    Disk& disk_;
    SendBudget& budget_;
    Ended ended_;
    bool has_fetched_ = false;                                 // some of it was not in memory
    Disk::Ticket fetching_ = 0;                                // 0: none
    std::optional<std::list<FileSending*>::iterator> queued_;  // the budget's
    ev::io writable_;
};

/// How many pages a part of a file lies on. They have 4 KiB on most machines, 16 or 64 KiB on some of ARM's
/// and POWER's: counted too many, nothing would ever be in the cache as a whole.
[[nodiscard]] constexpr std::uint64_t pages_touched(std::uint64_t first, std::uint64_t length,
                                                    std::uint64_t page) {
    return (first + length + page - 1) / page - first / page;
}

/// How far apart the bytes are that is_cached() reads.
inline constexpr std::uint64_t k_step = 1024 * 1024;

/// Whether that part of a file is in the page cache, so that nobody who reads it now waits. A file of which
/// it cannot be told is not. Costs a system call for each `step` (before Linux 6.5: for each 16 KiB) and two
/// more. Pages that the disk is just bringing in between two such bytes are taken for cached.
[[nodiscard]] bool is_cached(const OpenFile& file, std::uint64_t first, std::uint64_t length,
                             std::uint64_t step = k_step);

}  // namespace pxed::io
