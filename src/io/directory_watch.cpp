#include "io/directory_watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/line.hpp"
#include "io/clock.hpp"

namespace pxed::io {

namespace {

using namespace std::chrono_literals;

// Long enough for a program that writes a dozen files, or an editor that writes, sets the mode and renames;
// short enough for the machine that is added to boot at its next retry.
constexpr nanoseconds k_settle_time = 100ms;
// Telling makes the whole configuration anew, during which nobody is served. A directory that is written to
// without rest may take a tenth of the time for that, and a large one is still followed within seconds.
constexpr int k_rest_factor = 10;
constexpr nanoseconds k_longest_rest = 5s;
// A directory that is exchanged for another is back in a moment, or after as long as a copy takes.
constexpr double k_gone_interval = 1;
constexpr int k_gone_tries = 5;

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
    : listeners_(std::move(listeners)), readable_(loop), settled_(loop), gone_(loop) {
    readable_.set<DirectoryWatch, &DirectoryWatch::on_readable>(this);
    settled_.set<DirectoryWatch, &DirectoryWatch::on_settled>(this);
    gone_.set<DirectoryWatch, &DirectoryWatch::on_gone>(this);
}

void DirectoryWatch::follow(std::vector<std::string> directories) {
    wanted_ = std::move(directories);
    for (auto entry = watched_.begin(); entry != watched_.end();) {
        const auto next = std::next(entry);
        if (std::ranges::find(wanted_, entry->second) == wanted_.end()) unwatch(entry);
        entry = next;
    }
    for (const auto& directory : wanted_)
        watch(directory, false);
}

void DirectoryWatch::retry() {
    for (const auto& directory : wanted_)
        watch(directory, true);
}

void DirectoryWatch::watch(const std::string& directory, bool is_retry) {
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
    // The kernel gives the directory it watches already the same number, and another one another.
    const auto old =
        std::ranges::find_if(watched_, [&](const auto& entry) { return entry.second == directory; });
    if (old != watched_.end() && old->first == watch) return;
    if (old != watched_.end()) unwatch(old);
    watched_.emplace(watch, directory);
    pending_.whole.insert(directory);
    settle();
}

void DirectoryWatch::unwatch(std::multimap<int, std::string>::iterator entry) {
    const int watch = entry->first;
    watched_.erase(entry);
    if (!watched_.contains(watch)) ::inotify_rm_watch(inotify_.get(), watch);
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
    tries_left_ = k_gone_tries;
    if (!gone_.is_active()) gone_.start(k_gone_interval);
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
    if (settled_.is_active()) return;
    settled_.start(ev_seconds(std::max(k_settle_time, rest_until_ - read_clocks().instant)));
}

void DirectoryWatch::on_settled(ev::timer&, int) {
    // First, so that a directory that was exchanged for another is told as one change.
    retry();
    settled_.stop();
    const auto changes = std::exchange(pending_, {});
    if (changes.is_empty()) return;
    const auto start = read_clocks().instant;
    listeners_.changed(changes);
    const auto end = read_clocks().instant;
    rest_until_ = end + std::min(k_rest_factor * (end - start), k_longest_rest);
}

void DirectoryWatch::on_gone(ev::timer&, int) {
    retry();
    const auto is_watched = [this](const std::string& directory) {
        return std::ranges::any_of(watched_, [&](const auto& entry) { return entry.second == directory; });
    };
    if (--tries_left_ > 0 && !std::ranges::all_of(wanted_, is_watched)) gone_.start(k_gone_interval);
}

}  // namespace pxed::io
