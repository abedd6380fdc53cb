#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace pxed::io {

/// SQLite's file format, 4.1 and 4.2: the log's header, and what stands before each page in it.
inline constexpr std::size_t k_wal_header = 32;
inline constexpr std::size_t k_wal_frame_header = 24;

/// The log's file keeps its length from round to round, so that commits find room in it. One that is longer
/// than this is given back to the disk as soon as the database has all that is in it.
inline constexpr std::uint64_t k_longest_wal_file = std::uint64_t{64} << 20;

/// Makes the write-ahead log on the disk the same as the one the page cache shows. After an fsync() that
/// failed, the kernel calls the pages it could not write clean: they read back well, a later fsync() succeeds
/// without writing them, and a power cut then tears a hole into the log, which ends there for SQLite with all
/// that was acknowledged after it. So the bytes are written again before they are trusted. `committed` is
/// where the last commit that was stored ends, if known: what lies behind it was refused to its client and is
/// cut off. Requires: no connection has the database open. A log that does not exist is well. Errors: a
/// sentence.
[[nodiscard]] Result<void, std::string> rewrite_wal(const std::string& path,
                                                    std::optional<std::uint64_t> committed);

/// Makes the log's file at least `size` bytes long with zeros behind what it holds, which SQLite takes for
/// the end of the log as it takes frames of an earlier round. A commit into space that is there already has
/// only its own bytes to wait for. One that makes the file longer waits for the file system's own records as
/// well, and those wait for whatever else is being written to the disk. Gives the file's length; when the
/// disk is full, what it was, and takes no space from anybody. Requires: the log exists and this process
/// writes to it nowhere else meanwhile.
[[nodiscard]] std::uint64_t reserve_wal(const std::string& path, std::uint64_t size);

/// The length of the log's file; 0 when there is none.
[[nodiscard]] std::uint64_t wal_file_size(const std::string& path);

/// fsync() of the directory that holds `path`, so that names made or renamed in it last. Errors: a sentence.
[[nodiscard]] Result<void, std::string> sync_directory_of(const std::string& path);

/// The directory part of a path; "." when it has none.
[[nodiscard]] std::string directory_of(const std::string& path);

}  // namespace pxed::io
