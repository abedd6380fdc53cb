#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <sys/uio.h>

#include "io/disk.hpp"
#include "io/file_root.hpp"

namespace pxed::io {

/// Reads an open file without ever waiting for a disk: what the kernel has in its cache (preadv2 RWF_NOWAIT)
/// at once, the rest through the disk thread, a piece at a time and with the kernel told to read ahead.
class FileReader {
 public:
    enum class Got : std::uint8_t {
        all,
        later,   ///< not cached: ask again when `ready` was called
        shrank,  ///< the file is shorter than it was when it was opened
        failed,  ///< see error()
    };

    /// `ready` is called in the loop after read() answered `later`.
    FileReader(OpenFile file, Disk& disk, std::function<void()> ready);
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    /// Fills the parts with what the file has from `offset` on: all of them or, with any other answer, none
    /// that counts. Requires: offset + their length <= size(), and at most 1024 parts.
    Got read(std::uint64_t offset, std::span<const iovec> parts);

    /// As it was when the file was opened.
    [[nodiscard]] std::uint64_t size() const { return file_.size; }
    /// errno's words for the last `failed`.
    [[nodiscard]] const std::string& error() const { return error_; }

 private:
    struct Fetched;
    void fetch(std::uint64_t offset, std::size_t length);
    [[nodiscard]] bool copy_from_piece(std::uint64_t offset, std::span<const iovec> parts,
                                       std::size_t length) const;
    [[nodiscard]] std::size_t read_cached(std::uint64_t offset, std::span<const iovec> parts);

    enum class Reading : std::uint8_t { without_waiting, always_at_once, by_disk_thread };
    [[nodiscard]] static Reading way_to_read(Storage storage);

    OpenFile file_;
    Disk& disk_;
    std::function<void()> ready_;
    Reading reading_;
    Disk::Ticket fetching_ = 0;  // 0: none
    std::uint64_t piece_offset_ = 0;
    std::vector<std::uint8_t> piece_;
    bool is_piece_short_ = false;
    std::string error_;
};

}  // namespace pxed::io
