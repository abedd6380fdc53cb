#include "io/lease_wal.hpp"

#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_descriptor.hpp"

namespace pxed::io {

namespace {

std::string failure(const std::string& what, const std::string& path) {
    return what + ' ' + path + ": " + std::generic_category().message(errno);
}

}  // namespace

Result<void, std::string> rewrite_wal(const std::string& path, std::optional<std::uint64_t> committed) {
    const FileDescriptor file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    if (!file.is_open()) {
        if (errno == ENOENT) return {};
        return fail(failure("cannot open", path));
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return fail(failure("cannot read", path));
    auto size = static_cast<std::uint64_t>(status.st_size);
    if (committed && *committed < size) {
        // Recovery would take a whole transaction for committed, though its client was refused.
        if (::ftruncate(file.get(), static_cast<off_t>(*committed)) != 0)
            return fail(failure("cannot cut", path));
        size = *committed;
    }
    // In place and with the same bytes: a crash in the middle changes nothing.
    std::vector<char> block(std::size_t{256} * 1024);
    for (std::uint64_t at = 0; at < size;) {
        const auto offset = static_cast<off_t>(at);
        const auto got = ::pread(file.get(), block.data(), block.size(), offset);
        if (got <= 0) return fail(failure("cannot read", path));
        const auto length = static_cast<std::size_t>(got);
        if (::pwrite(file.get(), block.data(), length, offset) != got)
            return fail(failure("cannot write", path));
        at += length;
    }
    if (::fdatasync(file.get()) != 0) return fail(failure("cannot write", path));
    return {};
}

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == path.npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void, std::string> sync_directory_of(const std::string& path) {
    const std::string directory = directory_of(path);
    const FileDescriptor opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened.is_open() || ::fsync(opened.get()) != 0)
        return fail(failure("cannot write directory", directory));
    return {};
}

}  // namespace pxed::io
