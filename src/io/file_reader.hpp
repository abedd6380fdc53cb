#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <sys/uio.h>

#include "io/disk.hpp"
#include "io/file_root.hpp"
#include "io/shared_files.hpp"

namespace pxed::io {

/// Reads an open file without ever waiting for a disk: what the kernel has in its cache (preadv2 RWF_NOWAIT)
/// at once, the rest through the disk thread, a part at a time and with the kernel told to read ahead.
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
    /// The same for a file that others may be sending too. Requires: `files` outlives this.
    FileReader(OpenFile file, SharedFiles& files, std::function<void()> ready);
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    /// Fills the parts with what the file has from `offset` on: all of them or, with any other answer, none
    /// that counts. Requires: offset + their length <= size(), and at most 1024 parts.
    Got read(std::uint64_t offset, std::span<const iovec> parts);

    /// Whether the disk thread still reads what the last read() wanted.
    [[nodiscard]] bool waits_for_disk() const { return !awaited_.empty(); }
    /// As it was when the file was opened.
    [[nodiscard]] std::uint64_t size() const { return file_->size(); }
    /// errno's words for the last `failed`.
    [[nodiscard]] const std::string& error() const { return file_->error(); }

 private:
    bool copy_at_hand(std::uint64_t offset, std::span<const iovec> parts, std::size_t length) const;
    void let_go();
    bool hold(std::uint64_t first, std::uint64_t last);
    void copy(std::uint64_t offset, std::span<const iovec> parts) const;
    void on_part_read(std::uint64_t part);

    // The last piece held, by itself: most blocks lie in the one that the block before lay in.
    std::uint64_t at_hand_begin_ = 0;
    std::uint64_t at_hand_end_ = 0;
    const std::uint8_t* at_hand_ = nullptr;

    std::unique_ptr<SharedFiles> alone_;  // for a file that is not shared
    FileUse file_;
    std::uint64_t first_held_ = 0;        // the index of the first of
    std::vector<PieceUse> held_;          // what the last read() touched; null: not there yet
    std::vector<std::uint64_t> awaited_;  // parts
    std::function<void()> ready_;
    FileWaiter waiter_{[this](std::uint64_t part) { on_part_read(part); }};
};

}  // namespace pxed::io
