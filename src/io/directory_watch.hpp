#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "io/file_descriptor.hpp"
#include "io/file_memory.hpp"
#include "io/loop.hpp"

namespace pxed::io {

/// Tells of files that are written, renamed or removed in directories (inotify(7)). Changes of a moment are
/// told together. A directory that is not there is tried again at each retry(), and one that has just gone
/// for some seconds without it.
class DirectoryWatch {
 public:
    struct Listeners {
        std::function<void(const FileChanges& changes)> changed;
        std::function<void(std::string text)> warn;
    };
    DirectoryWatch(ev::loop_ref loop, Listeners listeners);
    DirectoryWatch(const DirectoryWatch&) = delete;
    DirectoryWatch& operator=(const DirectoryWatch&) = delete;

    /// Watches these and no others. One that is new is told as changed, for what happened between its being
    /// read and its being watched.
    void follow(std::vector<std::string> directories);
    /// Tries again what could not be watched, and looks whether each path still leads to the directory that
    /// is watched: a link may have been set to another one. What is new is told as follow() does.
    void retry();

 private:
    void watch(const std::string& directory, bool is_retry);
    void on_readable(ev::io& watcher, int revents);
    void on_settled(ev::timer& watcher, int revents);
    void on_gone(ev::timer& watcher, int revents);
    void take_event(int watch, std::uint32_t mask, std::string_view name);
    void note(const std::string& directory, std::uint32_t mask, std::string_view name);
    void unwatch(std::multimap<int, std::string>::iterator entry);
    void settle();

    Listeners listeners_;
    FileDescriptor inotify_;
    std::vector<std::string> wanted_;
    /// Directories by watch descriptor: one directory by two names has one watch.
    std::multimap<int, std::string> watched_;
    FileChanges pending_;
    ev::io readable_;
    ev::timer settled_;
    Instant rest_until_{};  ///< nothing is told before, so that changes do not take all of the daemon's time
    ev::timer gone_;        ///< tries again soon, while a directory may be on its way back
    int tries_left_ = 0;
};

}  // namespace pxed::io
