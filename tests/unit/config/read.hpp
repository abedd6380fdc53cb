#pragma once
// Loads a configuration from text, for tests.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "config/load.hpp"

namespace pxed::config {

using Files = std::map<std::string, std::string>;

/// A reader over files held in memory. A directory is what stands before the last slash.
[[nodiscard]] inline Reader reader_of(const Files& files) {
    Reader reader;
    reader.read_file = [&files](const std::string& path) -> Result<FileText, std::string> {
        const auto file = files.find(path);
        if (file == files.end()) return fail("cannot read " + path + ": No such file or directory");
        return FileText{file->second, 0};
    };
    reader.list_directory =
        [&files](const std::string& path) -> Result<std::vector<std::string>, std::string> {
        const std::string prefix = path.ends_with('/') ? path : path + '/';
        std::vector<std::string> names;
        for (const auto& [name, text] : files) {
            if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
        }
        if (names.empty()) return fail("cannot read " + path + ": No such file or directory");
        std::ranges::reverse(names);  // any order: load() sorts
        return names;
    };
    return reader;
}

/// What load() makes of /etc/pxed.conf with this text.
[[nodiscard]] inline Result<Config, std::vector<Problem>> read(const std::string& text,
                                                               const std::vector<Argument>& arguments = {}) {
    const Files files{{"/etc/pxed.conf", text}};
    return load("/etc/pxed.conf", arguments, reader_of(files));
}

/// The problems of a text, a line each.
[[nodiscard]] inline std::string problems_of(const std::string& text) {
    const auto loaded = read(text);
    if (loaded) return "no problem";
    std::string result;
    for (const auto& problem : loaded.error())
        result += (result.empty() ? "" : "\n") + problem.text();
    return result;
}

/// The warnings of a text, a line each; its problems when it does not load.
[[nodiscard]] inline std::string warnings_of(const std::string& text) {
    const auto loaded = read(text);
    if (!loaded) return problems_of(text);
    std::string result;
    for (const auto& warning : loaded->findings) {
        result += (result.empty() ? "" : "\n") + loaded->text_of(warning.origin) + ": " + warning.text;
    }
    return result;
}

}  // namespace pxed::config
