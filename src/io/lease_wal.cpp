#include "io/lease_wal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_descriptor.hpp"

namespace pxed::io {

namespace {

std::string failure(const std::string& what, const std::string& path) {
    return what + ' ' + path + ": " + std::generic_category().message(errno);
}

std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
    std::uint32_t number = 0;
    for (const auto byte : bytes.first(sizeof number))
        number = number << 8 | byte;
    return number;
}

// How far the frames of the log's present round reach: those that bear the salts of its header (SQLite's file
// format, 4.1 and 4.2). All of the file when the header tells nothing.
std::uint64_t live_bytes(int file, std::uint64_t size) {
    constexpr std::size_t k_page_size_at = 8;
    constexpr std::size_t k_salts_at = 16;
    constexpr std::size_t k_frame_salts_at = 8;
    constexpr std::size_t k_salts = 8;
    std::array<std::uint8_t, k_wal_header> header{};
    if (::pread(file, header.data(), header.size(), 0) != static_cast<ssize_t>(header.size())) return size;
    const std::uint64_t page = big_endian(std::span{header}.subspan(k_page_size_at));
    if (page == 0) return std::all_of(header.begin(), header.end(), [](auto b) { return b == 0; }) ? 0 : size;
    const auto salts = std::span{header}.subspan(k_salts_at, k_salts);
    std::uint64_t at = k_wal_header;
    for (; at + k_wal_frame_header + page <= size; at += k_wal_frame_header + page) {
        std::array<std::uint8_t, k_wal_frame_header> frame{};
        const auto got = ::pread(file, frame.data(), frame.size(), static_cast<off_t>(at));
        if (got != static_cast<ssize_t>(frame.size())) return size;
        if (!std::ranges::equal(std::span{frame}.subspan(k_frame_salts_at, k_salts), salts)) return at;
    }
    return size;
}

}  // namespace

Result<void, std::string> rewrite_wal(const std::string& path, std::optional<std::uint64_t> committed) {
    const FileDescriptor file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    if (!file.is_open()) {
        if (errno == ENOENT) return {};
        return fail(failure("cannot open", path));
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return fail(failure("cannot read", path));
    auto size = static_cast<std::uint64_t>(status.st_size);
    if (committed && *committed < size) {
        // Recovery would take a whole transaction for committed, though its client was refused.
        if (::ftruncate(file.get(), static_cast<off_t>(*committed)) != 0)
            return fail(failure("cannot cut", path));
        size = *committed;
    }
    // Behind its last frame the file holds zeros or frames of an earlier round, which nobody reads.
    size = std::min(size, live_bytes(file.get(), size));
    // In place and with the same bytes: a crash in the middle changes nothing.
    std::vector<char> block(std::size_t{256} * 1024);
    for (std::uint64_t at = 0; at < size;) {
        const auto offset = static_cast<off_t>(at);
        const auto got = ::pread(file.get(), block.data(), block.size(), offset);
        if (got <= 0) return fail(failure("cannot read", path));
        const auto length = static_cast<std::size_t>(got);
        if (::pwrite(file.get(), block.data(), length, offset) != got)
            return fail(failure("cannot write", path));
        at += length;
    }
    if (::fdatasync(file.get()) != 0) return fail(failure("cannot write", path));
    return {};
}

std::uint64_t reserve_wal(const std::string& path, std::uint64_t size) {
    const FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    struct stat status {};
    if (!file.is_open() || ::fstat(file.get(), &status) != 0) return 0;
    const auto before = static_cast<std::uint64_t>(status.st_size);
    // Written, not fallocate()d: the file system would have to note for each block that it holds something
    // now.
    const std::vector<char> zeros(std::size_t{256} * 1024);
    for (auto at = before; at < size;) {
        const auto length = std::min<std::uint64_t>(zeros.size(), size - at);
        const auto written = ::pwrite(file.get(), zeros.data(), length, static_cast<off_t>(at));
        if (written <= 0) {
            // Best effort, also this: the commit that follows finds out by itself what the disk can do.
            return ::ftruncate(file.get(), status.st_size) == 0 ? before : at;
        }
        at += static_cast<std::uint64_t>(written);
    }
    return std::max(before, size);
}

std::uint64_t wal_file_size(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == path.npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void, std::string> sync_directory_of(const std::string& path) {
    const std::string directory = directory_of(path);
    const FileDescriptor opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened.is_open() || ::fsync(opened.get()) != 0)
        return fail(failure("cannot write directory", directory));
    return {};
}

}  // namespace pxed::io
