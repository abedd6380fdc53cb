#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace pxed::http {

/// The part of a file that a Range header asks for; `first` <= `last` < the file's size.
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    /// At least 1: an empty range has no form (RFC 9110 14.1.1).
    [[nodiscard]] std::uint64_t length() const { return last - first + 1; }
};

struct WholeFile {};      ///< answer 200: no range, or one this server may ignore (RFC 9110 14.2)
struct Unsatisfiable {};  ///< answer 416

/// What a Range header (`bytes=0-499`, `bytes=500-`, `bytes=-500`) means for a file of `size` bytes. One
/// range only: several, another unit or a malformed value give WholeFile. Numbers of any length are taken;
/// what passes the end is cut there. RFC 9110 14.1.2; iPXE's sanboot reads a disk image this way.
[[nodiscard]] std::variant<ByteRange, WholeFile, Unsatisfiable> parse_range(std::string_view header,
                                                                            std::uint64_t size);

}  // namespace pxed::http
