#include "io/file_gate.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/text.hpp"

namespace pxed::io {

namespace {

constexpr int k_most_links = 8;
constexpr int k_most_races = 16;  // EAGAIN: the tree was renamed while the kernel walked it

// O_NONBLOCK: opening a FIFO or a device must not wait for its other end. O_NOCTTY: nor take a terminal.
constexpr std::uint64_t k_reading = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

Result<FileDescriptor, int> ask_kernel(int directory, const char* path, std::uint64_t flags,
                                       std::uint64_t resolve, Waiting waiting) {
    open_how how{};
    how.flags = flags;
    how.resolve = resolve | (waiting == Waiting::no ? RESOLVE_CACHED : 0);
    for (int tries = 0;; ++tries) {
        const auto opened = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (opened >= 0) return FileDescriptor{static_cast<int>(opened)};
        const bool tries_again = errno == EINTR || (errno == EAGAIN && waiting == Waiting::yes);
        if (!tries_again || tries >= k_most_races) return fail(int{errno});
    }
}

// The target of a link; nothing when the descriptor (O_PATH) is no link.
std::optional<std::string> target_of(const FileDescriptor& link) {
    std::array<char, PATH_MAX> target{};
    const auto length = ::readlinkat(link.get(), "", target.data(), target.size());
    if (length < 0) return std::nullopt;
    return std::string(target.data(), static_cast<std::size_t>(length));
}

std::string real_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real{::realpath(path.c_str(), nullptr), &std::free};
    return real ? real.get() : std::string{};
}

// The components of an absolute path, "." and ".." resolved as text. Where ".." follows a link this may name
// another place than the kernel would; it is a place below a served directory all the same or is refused.
std::vector<std::string> normalised(std::string_view path) {
    std::vector<std::string> parts;
    for (const auto part : split(path, '/')) {
        if (part.empty() || part == ".") continue;
        if (part != "..") {
            parts.emplace_back(part);
        } else if (!parts.empty()) {
            parts.pop_back();
        }
    }
    return parts;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string path;
    for (const auto& part : parts)
        path += (path.empty() ? "" : "/") + part;
    return path;
}

// A walk along a name, link by link. `base_` is the root or an allowed directory, `walked_` what lies below
// it and is free of links, `ahead_` what is still to be walked.
class Walk {
 public:
    Walk(const std::string& root, const std::vector<std::string>& allowed) {
        add_base(root);
        for (const auto& directory : allowed)
            add_base(directory);
    }

    Result<FileDescriptor, OpenError> to(const std::string& name) {
        if (const int error = enter(0); error != 0) return fail(not_found(bases_[0].spelled, error));
        prepend(name);
        while (!ahead_.empty()) {
            const std::string part = std::move(ahead_.front());
            ahead_.pop_front();
            if (part.empty() || part == ".") continue;
            if (part == "..") {
                if (!walked_.empty()) {
                    walked_.pop_back();
                } else if (!go_above()) {
                    return fail(leaves(link_, target_));
                }
                continue;
            }
            walked_.push_back(part);
            if (auto stepped = step(); !stepped) return fail(std::move(stepped).error());
        }
        auto opened = ask_kernel(directory_.get(), walked_.empty() ? "." : joined(walked_).c_str(), k_reading,
                                 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, Waiting::yes);
        if (!opened) return fail(not_found(here(), opened.error()));
        return std::move(*opened);
    }

 private:
    struct Base {
        std::string spelled;
        std::string canonical;
    };

    void add_base(const std::string& directory) { bases_.push_back({directory, real_path(directory)}); }
    [[nodiscard]] const Base& base() const { return bases_[base_]; }
    [[nodiscard]] std::string here() const { return base().spelled + '/' + joined(walked_); }

    // Follows the last component of walked_ if it is a link.
    Result<void, OpenError> step() {
        const auto part =
            ask_kernel(directory_.get(), joined(walked_).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC,
                       RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, Waiting::yes);
        if (!part) return fail(not_found(here(), part.error()));
        const auto target = target_of(*part);
        if (!target) return {};
        if (++links_ > k_most_links)
            return fail(OpenError{Reason::file_not_found, here() + ": more than 8 links in a row"});
        link_ = here();
        target_ = *target;
        walked_.pop_back();
        if (!target->starts_with('/')) {
            prepend(*target);
        } else if (!go_to(*target)) {
            return fail(leaves(link_, target_));
        }
        return {};
    }

    void prepend(const std::string& path) {
        const auto parts = split(path, '/');
        ahead_.insert(ahead_.begin(), parts.begin(), parts.end());
    }

    int enter(std::size_t base) {
        auto opened = FileGate::open_directory(bases_[base].spelled, Waiting::yes);
        if (!opened) return opened.error();
        directory_ = std::move(*opened);
        base_ = base;
        walked_.clear();
        return 0;
    }

    // A link went above the base: what is still ahead says whether it comes back, or down elsewhere.
    bool go_above() {
        std::string path = base().canonical + "/..";
        for (const auto& part : std::exchange(ahead_, {}))
            path += '/' + part;
        return go_to(path);
    }

    // Goes on at an absolute path, if that is below a directory we may serve; by its text, else by what it
    // really is (a target may be spelled through a link to the root).
    bool go_to(const std::string& path) {
        const auto parts = normalised(path);
        return go_below(parts, &Base::spelled) || go_below(parts, &Base::canonical) ||
               go_below(normalised(real_path(path)), &Base::canonical);
    }

    bool go_below(const std::vector<std::string>& parts, std::string Base::*path) {
        for (std::size_t i = 0; i < bases_.size(); ++i) {
            const auto prefix = normalised(bases_[i].*path);
            if ((bases_[i].*path).empty() || parts.size() < prefix.size() ||
                !std::equal(prefix.begin(), prefix.end(), parts.begin()))
                continue;
            if (enter(i) != 0) continue;
            ahead_.insert(ahead_.begin(), parts.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                          parts.end());
            return true;
        }
        return false;
    }

    static OpenError not_found(const std::string& path, int error) {
        const bool is_denied = error == EACCES || error == EPERM;
        // It passes, and ERROR 1 would end the machine's boot.
        if (error == EMFILE || error == ENFILE || error == ENOMEM)
            return {Reason::too_many_transfers, path + ": " + std::strerror(error)};
        return {is_denied ? Reason::permission_denied : Reason::file_not_found,
                path + ": " + std::strerror(error)};
    }
    static OpenError leaves(const std::string& link, const std::string& target) {
        return {Reason::link_leaves_root,
                link + " -> " + target + ": not below the root nor a directory named by tree-allow="};
    }

    std::vector<Base> bases_;
    std::size_t base_ = 0;
    FileDescriptor directory_;
    std::vector<std::string> walked_;
    std::deque<std::string> ahead_;
    int links_ = 0;
    std::string link_;  // the last one followed, for what is said when it leaves
    std::string target_;
};

}  // namespace

Result<FileDescriptor, FileGate::Errno> FileGate::open_directory(const std::string& path, Waiting waiting) {
    return ask_kernel(AT_FDCWD, path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC, 0, waiting);
}

Result<FileDescriptor, FileGate::Errno> FileGate::open_below(const FileDescriptor& root,
                                                             const std::string& name, Waiting waiting) {
    // What is mounted below the root may be of those whose open() waits though all names are cached.
    const std::uint64_t here = waiting == Waiting::no ? RESOLVE_NO_XDEV : 0;
    return ask_kernel(root.get(), name.c_str(), k_reading, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | here,
                      waiting);
}

std::optional<bool> FileGate::has_directory(const FileDescriptor& root, const std::string& name,
                                            Waiting waiting) const {
    const auto opened = ask_kernel(root.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC,
                                   RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS, waiting);
    if (opened) return true;
    const int error = opened.error();
    if (waiting == Waiting::no && (error == EAGAIN || error == EXDEV)) return std::nullopt;
    if (error != EXDEV) return false;
    // An absolute link, or one by way of above the root: the kernel stopped before it knew where it ends.
    const auto followed = open_through_links(name);
    if (!followed) return followed.error().reason != Reason::file_not_found;
    struct stat status {};
    return ::fstat(followed->get(), &status) == 0 && S_ISDIR(status.st_mode);
}

Result<FileDescriptor, OpenError> FileGate::open_through_links(const std::string& name) const {
    return Walk{directory_, allowed_}.to(name);
}

}  // namespace pxed::io
