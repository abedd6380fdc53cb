#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/file_descriptor.hpp"
#include "io/file_memory.hpp"
#include "io/loop.hpp"

namespace pxed::io {

/// Tells of files that are written, renamed or removed in directories (inotify(7)). Changes of a moment are
/// told together. A directory that is not there is tried again at each retry().
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
    /// Tries again what could not be watched.
    void retry();

 private:
    void watch(const std::string& directory, bool is_retry);
    void on_readable(ev::io& watcher, int revents);
    void on_settled(ev::timer& watcher, int revents);
    void take_event(int watch, std::uint32_t mask, std::string_view name);
    void note(const std::string& directory, std::uint32_t mask, std::string_view name);
    void settle();

    Listeners listeners_;
    FileDescriptor inotify_;
    std::vector<std::string> wanted_;
    /// Directories by watch descriptor: one directory by two names has one watch.
    std::multimap<int, std::string> watched_;
    FileChanges pending_;
    ev::io readable_;
    ev::timer settled_;
};

}  // namespace pxed::io
