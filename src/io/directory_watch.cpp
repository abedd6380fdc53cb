#include "io/directory_watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/line.hpp"

namespace pxed::io {

namespace {

// Long enough for a program that writes a dozen files, or an editor that writes, sets the mode and renames;
// short enough for the machine that is added to boot at its next retry.
constexpr double k_settle_time = 0.1;

// A file counts when its writer closes it: what IN_MODIFY tells of is half written.
constexpr std::uint32_t k_written = IN_CLOSE_WRITE | IN_MOVED_TO;
constexpr std::uint32_t k_gone = IN_DELETE | IN_MOVED_FROM;
constexpr std::uint32_t k_directory_gone = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;
// IN_ATTRIB: the file that could not be read when it was closed is given its mode now.
// IN_CREATE: a link, which is whole from the start.
constexpr std::uint32_t k_events =
    k_written | k_gone | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

bool is_link(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && (S_ISLNK(status.st_mode) || status.st_nlink > 1);
}

}  // namespace

DirectoryWatch::DirectoryWatch(ev::loop_ref loop, Listeners listeners)
    : listeners_(std::move(listeners)), readable_(loop), settled_(loop) {
    readable_.set<DirectoryWatch, &DirectoryWatch::on_readable>(this);
    settled_.set<DirectoryWatch, &DirectoryWatch::on_settled>(this);
}

void DirectoryWatch::follow(std::vector<std::string> directories) {
    wanted_ = std::move(directories);
    for (auto entry = watched_.begin(); entry != watched_.end();) {
        if (std::ranges::find(wanted_, entry->second) == wanted_.end()) {
            const int watch = entry->first;
            entry = watched_.erase(entry);
            if (!watched_.contains(watch)) ::inotify_rm_watch(inotify_.get(), watch);
        } else {
            ++entry;
        }
    }
    for (const auto& directory : wanted_)
        watch(directory, false);
}

void DirectoryWatch::retry() {
    for (const auto& directory : wanted_)
        watch(directory, true);
}

void DirectoryWatch::watch(const std::string& directory, bool is_retry) {
    const auto is_this = [&](const auto& entry) { return entry.second == directory; };
    if (std::ranges::any_of(watched_, is_this)) return;
    if (!inotify_.is_open()) {
        inotify_ = FileDescriptor{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
        if (inotify_.is_open()) readable_.start(inotify_.get(), ev::READ);
    }
    const int watch =
        inotify_.is_open() ? ::inotify_add_watch(inotify_.get(), directory.c_str(), k_events) : -1;
    if (watch < 0) {
        if (!is_retry) {
            listeners_.warn("cannot watch " + directory + ": " + std::strerror(errno) +
                            "; it is tried again each minute");
        }
        return;
    }
    watched_.emplace(watch, directory);
    pending_.whole.insert(directory);
    settle();
}

void DirectoryWatch::on_readable(ev::io&, int) {
    alignas(inotify_event) std::array<char, 65536> buffer{};
    const auto size = ::read(inotify_.get(), buffer.data(), buffer.size());
    for (std::size_t at = 0; size > 0 && at < static_cast<std::size_t>(size);) {
        inotify_event event{};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        // Padded with NULs to any length.
        const char* name = buffer.data() + at + sizeof event;
        take_event(event.wd, event.mask, {name, ::strnlen(name, event.len)});
        at += sizeof event + event.len;
    }
}

void DirectoryWatch::take_event(int watch, std::uint32_t mask, std::string_view name) {
    if ((mask & IN_Q_OVERFLOW) != 0) {
        // The kernel has dropped events, and does not say whose.
        for (const auto& entry : watched_)
            pending_.whole.insert(entry.second);
        settle();
        return;
    }
    const auto [first, last] = watched_.equal_range(watch);
    for (auto entry = first; entry != last; ++entry)
        note(entry->second, mask, name);
    if (first == last || (mask & k_directory_gone) == 0) return;
    watched_.erase(first, last);
    // Of a directory that was only renamed the kernel would tell for ever.
    if ((mask & IN_IGNORED) == 0) ::inotify_rm_watch(inotify_.get(), watch);
}

void DirectoryWatch::note(const std::string& directory, std::uint32_t mask, std::string_view name) {
    const std::string path = directory + (directory.ends_with('/') ? "" : "/") + std::string{name};
    if ((mask & k_directory_gone) != 0) {
        pending_.directories.insert(directory);
    } else if (name.starts_with("..")) {
        // Kubernetes exchanges a ConfigMap by renaming `..data`, to which the files are links.
        pending_.whole.insert(directory);
    } else if (config::is_leftover(name)) {
        return;
    } else if ((mask & IN_CREATE) != 0 && !is_link(path)) {
        return;
    } else if ((mask & IN_ATTRIB) != 0) {
        pending_.maybe_files.insert(path);
    } else {
        pending_.directories.insert(directory);
        if ((mask & k_gone) == 0) pending_.files.insert(path);
    }
    settle();
}

void DirectoryWatch::settle() {
    // Not started anew by each event: a directory that never rests is read all the same.
    if (!settled_.is_active()) settled_.start(k_settle_time);
}

void DirectoryWatch::on_settled(ev::timer&, int) {
    const auto changes = std::exchange(pending_, {});
    if (!changes.is_empty()) listeners_.changed(changes);
}

}  // namespace pxed::io
