#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <sys/uio.h>

#include "io/disk.hpp"
#include "io/file_root.hpp"

namespace pxed::io {

class SharedFile;
class SharedFiles;

/// What tells a file, and each state of it, from every other.
struct FileKey {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    nanoseconds modified{0};
    nanoseconds changed{0};
    friend auto operator<=>(const FileKey&, const FileKey&) = default;
};

/// Who waits for a part of a file that the disk thread is reading. It must call SharedFile::forget() before
/// it goes.
struct FileWaiter {
    /// The part has come, or never will; called in the loop. It may end the waiter and the file's use.
    std::function<void(std::uint64_t part)> on_part_read;
};

/// A run of a file's bytes in memory.
struct FilePiece {
    SharedFile* file;
    std::uint64_t index;  ///< it begins at index * SharedFile::piece_size()
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t length = 0;
    unsigned users = 0;
    bool is_cached = false;  ///< by the kernel as well, when it was made: it may be done without
    bool is_ahead = false;   ///< read before anybody asked for it, and not asked for yet
    std::list<FilePiece*>::iterator idle{};  ///< where it stands among the idle ones, while it has no user
};

struct ReleasePiece {
    void operator()(FilePiece* piece) const;
};
struct LeaveFile {
    void operator()(SharedFile* file) const;
};
/// A piece stays in memory as long as somebody uses it, and a file open.
using PieceUse = std::unique_ptr<FilePiece, ReleasePiece>;
using FileUse = std::unique_ptr<SharedFile, LeaveFile>;

/// One open file, and what of it is in memory, for all who send it at this time. Never waits for a disk.
class SharedFile {
 public:
    enum class Problem : std::uint8_t {
        none,
        shrank,  ///< it is shorter than it was when it was opened
        failed,  ///< see error()
    };
    /// What the disk thread reads at a time: big enough that its trip is nothing beside it.
    static constexpr std::size_t k_part = 64 * 1024;

    SharedFile(SharedFiles& owner, Disk& disk, OpenFile file);
    ~SharedFile();
    SharedFile(const SharedFile&) = delete;
    SharedFile& operator=(const SharedFile&) = delete;

    /// As it was when the file was opened.
    [[nodiscard]] std::uint64_t size() const { return file_->size; }
    [[nodiscard]] std::size_t piece_size() const { return piece_size_; }
    [[nodiscard]] Problem problem() const { return problem_; }
    /// errno's words for Problem::failed.
    [[nodiscard]] const std::string& error() const { return error_; }
    [[nodiscard]] static constexpr std::uint64_t part_at(std::uint64_t offset) { return offset / k_part; }

    /// Reads past the pieces, straight to where it is wanted. Whether all of it came without waiting.
    bool read_at_once(std::uint64_t offset, std::span<const iovec> parts);
    /// Whether this piece would be one more than there is memory for: better then to read past it.
    [[nodiscard]] bool lacks_room_for(std::uint64_t index) const;
    /// The piece; nothing when it has to come from the disk first: fetch() its part then, or see problem().
    [[nodiscard]] PieceUse piece(std::uint64_t index);
    /// Has the disk thread read a part, and tells `waiter` when it has come. Requires: `waiter` does not wait
    /// for it already.
    void fetch(std::uint64_t part, FileWaiter& waiter);
    void forget(std::uint64_t part, const FileWaiter& waiter);
    /// The part that begins here will be asked for next: of a file that only the disk thread reads it is read
    /// while the one before is on the wire.
    void expect(std::uint64_t offset);

 private:
    friend class SharedFiles;
    friend struct ReleasePiece;
    friend struct LeaveFile;

    enum class Reading : std::uint8_t { without_waiting, always_at_once, by_disk_thread };
    struct Fetch {
        Disk::Ticket ticket = 0;
        bool is_ahead = false;
        std::vector<FileWaiter*> waiters;
    };
    struct Fetched;

    void find_out_how();
    void begin(std::uint64_t part, Fetch& fetch);
    std::size_t read_cached(std::uint64_t offset, std::span<const iovec> parts);
    [[nodiscard]] std::size_t length_of(std::uint64_t index) const;
    FilePiece& keep(std::uint64_t index, std::unique_ptr<std::uint8_t[]> memory);
    void on_fetched(std::uint64_t part, const Fetched& fetched);
    void fail_with(Problem problem, std::string error);

    SharedFiles& owner_;
    Disk& disk_;
    std::shared_ptr<const OpenFile> file_;
    std::optional<FileKey> key_;  // while others may join
    Reading reading_ = Reading::without_waiting;
    std::size_t piece_size_;
    unsigned users_ = 0;
    std::unordered_map<std::uint64_t, FilePiece> pieces_;
    std::unordered_map<std::uint64_t, Fetch> fetches_;  // by part
    std::vector<FileWaiter*> waking_;                   // of a part that has come, still to be told
    Problem problem_ = Problem::none;
    std::string error_;
};

/// The files that are being sent. A rack that boots asks for one program a thousand times: it is then open
/// once, and read once for all who are at the same place in it.
class SharedFiles {
 public:
    struct Limits {
        /// What nobody uses at the moment, and the next client may. Only of files that several send.
        std::size_t idle_bytes = 2 * 1024 * 1024;
        /// All pieces together of what is in the page cache. What the disk thread has read is not counted.
        std::size_t piece_bytes = 8 * 1024 * 1024;
        /// A file younger than this is not shared: within one tick of the file system's clock it may change
        /// again and look the same.
        nanoseconds settled_after = seconds{2};
    };

    SharedFiles(Disk& disk, Limits limits) : disk_(disk), limits_(limits) {}
    SharedFiles(const SharedFiles&) = delete;
    SharedFiles& operator=(const SharedFiles&) = delete;

    /// The use of that file: of the one that is open already if nothing has touched it since, and the given
    /// descriptor is closed. Must end before this does.
    [[nodiscard]] FileUse join(OpenFile file);

    /// How many files are open, how many bytes of pieces there are as Limits counts them, and how many bytes
    /// of all pieces nobody uses.
    [[nodiscard]] std::size_t open() const { return files_.size(); }
    [[nodiscard]] std::size_t piece_bytes() const { return piece_bytes_; }
    [[nodiscard]] std::size_t idle_bytes() const { return idle_bytes_; }

 private:
    friend class SharedFile;
    friend struct ReleasePiece;
    friend struct LeaveFile;
    void share_no_longer(SharedFile& file);
    void leave(SharedFile& file);
    void release(FilePiece& piece);
    void put_to_idle(FilePiece& piece);
    void take_from_idle(FilePiece& piece);
    void trim();
    void drop(FilePiece& piece);

    Disk& disk_;
    Limits limits_;
    std::unordered_map<const SharedFile*, std::unique_ptr<SharedFile>> files_;
    std::map<FileKey, SharedFile*> joinable_;
    std::list<FilePiece*> idle_;  // the one unused for longest first
    std::size_t idle_bytes_ = 0;
    std::size_t piece_bytes_ = 0;
    std::size_t ahead_ = 0;  // parts read, or being read, that nobody has asked for yet
};

}  // namespace pxed::io
