#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/disk.hpp"
#include "io/file_descriptor.hpp"
#include "io/open_roots.hpp"
#include "io/storage.hpp"
#include "machine/reason.hpp"

namespace pxed::io {

/// A regular file below a root, open for reading.
struct OpenFile {
    FileDescriptor descriptor;
    std::string name;  ///< the candidate that was found, relative to the root
    std::uint64_t size = 0;
    std::uint32_t owner = 0;  ///< uid
    std::uint32_t mode = 0;   ///< st_mode
    nanoseconds modified{0};  ///< st_mtim, since 1970
    Storage storage = Storage::disk;
};

/// Closes a file that is not wanted any more: on a file server that may wait (FUSE is told of each closing),
/// so the disk thread does it there.
void let_go(OpenFile file, Disk& disk);

/// Why nothing was opened.
struct OpenError {
    Reason reason = Reason::file_not_found;
    std::string detail;  ///< names path, link and target, or errno's words; for the log, not for the wire
};

/// What is looked for below a root.
struct Lookup {
    std::vector<std::string> candidates;  ///< relative names, best first; the first that exists counts
    /// When this directory exists below the root (tftp-unique-root), `within` is looked for instead.
    std::string subdirectory;
    std::vector<std::string> within;       ///< relative to the root as well
    bool folds_case = false;               ///< what is not there may be spelled in letters of another case
    std::vector<std::string> beside = {};  ///< looked for in the same way when all that was not found
};

/// A directory that is served. Every path is opened below it by openat2(RESOLVE_BENEATH |
/// RESOLVE_NO_MAGICLINKS), so nothing leaves it; regular files only. An absolute link whose target lies below
/// the root is followed by us through the same gate (at most 8 links); a link that leaves it is followed only
/// below one of the allowed directories. The directory is named anew for each file, or at most
/// OpenRoots::k_moment before it: a root that is replaced (a link that is switched, a file system mounted
/// late) counts from then on.
class FileRoot {
 public:
    using Opened = std::function<void(Result<OpenFile, OpenError>)>;

    /// Requires: absolute paths.
    FileRoot(std::string directory, std::vector<std::string> allowed);

    /// Enters the directory and remembers what it lies on. Waits for it. Errors: a sentence
    /// (`/srv/tftp: No such file or directory`).
    [[nodiscard]] Result<void, std::string> look();

    /// The answer that can be had without waiting for a disk (RESOLVE_CACHED); nothing: ask open_later().
    /// That is so for everything until look() has found a file system that opens what is cached at once, and
    /// where another one is mounted meanwhile, or below the root.
    [[nodiscard]] std::optional<Result<OpenFile, OpenError>> open_now(const Lookup& lookup,
                                                                      OpenRoots& roots) const;
    /// The answer, however long the disk takes.
    [[nodiscard]] Result<OpenFile, OpenError> open(const Lookup& lookup) const;
    /// The names in a directory below the root (empty: the root itself), at most `limit` of them, in no
    /// order; none where it is no directory or cannot be read. Waits for the disk.
    [[nodiscard]] std::vector<std::string> list(const std::string& directory, std::size_t limit) const;
    /// Looks in the disk thread; `opened` is called in the loop, unless forgotten. The answer may come after
    /// `this` is gone.
    Disk::Ticket open_later(Lookup lookup, Disk& disk, Opened opened) const;

    [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
    std::string directory_;
    std::vector<std::string> allowed_;
    Storage storage_ = Storage::remote;
    DeviceNumber device_ = 0;  ///< storage_ is of this one
};

}  // namespace pxed::io
