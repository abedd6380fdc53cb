#include "io/file_root.hpp"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_gate.hpp"

namespace pxed::io {

namespace {

using Answer = Result<OpenFile, OpenError>;

OpenError error_of(int error, const std::string& path) {
    std::string detail = path + ": " + std::strerror(error);
    switch (error) {
        case EACCES:
        case EPERM:
            return {Reason::permission_denied, std::move(detail)};
        case ENOENT:
        case ENOTDIR:
        case ENAMETOOLONG:
        case ELOOP:  // links in a ring, or a magic one: no file either way
            return {Reason::file_not_found, std::move(detail)};
        case ENXIO:  // a socket, or a device without a driver
            return {Reason::not_a_file, std::move(detail)};
        case EMFILE:  // ours, or the whole machine's: it passes
        case ENFILE:
        case ENOMEM:
            return {Reason::too_many_transfers, std::move(detail)};
        default:
            return {Reason::read_failed, std::move(detail)};
    }
}

// What a file system lies on.
struct Known {
    Storage storage;
    DeviceNumber device;
};

Answer examined(FileDescriptor descriptor, const std::string& name, const std::string& path,
                const Known& known, Waiting waiting) {
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0) return fail(error_of(errno, path));
    if (S_ISDIR(status.st_mode)) return fail(OpenError{Reason::not_a_file, path + ": Is a directory"});
    if (!S_ISREG(status.st_mode)) return fail(OpenError{Reason::not_a_file, path + ": not a regular file"});
    OpenFile file;
    // Without waiting only files of the known one are opened.
    const bool is_known = waiting == Waiting::no || status.st_dev == known.device;
    file.storage = is_known ? known.storage : storage_of(descriptor.get());
    file.descriptor = std::move(descriptor);
    file.name = name;
    file.size = static_cast<std::uint64_t>(status.st_size);
    file.owner = status.st_uid;
    file.mode = status.st_mode;
    file.modified = seconds{status.st_mtim.tv_sec} + nanoseconds{status.st_mtim.tv_nsec};
    return file;
}

// The root for one look-up.
struct Place {
    const FileGate& gate;
    const FileDescriptor& directory;
    Waiting waiting;
    Known known;
};

// Opens one candidate; nothing when that would wait for a disk and must not.
std::optional<Answer> open_one(const Place& root, const std::string& name) {
    const auto& [gate, directory, waiting, known] = root;
    const std::string path = gate.directory() + '/' + name;
    auto descriptor = FileGate::open_below(directory, name, waiting);
    if (descriptor) return examined(std::move(*descriptor), name, path, known, waiting);
    if (descriptor.error() == EAGAIN && waiting == Waiting::no) return std::nullopt;
    if (descriptor.error() != EXDEV) return fail(error_of(descriptor.error(), path));

    // A link that is absolute or leads above the root: the kernel's gate has closed, we follow it by hand.
    if (waiting == Waiting::no) return std::nullopt;
    auto followed = gate.open_through_links(name);
    if (!followed) return fail(std::move(followed).error());
    return examined(std::move(*followed), name, path, known, waiting);
}

bool is_missing(const Answer& answer) {
    return !answer && answer.error().reason == Reason::file_not_found;
}

// The names as they are spelled in the tree, where only the case of letters differs.
std::vector<std::string> spelled_otherwise(const Place& root, const std::vector<std::string>& names) {
    std::vector<std::string> found;
    for (const auto& name : names) {
        if (auto spelled = root.gate.find_ignoring_case(root.directory, name))
            found.push_back(std::move(*spelled));
    }
    return found;
}

// What is not there by its own name; nothing: nor by any other. May wait.
std::optional<Answer> open_elsewhere(const Place& root, const std::vector<std::string>& asked,
                                     const Lookup& lookup) {
    const auto first_of = [&](const std::vector<std::string>& names) -> std::optional<Answer> {
        for (const auto& name : names) {
            auto answer = open_one(root, name);
            if (answer && !is_missing(*answer)) return answer;
        }
        return std::nullopt;
    };
    const auto folded = [&](const std::vector<std::string>& names) {
        return lookup.folds_case ? spelled_otherwise(root, names) : std::vector<std::string>{};
    };
    // Where the client asked goes before where it did not, however it is spelled.
    if (auto answer = first_of(folded(asked))) return answer;
    if (auto answer = first_of(lookup.beside)) return answer;
    return first_of(folded(lookup.beside));
}

std::optional<Answer> open_first(const Place& root, const Lookup& lookup) {
    const auto waiting = root.waiting;
    const auto* names = &lookup.candidates;
    if (!lookup.subdirectory.empty()) {
        const auto is_there = root.gate.has_directory(root.directory, lookup.subdirectory, waiting);
        if (!is_there) return std::nullopt;
        if (*is_there) names = &lookup.within;
    }
    std::optional<Answer> answer =
        fail(OpenError{Reason::outside_root, root.gate.directory() + ": no name below it"});
    for (const auto& name : *names) {
        answer = open_one(root, name);
        if (!answer || !is_missing(*answer)) return answer;
    }
    // The error is that of the name that was asked for: there the file is to be put.
    if (!is_missing(*answer) || (!lookup.folds_case && lookup.beside.empty())) return answer;
    // Directories may have to be read now, and only the disk thread may wait for that.
    if (waiting == Waiting::no) return std::nullopt;
    if (auto found = open_elsewhere(root, *names, lookup)) return found;
    return answer;
}

}  // namespace

FileRoot::FileRoot(std::string directory, std::vector<std::string> allowed)
    : directory_(std::move(directory)), allowed_(std::move(allowed)) {
    while (directory_.size() > 1 && directory_.ends_with('/'))
        directory_.pop_back();
}

Result<void, std::string> FileRoot::look() {
    const auto root = FileGate::open_directory(directory_, Waiting::yes);
    // A filter of system calls that cannot look into its argument refuses openat2 as a whole.
    if (!root && root.error() == ENOSYS)
        return fail(directory_ +
                    ": openat2(2) is refused; it needs Linux 5.12, and of systemd's settings "
                    "RestrictSUIDSGID= takes it away");
    if (!root) return fail(directory_ + ": " + std::strerror(root.error()));
    const auto device = device_of(root->get());
    if (!device) return {};
    storage_ = storage_of(root->get());
    device_ = *device;
    return {};
}

std::optional<Answer> FileRoot::open_now(const Lookup& lookup, OpenRoots& roots) const {
    if (storage_ == Storage::remote) return std::nullopt;
    const auto root = roots.at(directory_);
    if (!root) {
        if (root.error() == EAGAIN) return std::nullopt;
        return fail(error_of(root.error(), directory_));
    }
    // Only where opening a file does not wait: for a file system that does, the kernel's word that all names
    // are cached (RESOLVE_CACHED) is no answer.
    if ((*root)->device != device_) return std::nullopt;
    const FileGate gate{directory_, allowed_};
    return open_first({gate, (*root)->directory, Waiting::no, {storage_, device_}}, lookup);
}

Result<OpenFile, OpenError> FileRoot::open(const Lookup& lookup) const {
    const FileGate gate{directory_, allowed_};
    const auto root = FileGate::open_directory(directory_, Waiting::yes);
    if (!root) return fail(error_of(root.error(), directory_));
    return *open_first({gate, *root, Waiting::yes, {storage_, device_}}, lookup);
}

std::vector<std::string> FileRoot::list(const std::string& directory, std::size_t limit) const {
    std::vector<std::string> names;
    const FileGate gate{directory_, allowed_};
    auto root = FileGate::open_directory(directory_, Waiting::yes);
    if (!root) return names;
    if (!directory.empty()) {
        auto below = FileGate::open_below(*root, directory, Waiting::yes);
        if (!below && below.error() == EXDEV) {
            auto followed = gate.open_through_links(directory);
            if (!followed) return names;
            root = std::move(*followed);
        } else if (!below) {
            return names;
        } else {
            root = std::move(*below);
        }
    }
    const int readable = ::openat(root->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (readable < 0) return names;
    // A function object: the type of a pointer to closedir has attributes that a template would drop.
    const auto close = [](DIR* opened) { ::closedir(opened); };
    const std::unique_ptr<DIR, decltype(close)> entries{::fdopendir(readable), close};
    if (!entries) {
        ::close(readable);
        return names;
    }
    while (names.size() < limit) {
        const dirent* entry = ::readdir(entries.get());
        if (entry == nullptr) break;
        const std::string_view name{entry->d_name};
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

void let_go(OpenFile file, Disk& disk) {
    if (!file.descriptor.is_open() || file.storage != Storage::remote) return;
    disk.submit_with(
        std::move(file.descriptor), [](FileDescriptor& open) { open = {}; }, [](FileDescriptor&) {});
}

Disk::Ticket FileRoot::open_later(Lookup lookup, Disk& disk, Opened opened) const {
    struct State {
        FileRoot root;
        Lookup lookup;
        Opened opened;
        std::optional<Answer> answer;
    };
    return disk.submit_with(
        State{*this, std::move(lookup), std::move(opened), {}},
        [](State& state) { state.answer = state.root.open(state.lookup); },
        [](State& state) { state.opened(std::move(*state.answer)); });
}

}  // namespace pxed::io
