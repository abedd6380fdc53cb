#include "io/directory_listing.hpp"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>

#include "io/file_gate.hpp"

namespace pxed::io {

namespace {

// A page that nobody reads to its end need not be made.
constexpr std::size_t k_most_entries = 10'000;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

OpenError error_of(int error, const std::string& path) {
    // EXDEV: the way leads out of the root.
    const auto reason = error == EACCES || error == EPERM ? Reason::permission_denied
                        : error == EXDEV                  ? Reason::link_leaves_root
                                                          : Reason::file_not_found;
    return {reason, path + ": " + std::strerror(error)};
}

bool is_directory(const dirent& entry, int parent) {
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
    struct stat status {};
    return ::fstatat(parent, entry.d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

Result<std::vector<http::DirectoryEntry>, OpenError> list_directory(const std::string& root,
                                                                    const Lookup& lookup) {
    const std::vector<std::string> none;
    const FileGate gate{root, none};
    const auto top = FileGate::open_directory(root, Waiting::yes);
    if (!top) return fail(error_of(top.error(), root));
    const bool is_within = !lookup.subdirectory.empty() &&
                           gate.has_directory(*top, lookup.subdirectory, Waiting::yes).value_or(false);
    int error = ENOENT;
    std::string path = root;
    for (const auto& name : is_within ? lookup.within : lookup.candidates) {
        path = root + '/' + name;
        auto opened = FileGate::open_below(*top, name, Waiting::yes);
        if (!opened) {
            error = opened.error();
            continue;
        }
        const std::unique_ptr<DIR, CloseDirectory> directory{::fdopendir(opened->get())};
        if (!directory) {
            error = errno;
            continue;
        }
        const int number = opened->release();  // closedir() closes it
        std::vector<http::DirectoryEntry> entries;
        while (const auto* entry = ::readdir(directory.get())) {
            if (entries.size() >= k_most_entries) break;
            entries.push_back({entry->d_name, is_directory(*entry, number)});
        }
        return entries;
    }
    return fail(error_of(error, path));
}

}  // namespace pxed::io
