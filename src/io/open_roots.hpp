#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/file_descriptor.hpp"
#include "io/loop.hpp"
#include "io/storage.hpp"

namespace pxed::io {

/// Roots that somebody asked for a moment ago, still open: machines that boot together, and one that fetches
/// file after file, ask below the same one, and to open it costs as much as to open what they ask for.
class OpenRoots {
 public:
    /// For so long the root counts that was named so before a link was switched or a file system mounted; and
    /// umount(8) finds it in use, as it does while a file is sent.
    static constexpr milliseconds k_moment{50};

    struct Root {
        FileDescriptor directory;
        std::optional<DeviceNumber> device;
    };

    explicit OpenRoots(ev::loop_ref loop);

    /// The directory of that path; good until the loop goes on. Never waits for a disk. Errors: errno; EAGAIN
    /// where it would.
    [[nodiscard]] Result<const Root*, int> at(const std::string& path);

 private:
    void on_over(ev::timer& watcher, int revents);

    std::map<std::string, Root> roots_;
    ev::timer over_;
};

}  // namespace pxed::io
