#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pxed::http {

/// What a directory holds.
struct DirectoryEntry {
    std::string name;
    bool is_directory = false;
};

/// A page (UTF-8, text/html) with a link for each entry, directories first; names that begin with a dot are
/// left out. `path` is the directory's, without a leading slash. Links are absolute paths, so that they hold
/// with and without a slash behind the directory's own name. File names are escaped: anybody may have made
/// them.
[[nodiscard]] std::string listing_page(std::string_view path, std::vector<DirectoryEntry> entries);

}  // namespace pxed::http
