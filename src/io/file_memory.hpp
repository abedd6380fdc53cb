#pragma once
// What the files of a configuration held when they were last read. A change of one of them then needs none of
// the others: not the configuration itself, which its administrator may be editing without having said
// SIGHUP, and not a file that somebody is writing right now.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/load.hpp"

namespace pxed::io {

/// Files and directory listings by path, as one configuration used them.
struct FileMemory {
    std::string main_file;       ///< empty: there was none
    std::string main_directory;  ///< of the lines read after it (/etc/pxed.d); empty: there was none
    std::map<std::string, config::FileText> files;
    std::map<std::string, std::vector<std::string>> directories;  ///< names in order
};

/// What may have changed.
struct FileChanges {
    std::set<std::string> files;        ///< written or moved here
    std::set<std::string> maybe_files;  ///< touched otherwise: of interest only while not known
    std::set<std::string> directories;  ///< listed again: what is gone, and the files named above
    std::set<std::string> whole;        ///< listed again, and each of their files read again

    [[nodiscard]] bool is_empty() const {
        return files.empty() && maybe_files.empty() && directories.empty() && whole.empty();
    }
    /// These and `more` at once.
    void add(const FileChanges& more);
};

/// A reader over `files` that notes in `now` what it reads. What cannot be read is looked up in `before` when
/// config::load() asks for it. Refers to all three.
[[nodiscard]] config::Reader remembering_reader(const config::Reader& files, const FileMemory& before,
                                                FileMemory& now);

/// A reader that takes from `known` what is there, and else does as `files`. Refers to both.
[[nodiscard]] config::Reader reader_of(const FileMemory& known, const config::Reader& files);

/// `before` with what has changed read again by `files`; what cannot be read is not in it. Files that are
/// gone from their directory stay, and nobody asks for them.
[[nodiscard]] FileMemory read_again(const FileMemory& before, const FileChanges& changes,
                                    const config::Reader& files);

/// Whether a configuration made of one can differ from one made of the other.
[[nodiscard]] bool says_the_same(const FileMemory& a, const FileMemory& b);

}  // namespace pxed::io
