#include "io/file_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>

namespace pxed::io {

namespace {

// One piece of the disk thread's: big enough that its trip is nothing beside it, small enough for thousands
// of transfers to have one each.
constexpr std::size_t k_piece = 64 * 1024;
// What is cached is read this much at a time when less is wanted: one system call for eleven blocks of 1468.
constexpr std::size_t k_cached_piece = 16 * 1024;
// What the kernel is to have ready by the time the piece is sent.
constexpr off_t k_read_ahead = 1024 * 1024;

std::size_t length_of(std::span<const iovec> parts) {
    std::size_t length = 0;
    for (const auto& part : parts)
        length += part.iov_len;
    return length;
}

}  // namespace

// What the disk thread works on. The file is lent to it: nobody else reads meanwhile, and if we go first it
// closes the file when it is through.
struct FileReader::Fetched {
    FileDescriptor file;
    std::uint64_t offset;
    std::vector<std::uint8_t> bytes;  // as many as are wanted, then as many as came
    int error = 0;

    void read() {
        std::size_t have = 0;
        while (have < bytes.size()) {
            const auto got = ::pread(file.get(), bytes.data() + have, bytes.size() - have,
                                     static_cast<off_t>(offset + have));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) error = errno;
            if (got <= 0) break;
            have += static_cast<std::size_t>(got);
        }
        bytes.resize(have);
        ::posix_fadvise(file.get(), static_cast<off_t>(offset + have), k_read_ahead, POSIX_FADV_WILLNEED);
    }
};

FileReader::Reading FileReader::way_to_read(Storage storage) {
    switch (storage) {
        case Storage::memory:
            return Reading::always_at_once;
        case Storage::disk:
            return Reading::without_waiting;
        case Storage::remote:
            return Reading::by_disk_thread;
    }
    return Reading::by_disk_thread;
}

FileReader::FileReader(OpenFile file, Disk& disk, std::function<void()> ready)
    : file_(std::move(file)), disk_(disk), ready_(std::move(ready)), reading_(way_to_read(file_.storage)) {}

FileReader::~FileReader() {
    disk_.forget(fetching_);
    let_go(std::move(file_), disk_);
}

FileReader::Got FileReader::read(std::uint64_t offset, std::span<const iovec> parts) {
    const std::size_t length = length_of(parts);
    if (length == 0) return Got::all;
    if (!error_.empty()) return Got::failed;

    if (copy_from_piece(offset, parts, length)) return Got::all;
    if (is_piece_short_) return Got::shrank;
    if (fetching_ != 0) return Got::later;
    if (reading_ != Reading::by_disk_thread) {
        if (length <= k_cached_piece / 2) {
            piece_offset_ = offset;
            piece_.resize(std::min<std::uint64_t>(k_cached_piece, file_.size - offset));
            const iovec whole{piece_.data(), piece_.size()};
            piece_.resize(read_cached(offset, {&whole, 1}));
            if (copy_from_piece(offset, parts, length)) return Got::all;
        } else {
            piece_ = {};  // passed
            if (read_cached(offset, parts) == length) return Got::all;
        }
        if (reading_ == Reading::always_at_once) return error_.empty() ? Got::shrank : Got::failed;
    }
    // Nothing or less than all: the rest is not cached, or the file has shrunk, or the disk is bad. The disk
    // thread finds out which.
    fetch(offset, length);
    return Got::later;
}

bool FileReader::copy_from_piece(std::uint64_t offset, std::span<const iovec> parts,
                                 std::size_t length) const {
    if (offset < piece_offset_ || offset + length > piece_offset_ + piece_.size()) return false;
    const auto* from = piece_.data() + (offset - piece_offset_);
    for (const auto& part : parts) {
        std::memcpy(part.iov_base, from, part.iov_len);
        from += part.iov_len;
    }
    return true;
}

// How many bytes came without waiting.
std::size_t FileReader::read_cached(std::uint64_t offset, std::span<const iovec> parts) {
    for (;;) {
        const bool waits_never = reading_ == Reading::always_at_once;
        const auto got = ::preadv2(file_.descriptor.get(), parts.data(), static_cast<int>(parts.size()),
                                   static_cast<off_t>(offset), waits_never ? 0 : RWF_NOWAIT);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno == EINTR) continue;
        // No disk thread will look at a file in memory again: its error is said here.
        if (waits_never) error_ = std::strerror(errno);
        // Not every file system of a disk can say whether it would wait.
        if (errno == EOPNOTSUPP) reading_ = Reading::by_disk_thread;
        return 0;
    }
}

void FileReader::fetch(std::uint64_t offset, std::size_t length) {
    const auto wanted = std::min<std::uint64_t>(std::max(length, k_piece), file_.size - offset);
    fetching_ = disk_.submit_with(
        Fetched{std::move(file_.descriptor), offset, std::vector<std::uint8_t>(wanted)},
        [](Fetched& fetched) { fetched.read(); },
        [this, wanted](Fetched& fetched) {
            fetching_ = 0;
            file_.descriptor = std::move(fetched.file);
            piece_offset_ = fetched.offset;
            piece_ = std::move(fetched.bytes);
            is_piece_short_ = piece_.size() < wanted;
            if (fetched.error != 0) error_ = std::strerror(fetched.error);
            ready_();  // the last: it may end us
        });
}

}  // namespace pxed::io
