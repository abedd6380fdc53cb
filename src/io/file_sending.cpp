#include "io/file_sending.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace pxed::io {

namespace {

// One sendfile call at most. Of a thousand connections 512 KiB at a time got half of what nginx sends with
// its 2 MiB, and 2 MiB four fifths: what a peer gets in its turn should be much.
constexpr std::uint64_t k_piece = 2 * 1024 * 1024;
// What the disk thread brings in at a time, and what the kernel is told to go on with meanwhile.
constexpr std::uint64_t k_fetched = 1024 * 1024;
constexpr off_t k_read_ahead = 4 * 1024 * 1024;
constexpr std::size_t k_fetch_buffer = 128 * 1024;

// Steps of is_cached(): while the disk reads ahead of us, and where only the bytes can tell.
constexpr std::uint64_t k_step_behind_disk = 128 * 1024;
constexpr std::uint64_t k_step_unknown = 16 * 1024;

// cachestat(2), Linux 6.5: how many pages of a part are in the cache. Older headers do not have it.
constexpr long k_cachestat_call = 451;
struct CacheRange {
    std::uint64_t offset;
    std::uint64_t length;
};
struct CacheState {
    std::uint64_t cached, dirty, in_writeback, evicted, recently_evicted;
};

enum class Pages : std::uint8_t { all, not_all, unknown };

Pages pages_cached(int file, std::uint64_t first, std::uint64_t length) {
    CacheRange range{first, length};
    CacheState state{};
    if (::syscall(k_cachestat_call, file, &range, &state, 0U) != 0) return Pages::unknown;
    const auto pages = pages_touched(first, length, static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
    return state.cached >= pages ? Pages::all : Pages::not_all;
}

// Whether a byte can be read at once: its page is there, and not just on its way from the disk.
bool is_readable_now(int file, std::uint64_t offset) {
    char byte = 0;
    const iovec part{&byte, 1};
    return ::preadv2(file, &part, 1, static_cast<off_t>(offset), RWF_NOWAIT) == 1;
}

// TCP_CORK: the head waits for the first bytes of the file, no call's end cuts a segment short, and for fewer
// of them the peer is woken less often. Under cubic one that is sent 64 MiB alone gets a third more, sixteen
// get a tenth more, and a hundred that are sent 1 MiB a twentieth (under BBR as much as before). What is no
// TCP socket has no cork.
void cork(int socket, bool is_in) {
    const int value = is_in ? 1 : 0;
    ::setsockopt(socket, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

}  // namespace

SendBudget::SendBudget(ev::loop_ref loop) : loop_(loop), next_turn_(loop) {
    next_turn_.set<SendBudget, &SendBudget::on_turn>(this);
}

std::uint64_t SendBudget::take(std::uint64_t wanted) {
    if (!queue_.empty() && !serves_queue_) return 0;
    if (const auto turn = loop_.iteration(); turn != turn_) {
        turn_ = turn;
        left_ = k_a_turn;
    }
    const auto given = std::min(wanted, left_);
    left_ -= given;
    return given;
}

void SendBudget::queue(FileSending& sending) {
    sending.queued_ = queue_.insert(queue_.end(), &sending);
    if (!next_turn_.is_active()) next_turn_.start(0);
}

void SendBudget::forget(FileSending& sending) {
    if (sending.queued_) queue_.erase(*std::exchange(sending.queued_, std::nullopt));
}

void SendBudget::on_turn(ev::timer&, int) {
    if (turn_ != loop_.iteration()) left_ = k_a_turn;
    turn_ = loop_.iteration();
    serves_queue_ = true;
    while (left_ > 0 && !queue_.empty()) {
        auto& first = *queue_.front();
        forget(first);
        first.go_on();  // it may end, and end others
    }
    serves_queue_ = false;
    if (!queue_.empty()) next_turn_.start(0);
}

bool is_cached(const OpenFile& file, std::uint64_t first, std::uint64_t length, std::uint64_t step) {
    if (file.storage != Storage::disk) return file.storage == Storage::memory;
    const auto pages = pages_cached(file.descriptor.get(), first, length);
    if (pages == Pages::not_all) return false;
    // Pages that are on their way count as cached. They come in parts, most often the last one last.
    if (pages != Pages::all) step = k_step_unknown;
    for (std::uint64_t at = 0; at < length; at += step)
        if (!is_readable_now(file.descriptor.get(), first + at)) return false;
    return is_readable_now(file.descriptor.get(), first + length - 1);
}

FileSending::FileSending(ev::loop_ref loop, int socket, std::string head, OpenFile file, std::uint64_t first,
                         std::uint64_t length, Disk& disk, SendBudget& budget, Ended ended)
    : loop_(loop),
      socket_(socket),
      head_(std::move(head)),
      file_(std::move(file)),
      at_(first),
      end_(first + length),
      cached_to_(first),
      disk_(disk),
      budget_(budget),
      ended_(std::move(ended)),
      writable_(loop) {
    writable_.set<FileSending, &FileSending::on_writable>(this);
}

FileSending::~FileSending() {
    disk_.forget(fetching_);
    budget_.forget(*this);
}

void FileSending::start() {
    cork(socket_, true);
    go_on();
}

void FileSending::await_socket() {
    if (!writable_.is_active()) writable_.start(socket_, ev::WRITE);
}

void FileSending::on_writable(ev::io&, int) {
    go_on();
}

void FileSending::await_turn() {
    writable_.stop();
    budget_.queue(*this);
}

// One piece, and then the others' turn: while the kernel takes theirs, the peer reads this one, with neither
// in the other's way. One that is sent to until its socket is full gets a tenth less.
void FileSending::go_on() {
    const auto wanted = std::min(k_piece, end_ - at_);
    // Before the page cache is asked: with a thousand connections most have to wait for another turn.
    const auto given = budget_.take(wanted);
    if (given == 0) {
        await_turn();
        return;
    }
    if (const auto head = send_head(); head != Head::sent) {
        budget_.give_back(given);
        if (head == Head::waits)
            await_socket();
        else
            end(End::closed);
        return;
    }
    look_ahead(at_ + wanted);
    if (at_ >= cached_to_) {
        budget_.give_back(given);
        fetch();
        return;
    }
    const auto allowed = std::min(given, cached_to_ - at_);
    auto offset = static_cast<off_t>(at_);
    const auto result = ::sendfile(socket_, file_.descriptor.get(), &offset, allowed);
    const auto sent = static_cast<std::uint64_t>(std::max<ssize_t>(result, 0));
    budget_.give_back(given - sent);
    at_ += sent;
    if (result < 0 && errno != EAGAIN && errno != EINTR)
        end(errno == EIO || errno == EINVAL ? End::failed : End::closed);
    else if (result == 0)
        end(End::shrank);
    else if (at_ == end_)
        end(End::whole);
    else if (sent == allowed)
        await_turn();
    else
        await_socket();
}

// Until it has gone as a whole.
FileSending::Head FileSending::send_head() {
    if (head_.empty()) return Head::sent;
    const auto sent = ::send(socket_, head_.data(), head_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return Head::refused;
    head_.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    return head_.empty() ? Head::sent : Head::waits;
}

void FileSending::look_ahead(std::uint64_t to) {
    if (to <= cached_to_) return;
    const auto from = std::max(at_, cached_to_);
    if (is_cached(file_, from, to - from, has_fetched_ ? k_step_behind_disk : k_step)) cached_to_ = to;
}

// Reads what comes next for its being in memory afterwards. The file is lent to the disk thread; if we go
// first, it closes the file when it is through.
void FileSending::fetch() {
    writable_.stop();
    has_fetched_ = true;
    struct Fetch {
        FileDescriptor file;
        std::uint64_t first;
        std::uint64_t length;
        int error = 0;
    };
    const auto length = std::min(k_fetched, end_ - at_);
    fetching_ = disk_.submit_with(
        Fetch{std::move(file_.descriptor), at_, length},
        [](Fetch& fetch) {
            std::vector<char> buffer(k_fetch_buffer);
            for (std::uint64_t done = 0; done < fetch.length;) {
                const auto got = ::pread(fetch.file.get(), buffer.data(),
                                         std::min<std::uint64_t>(buffer.size(), fetch.length - done),
                                         static_cast<off_t>(fetch.first + done));
                if (got < 0 && errno == EINTR) continue;
                if (got < 0) fetch.error = errno;
                if (got <= 0) break;  // sendfile says the rest
                done += static_cast<std::uint64_t>(got);
            }
            ::posix_fadvise(fetch.file.get(), static_cast<off_t>(fetch.first + fetch.length), k_read_ahead,
                            POSIX_FADV_WILLNEED);
        },
        [this](Fetch& fetch) {
            fetching_ = 0;
            file_.descriptor = std::move(fetch.file);
            if (fetch.error != 0) {
                end(End::failed);
                return;
            }
            // Not looked at again: should memory be so short that it is gone already, somebody has to wait.
            cached_to_ = fetch.first + fetch.length;
            go_on();
        });
}

void FileSending::end(End how) {
    writable_.stop();
    cork(socket_, false);  // the library may have left one in as well
    const auto ended = std::move(ended_);
    ended(how);  // the last: it may end us
}

}  // namespace pxed::io
