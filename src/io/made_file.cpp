#include "io/made_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pxed::io {

Result<OpenFile, OpenError> made_file(std::string name, std::string_view text) {
    // In memory, so that neither a disk that is full nor one that is slow matters, and yet a descriptor: size
    // and windows, netascii, ranges and sendfile work on it as on any file.
    FileDescriptor file{::memfd_create("pxed-made", MFD_CLOEXEC)};
    const auto failure = [&name] {
        return fail(OpenError{Reason::read_failed, name + ": " + std::strerror(errno)});
    };
    if (file.get() < 0) {
        const bool will_pass = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        if (!will_pass) return failure();
        return fail(OpenError{Reason::too_many_transfers, name + ": " + std::strerror(errno)});
    }
    for (std::size_t written = 0; written < text.size();) {
        const auto count = ::write(file.get(), text.data() + written, text.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return failure();
        written += static_cast<std::size_t>(count);
    }
    OpenFile made;
    made.descriptor = std::move(file);
    made.name = std::move(name);
    made.size = text.size();
    made.storage = Storage::memory;
    made.owner = ::geteuid();
    made.mode = S_IFREG | S_IRUSR | S_IRGRP | S_IROTH;
    return made;
}

}  // namespace pxed::io
