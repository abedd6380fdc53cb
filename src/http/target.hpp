#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pxed::http {

/// The path that a request target names, decoded: without a leading slash, `//` and `/./` folded.
struct Target {
    std::string path;              ///< empty: the root itself
    bool names_directory = false;  ///< it ended in a slash
    friend bool operator==(const Target&, const Target&) = default;
};

/// Why a request target names nothing that could be served.
enum class TargetError : std::uint8_t {
    not_a_path,         ///< `*`, a scheme other than http, or no slash in front
    broken_escape,      ///< `%`, `%4`, `%zz`
    encoded_slash,      ///< `%2f`: is it part of a name or between two? Nobody's file needs it
    control_character,  ///< raw or encoded; `%00` would end the name for the kernel and not for us
    leaves,             ///< a `..` segment, raw or encoded
    too_long,
};

/// Words for an error, fit for the client and for the log.
[[nodiscard]] std::string_view sentence(TargetError error);

/// What a request target means (RFC 9112 3.2: `/path?query`, or `http://host/path`). The query is dropped;
/// escapes are decoded once. Anything may be in it.
[[nodiscard]] Result<Target, TargetError> parse_target(std::string_view target);

/// The path as a URL writes it: what is neither unreserved nor a slash becomes `%XX` (RFC 3986 2.3).
[[nodiscard]] std::string encoded_path(std::string_view path);

}  // namespace pxed::http
