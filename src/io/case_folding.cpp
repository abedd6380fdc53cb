// Names whose letters are of another case than the file's: Windows and the people who unpack its files on
// another system mix `boot/bcd`, `Boot/BCD` and `BOOT/BCD` (seen with wdsnbp.com, which asks for
// `\Boot\BCD`).

#include <dirent.h>
#include <memory>
#include <string_view>

#include <unistd.h>

#include "base/text.hpp"
#include "io/file_gate.hpp"

namespace pxed::io {

namespace {

// A client's name may have 4,095 bytes, and a directory is read for each component of it.
constexpr std::size_t k_most_components = 16;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

bool has_letters(std::string_view name) {
    return lower_case(name) != name || name.find_first_of("abcdefghijklmnopqrstuvwxyz") != name.npos;
}

// The entry that `name` may stand for: the very name before all others, then the alphabetically first.
std::optional<std::string> entry_like(DIR* directory, std::string_view name) {
    std::optional<std::string> best;
    for (std::size_t seen = 0; const dirent* entry = ::readdir(directory); ++seen) {
        if (seen == FileGate::k_most_entries) return std::nullopt;
        const std::string_view candidate{entry->d_name};
        if (candidate == name) return std::string{name};
        if (equal_ignoring_case(candidate, name) && (!best || candidate < *best)) best = candidate;
    }
    return best;
}

}  // namespace

std::optional<std::string> FileGate::find_ignoring_case(const FileDescriptor& root,
                                                        const std::string& name) const {
    const auto parts = split(name, '/');
    if (parts.size() > k_most_components) return std::nullopt;
    std::string spelled;
    for (const auto part : parts) {
        if (!has_letters(part)) {  // it is spelled in one way only
            spelled += (spelled.empty() ? "" : "/") + std::string{part};
            continue;
        }
        auto opened = open_below(root, spelled.empty() ? "." : spelled, Waiting::yes);
        if (!opened) {
            // A directory may be a link like any file, and leads nowhere that a file's may not.
            auto followed = open_through_links(spelled);
            if (!followed) return std::nullopt;
            opened = std::move(*followed);
        }
        // The stream closes what it is given.
        const int readable = ::dup(opened->get());
        if (readable < 0) return std::nullopt;
        const std::unique_ptr<DIR, CloseDirectory> directory{::fdopendir(readable)};
        if (!directory) {  // a file, or unreadable
            ::close(readable);
            return std::nullopt;
        }
        const auto entry = entry_like(directory.get(), part);
        if (!entry) return std::nullopt;
        spelled += (spelled.empty() ? "" : "/") + *entry;
    }
    return spelled;
}

}  // namespace pxed::io
