#include "io/config_files.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_descriptor.hpp"

namespace pxed::io {

namespace {

constexpr off_t k_largest_file = off_t{16} << 20;

std::string failure(const std::string& path, const char* why) {
    return "cannot read " + path + ": " + why;
}

Result<config::FileText, std::string> read_file(const std::string& path) {
    // O_NONBLOCK: opening a FIFO would wait for its writer.
    const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!file.is_open()) return fail(failure(path, std::strerror(errno)));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return fail(failure(path, std::strerror(errno)));
    if (S_ISDIR(status.st_mode)) return fail(failure(path, "it is a directory (conf-dir reads those)"));
    if (!S_ISREG(status.st_mode)) return fail(failure(path, "it is not a regular file"));
    if (status.st_size > k_largest_file) return fail(failure(path, "it is over 16 MiB"));
    config::FileText result;
    // Device and inode together tell a file by any of its names; folded into one number, and 0 kept free.
    result.identity =
        (static_cast<std::uint64_t>(status.st_dev) * 0x9e3779b97f4a7c15ULL ^ status.st_ino) | 1ULL << 63;
    std::array<char, 65536> piece{};
    for (;;) {
        const auto size = ::read(file.get(), piece.data(), piece.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail(failure(path, std::strerror(errno)));
        if (size == 0) return result;
        result.text.append(piece.data(), static_cast<std::size_t>(size));
        if (result.text.size() > static_cast<std::size_t>(k_largest_file))
            return fail(failure(path, "it is over 16 MiB"));
    }
}

bool is_regular(DIR* directory, const dirent& entry) {
    if (entry.d_type == DT_REG) return true;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return false;
    struct stat status {};
    return ::fstatat(::dirfd(directory), entry.d_name, &status, 0) == 0 && S_ISREG(status.st_mode);
}

Result<std::vector<std::string>, std::string> list_directory(const std::string& path) {
    const auto close = [](DIR* directory) { ::closedir(directory); };
    const std::unique_ptr<DIR, decltype(close)> directory{::opendir(path.c_str()), close};
    if (!directory) return fail(failure(path, std::strerror(errno)));
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        if (is_regular(directory.get(), *entry)) names.emplace_back(entry->d_name);
        errno = 0;
    }
    if (errno != 0) return fail(failure(path, std::strerror(errno)));
    return names;
}

}  // namespace

config::Reader config_reader() {
    return {read_file, list_directory};
}

}  // namespace pxed::io
