#include "io/pid_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace pxed::io {

Result<PidFile, std::string> PidFile::write(const std::string& path) {
    // O_NOFOLLOW: /run may be shared with accounts that would like root to overwrite something else.
    FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)};
    const auto number = std::to_string(::getpid()) + '\n';
    if (!file.is_open() ||
        ::write(file.get(), number.data(), number.size()) != static_cast<ssize_t>(number.size()))
        return fail("cannot write pid-file " + path + ": " + std::strerror(errno));
    return PidFile{path, std::move(file)};
}

PidFile::~PidFile() {
    if (!file_.is_open()) return;
    if (::unlink(path_.c_str()) != 0) [[maybe_unused]]
        const int emptied = ::ftruncate(file_.get(), 0);
}

}  // namespace pxed::io
