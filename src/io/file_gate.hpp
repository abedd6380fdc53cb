#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/file_descriptor.hpp"
#include "io/file_root.hpp"

namespace pxed::io {

/// Whether a look-up may wait for a disk. `no`: what is not cached fails with EAGAIN.
enum class Waiting : bool { no, yes };

/// The one way to a file of a served tree: openat2, and links that it refuses followed step by step. The
/// kernel has the last word on every path, so a name that is swapped for a link while we look cannot lead
/// out.
class FileGate {
 public:
    /// An errno value.
    using Errno = int;

    /// Both must outlive the gate.
    FileGate(const std::string& directory, const std::vector<std::string>& allowed)
        : directory_(directory), allowed_(allowed) {}

    [[nodiscard]] const std::string& directory() const { return directory_; }

    [[nodiscard]] static Result<FileDescriptor, Errno> open_directory(const std::string& path,
                                                                      Waiting waiting);
    /// Opens for reading below `root`. EXDEV: a link leads out, or an absolute one perhaps only seems to;
    /// and, without waiting, another file system is mounted on the way.
    [[nodiscard]] static Result<FileDescriptor, Errno> open_below(const FileDescriptor& root,
                                                                  const std::string& name, Waiting waiting);
    /// Whether names below `name` are to be looked for: it is a directory, or a link to one, or a link that
    /// leads out (opening a file below it says so). Nothing: not known without waiting.
    [[nodiscard]] std::optional<bool> has_directory(const FileDescriptor& root, const std::string& name,
                                                    Waiting waiting) const;

    /// `name` as it is spelled below `root`, where it differs in the case of letters alone; of several the
    /// alphabetically first, component by component. Nothing: there is none, or a directory on the way has
    /// too many entries to look through (k_most_entries). Waits.
    [[nodiscard]] std::optional<std::string> find_ignoring_case(const FileDescriptor& root,
                                                                const std::string& name) const;
    static constexpr std::size_t k_most_entries = 20'000;

    /// Opens what `name` means when its links are followed to places below the root or below an allowed
    /// directory. May wait.
    [[nodiscard]] Result<FileDescriptor, OpenError> open_through_links(const std::string& name) const;

 private:
    const std::string& directory_;
    const std::vector<std::string>& allowed_;
};

}  // namespace pxed::io
