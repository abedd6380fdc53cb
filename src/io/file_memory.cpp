#include "io/file_memory.hpp"

#include <algorithm>
#include <optional>

namespace pxed::io {

namespace {

template <typename Value>
std::optional<Value> find(const std::map<std::string, Value>& values, const std::string& path) {
    const auto found = values.find(path);
    return found == values.end() ? std::nullopt : std::optional{found->second};
}

std::string in_directory(const std::string& directory, const std::string& name) {
    return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

}  // namespace

void FileChanges::add(const FileChanges& more) {
    files.insert(more.files.begin(), more.files.end());
    maybe_files.insert(more.maybe_files.begin(), more.maybe_files.end());
    directories.insert(more.directories.begin(), more.directories.end());
    whole.insert(more.whole.begin(), more.whole.end());
}

config::Reader remembering_reader(const config::Reader& files, const FileMemory& before, FileMemory& now) {
    config::Reader reader;
    reader.read_file = [&](const std::string& path) {
        auto file = files.read_file(path);
        if (file) now.files[path] = *file;
        return file;
    };
    reader.list_directory = [&](const std::string& path) {
        auto names = files.list_directory(path);
        if (names) {
            std::ranges::sort(*names);
            now.directories[path] = *names;
        }
        return names;
    };
    // What is used once more is remembered once more, until it can be read or the line that names it goes.
    reader.last_file = [&](const std::string& path) {
        auto file = find(before.files, path);
        if (file) now.files[path] = *file;
        return file;
    };
    reader.last_directory = [&](const std::string& path) {
        auto names = find(before.directories, path);
        if (names) now.directories[path] = *names;
        return names;
    };
    return reader;
}

config::Reader reader_of(const FileMemory& known, const config::Reader& files) {
    config::Reader reader;
    reader.read_file = [&](const std::string& path) -> Result<config::FileText, std::string> {
        if (auto file = find(known.files, path)) return std::move(*file);
        return files.read_file(path);
    };
    reader.list_directory = [&](const std::string& path) -> Result<std::vector<std::string>, std::string> {
        if (auto names = find(known.directories, path)) return std::move(*names);
        return files.list_directory(path);
    };
    return reader;
}

FileMemory read_again(const FileMemory& before, const FileChanges& changes, const config::Reader& files) {
    FileMemory now = before;
    std::set<std::string> paths = changes.files;
    std::ranges::copy_if(changes.maybe_files, std::inserter(paths, paths.end()),
                         [&](const std::string& path) { return !before.files.contains(path); });
    const auto list = [&](const std::string& directory, const auto& is_wanted) {
        now.directories.erase(directory);
        auto names = files.list_directory(directory);
        if (!names) return;
        std::ranges::sort(*names);
        std::erase_if(*names,
                      [&](const std::string& name) { return !is_wanted(in_directory(directory, name)); });
        now.directories[directory] = std::move(*names);
    };
    // A file that nobody has told of is there because somebody is writing it; it comes when it is closed.
    for (const auto& directory : changes.directories)
        list(directory,
             [&](const std::string& path) { return before.files.contains(path) || paths.contains(path); });
    for (const auto& directory : changes.whole) {
        list(directory, [&](const std::string& path) {
            paths.insert(path);
            return true;
        });
    }
    for (const auto& path : paths) {
        now.files.erase(path);
        if (auto file = files.read_file(path)) now.files[path] = std::move(*file);
    }
    return now;
}

bool says_the_same(const FileMemory& a, const FileMemory& b) {
    const auto is_same_text = [](const auto& x, const auto& y) {
        return x.first == y.first && x.second.text == y.second.text;
    };
    return a.main_file == b.main_file && a.main_directory == b.main_directory &&
           a.directories == b.directories && std::ranges::equal(a.files, b.files, is_same_text);
}

}  // namespace pxed::io
