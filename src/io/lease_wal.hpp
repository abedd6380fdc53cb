#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace pxed::io {

/// Makes the write-ahead log on the disk the same as the one the page cache shows. After an fsync() that
/// failed, the kernel calls the pages it could not write clean: they read back well, a later fsync() succeeds
/// without writing them, and a power cut then tears a hole into the log, which ends there for SQLite with all
/// that was acknowledged after it. So the bytes are written again before they are trusted. `committed` is
/// where the last commit that was stored ends, if known: what lies behind it was refused to its client and is
/// cut off. Requires: no connection has the database open. A log that does not exist is well. Errors: a
/// sentence.
[[nodiscard]] Result<void, std::string> rewrite_wal(const std::string& path,
                                                    std::optional<std::uint64_t> committed);

/// fsync() of the directory that holds `path`, so that names made or renamed in it last. Errors: a sentence.
[[nodiscard]] Result<void, std::string> sync_directory_of(const std::string& path);

/// The directory part of a path; "." when it has none.
[[nodiscard]] std::string directory_of(const std::string& path);

}  // namespace pxed::io
