// Pieces of files in memory. Small blocks are cut from pieces, so that eleven blocks cost one system call and
// a thousand clients of one program find it in the processor's cache instead of filling it with copies.

#include "io/shared_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace pxed::io {

namespace {

// What is cached is read this much at a time: small, because clients that are each somewhere else in a file
// have one each.
constexpr std::size_t k_cached_piece = 16 * 1024;
// Parts read ahead at a time: with more clients at different places they would push each other out again.
constexpr std::size_t k_most_ahead = 16;
// What the kernel is to have ready by the time a part is sent.
constexpr off_t k_read_ahead = 1024 * 1024;

nanoseconds since_1970() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return seconds{now.tv_sec} + nanoseconds{now.tv_nsec};
}

nanoseconds since_1970(const statx_timestamp& time) {
    return seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

// Nothing when it is not known, or the file has changed since it was opened.
std::optional<FileKey> key_of(const OpenFile& file) {
    // What the kernel learned at the opening: asking an NFS server or a FUSE program again would wait for it.
    constexpr int k_without_waiting = AT_EMPTY_PATH | AT_STATX_DONT_SYNC;
    constexpr unsigned k_wanted = STATX_INO | STATX_SIZE | STATX_MTIME | STATX_CTIME;
    struct statx status {};
    if (::statx(file.descriptor.get(), "", k_without_waiting, k_wanted, &status) != 0 ||
        (status.stx_mask & k_wanted) != k_wanted || status.stx_size != file.size)
        return std::nullopt;
    const auto device = std::uint64_t{status.stx_dev_major} << 32U | status.stx_dev_minor;
    return FileKey{device, status.stx_ino, file.size, since_1970(status.stx_mtime),
                   since_1970(status.stx_ctime)};
}

}  // namespace

// What the disk thread works on. The file may have gone by the time it is through: it holds it open until
// then, and lets go of it there, because the last close() asks the file server and waits.
struct SharedFile::Fetched {
    std::shared_ptr<const OpenFile> file;
    std::uint64_t offset;
    std::vector<std::uint8_t> bytes;  // as many as are wanted, then as many as came
    int error = 0;

    void read() {
        const auto open = std::exchange(file, nullptr);
        const int descriptor = open->descriptor.get();
        std::size_t have = 0;
        while (have < bytes.size()) {
            const auto got = ::pread(descriptor, bytes.data() + have, bytes.size() - have,
                                     static_cast<off_t>(offset + have));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) error = errno;
            if (got <= 0) break;
            have += static_cast<std::size_t>(got);
        }
        bytes.resize(have);
        ::posix_fadvise(descriptor, static_cast<off_t>(offset + have), k_read_ahead, POSIX_FADV_WILLNEED);
    }
};

SharedFile::SharedFile(SharedFiles& owner, Disk& disk, OpenFile file)
    : owner_(owner),
      disk_(disk),
      file_(std::make_shared<OpenFile>(std::move(file))),
      piece_size_(k_cached_piece) {
    find_out_how();
}

SharedFile::~SharedFile() {
    for (const auto& [part, fetch] : fetches_) {
        disk_.forget(fetch.ticket);
        if (fetch.is_ahead) --owner_.ahead_;
    }
    for (auto& [index, piece] : pieces_) {
        if (piece.users == 0) owner_.take_from_idle(piece);
        if (piece.is_cached) owner_.piece_bytes_ -= piece.length;
    }
    if (file_->storage == Storage::remote)
        disk_.submit_with(
            std::move(file_), [](auto& file) { file.reset(); }, [](const auto&) {});
}

void SharedFile::find_out_how() {
    switch (file_->storage) {
        case Storage::memory:
            reading_ = Reading::always_at_once;
            return;
        case Storage::disk: {
            char byte = 0;
            const iovec part{&byte, 1};
            const auto got = ::preadv2(file_->descriptor.get(), &part, 1, 0, RWF_NOWAIT);
            if (got >= 0 || errno != EOPNOTSUPP) return;
            break;  // not every file system of a disk can say whether it would wait
        }
        case Storage::remote:
            break;
    }
    reading_ = Reading::by_disk_thread;
    piece_size_ = k_part;
}

bool SharedFile::read_at_once(std::uint64_t offset, std::span<const iovec> parts) {
    std::size_t length = 0;
    for (const auto& part : parts)
        length += part.iov_len;
    return reading_ != Reading::by_disk_thread && read_cached(offset, parts) == length;
}

bool SharedFile::lacks_room_for(std::uint64_t index) const {
    return owner_.piece_bytes_ >= owner_.limits_.piece_bytes && !pieces_.contains(index);
}

PieceUse SharedFile::piece(std::uint64_t index) {
    const auto known = pieces_.find(index);
    if (known != pieces_.end()) {
        auto& piece = known->second;
        if (piece.users++ == 0) owner_.take_from_idle(piece);
        return PieceUse{&piece};
    }
    if (reading_ == Reading::by_disk_thread) return {};
    const auto length = length_of(index);
    auto memory = std::make_unique_for_overwrite<std::uint8_t[]>(length);
    const iovec whole{memory.get(), length};
    if (read_cached(index * piece_size_, {&whole, 1}) < length) {
        // Else the rest is not cached, or the file has shrunk, or the disk is bad: the disk thread finds out.
        if (reading_ == Reading::always_at_once) fail_with(Problem::shrank, {});
        return {};
    }
    auto& piece = keep(index, std::move(memory));
    piece.users = 1;
    piece.is_cached = true;
    owner_.piece_bytes_ += piece.length;
    return PieceUse{&piece};
}

void SharedFile::fetch(std::uint64_t part, FileWaiter& waiter) {
    auto& fetch = fetches_[part];
    if (std::exchange(fetch.is_ahead, false)) --owner_.ahead_;
    fetch.waiters.push_back(&waiter);
    if (fetch.ticket == 0) begin(part, fetch);
}

void SharedFile::expect(std::uint64_t offset) {
    if (reading_ != Reading::by_disk_thread || offset >= file_->size) return;
    if (owner_.limits_.idle_bytes < k_part || owner_.ahead_ >= k_most_ahead) return;
    const auto part = part_at(offset);
    if (pieces_.contains(part) || fetches_.contains(part)) return;
    auto& fetch = fetches_[part];
    fetch.is_ahead = true;
    ++owner_.ahead_;
    begin(part, fetch);
}

void SharedFile::begin(std::uint64_t part, Fetch& fetch) {
    const auto offset = part * k_part;
    const auto wanted = std::min<std::uint64_t>(k_part, file_->size - offset);
    fetch.ticket = disk_.submit_with(
        Fetched{file_, offset, std::vector<std::uint8_t>(wanted)}, [](Fetched& fetched) { fetched.read(); },
        [this, part](const Fetched& fetched) { on_fetched(part, fetched); });
}

void SharedFile::forget(std::uint64_t part, const FileWaiter& waiter) {
    std::erase(waking_, &waiter);
    const auto fetch = fetches_.find(part);
    if (fetch != fetches_.end()) std::erase(fetch->second.waiters, &waiter);
}

void SharedFile::on_fetched(std::uint64_t part, const Fetched& fetched) {
    auto done = fetches_.extract(part);
    const bool is_ahead = done.mapped().is_ahead;
    if (is_ahead) --owner_.ahead_;
    const auto end = std::min<std::uint64_t>((part + 1) * k_part, file_->size);
    if (fetched.error != 0) {
        fail_with(Problem::failed, std::strerror(fetched.error));
    } else if (fetched.offset + fetched.bytes.size() < end) {
        fail_with(Problem::shrank, {});
    } else {
        for (auto at = fetched.offset; at < end; at += piece_size_) {
            const auto index = at / piece_size_;
            if (pieces_.contains(index)) continue;
            auto memory = std::make_unique_for_overwrite<std::uint8_t[]>(length_of(index));
            std::memcpy(memory.get(), fetched.bytes.data() + (at - fetched.offset), length_of(index));
            auto& piece = keep(index, std::move(memory));
            piece.is_ahead = is_ahead;
            owner_.put_to_idle(piece);
        }
    }
    waking_ = std::move(done.mapped().waiters);
    // Whom we tell may end, others who wait may end with it, and the last one would end this file.
    ++users_;
    const FileUse until_all_are_told{this};
    while (!waking_.empty()) {
        auto* waiter = waking_.front();
        waking_.erase(waking_.begin());
        waiter->on_part_read(part);
    }
    owner_.trim();
}

std::size_t SharedFile::read_cached(std::uint64_t offset, std::span<const iovec> parts) {
    const bool waits_never = reading_ == Reading::always_at_once;
    for (;;) {
        const auto got = ::preadv2(file_->descriptor.get(), parts.data(), static_cast<int>(parts.size()),
                                   static_cast<off_t>(offset), waits_never ? 0 : RWF_NOWAIT);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno == EINTR) continue;
        // No disk thread will look at a file in memory again: its error is said here.
        if (waits_never) fail_with(Problem::failed, std::strerror(errno));
        return 0;
    }
}

std::size_t SharedFile::length_of(std::uint64_t index) const {
    return static_cast<std::size_t>(std::min<std::uint64_t>(piece_size_, file_->size - index * piece_size_));
}

FilePiece& SharedFile::keep(std::uint64_t index, std::unique_ptr<std::uint8_t[]> memory) {
    return pieces_.try_emplace(index, this, index, std::move(memory), length_of(index)).first->second;
}

// The first problem counts, and whoever asks for the file from now on gets a fresh look at it.
void SharedFile::fail_with(Problem problem, std::string error) {
    if (problem_ != Problem::none) return;
    problem_ = problem;
    error_ = std::move(error);
    owner_.share_no_longer(*this);
}

FileUse SharedFiles::join(OpenFile file) {
    auto key = key_of(file);
    if (key && since_1970() - std::max(key->modified, key->changed) < limits_.settled_after) key.reset();
    if (const auto same = key ? joinable_.find(*key) : joinable_.end(); same != joinable_.end()) {
        let_go(std::move(file), disk_);
        ++same->second->users_;
        return FileUse{same->second};
    }
    auto opened = std::make_unique<SharedFile>(*this, disk_, std::move(file));
    FileUse use{opened.get()};
    ++use->users_;
    if (key) joinable_.emplace(*key, use.get());
    use->key_ = key;
    files_.emplace(use.get(), std::move(opened));
    return use;
}

void SharedFiles::share_no_longer(SharedFile& file) {
    if (file.key_) joinable_.erase(*file.key_);
    file.key_.reset();
}

void SharedFiles::leave(SharedFile& file) {
    if (--file.users_ > 0) return;
    share_no_longer(file);
    files_.erase(&file);
}

void SharedFiles::release(FilePiece& piece) {
    if (--piece.users > 0) return;
    // Who sends it alone has passed it, and reads the next one into memory that is still warm.
    if (piece.file->users_ < 2) {
        drop(piece);
        return;
    }
    put_to_idle(piece);
    trim();
}

void SharedFiles::put_to_idle(FilePiece& piece) {
    piece.idle = idle_.insert(idle_.end(), &piece);
    idle_bytes_ += piece.length;
    ahead_ += piece.is_ahead ? 1 : 0;
}

// Into use, or out of memory.
void SharedFiles::take_from_idle(FilePiece& piece) {
    idle_.erase(piece.idle);
    idle_bytes_ -= piece.length;
    ahead_ -= std::exchange(piece.is_ahead, false) ? 1 : 0;
}

void SharedFiles::trim() {
    while (idle_bytes_ > limits_.idle_bytes) {
        auto& piece = *idle_.front();
        take_from_idle(piece);
        drop(piece);
    }
}

void SharedFiles::drop(FilePiece& piece) {
    if (piece.is_cached) piece_bytes_ -= piece.length;
    piece.file->pieces_.erase(piece.index);
}

void ReleasePiece::operator()(FilePiece* piece) const {
    piece->file->owner_.release(*piece);
}

void LeaveFile::operator()(SharedFile* file) const {
    file->owner_.leave(*file);
}

}  // namespace pxed::io
