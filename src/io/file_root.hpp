#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/disk.hpp"
#include "io/file_descriptor.hpp"
#include "machine/reason.hpp"

namespace pxed::io {

/// A regular file below a root, open for reading.
struct OpenFile {
    FileDescriptor descriptor;
    std::string name;  ///< the candidate that was found, relative to the root
    std::uint64_t size = 0;
    std::uint32_t owner = 0;    ///< uid
    std::uint32_t mode = 0;     ///< st_mode
    bool is_in_memory = false;  ///< its file system lives in memory (tmpfs): reading it never waits
};

/// Why nothing was opened.
struct OpenError {
    Reason reason = Reason::file_not_found;
    std::string
        detail;  ///< names link, target and directive, or errno's words; for the log, not for the wire
};

/// A directory that is served. Every path is opened below it by openat2(RESOLVE_BENEATH |
/// RESOLVE_NO_MAGICLINKS), so nothing leaves it; regular files only. An absolute link whose target lies below
/// the root is followed by us through the same gate (at most 8 links); a link that leaves it is followed only
/// below one of the allowed directories.
class FileRoot {
 public:
    /// Errors: a sentence (`tftp-root /srv/tftp: No such file or directory`).
    [[nodiscard]] static Result<FileRoot, std::string> open(const std::string& directory,
                                                            std::span<const std::string> allowed, Disk& disk);

    using Opened = std::function<void(Result<OpenFile, OpenError>)>;
    /// Opens the first candidate that exists (names relative to the root). Answers at once when the look-up
    /// is cached (RESOLVE_CACHED), else from the disk thread through the loop. The answer may come after
    /// `this` is gone.
    void open_file(std::vector<std::string> candidates, Opened opened) const;

    /// Whether a sub-directory of that name exists (for tftp-unique-root); looks at once.
    [[nodiscard]] bool has_directory(const std::string& name) const;
    [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
    std::string directory_;
    // the private rest is the implementation's
};

using ReadDone = std::function<void(Result<std::size_t, std::string>)>;
/// Reads `memory.size()` bytes at `offset` (fewer only at the end of the file): at once when they are in the
/// page cache (preadv2 RWF_NOWAIT, or a file system in memory), else by the disk thread. `memory` must stay
/// until `done`.
void read_file(const OpenFile& file, std::uint64_t offset, std::span<std::uint8_t> memory, Disk& disk,
               ReadDone done);

}  // namespace pxed::io
