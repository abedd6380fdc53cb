#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pxed::http {

/// What of a request decides its answer. Absent headers are nothing, not empty.
struct Request {
    std::string method;
    std::string target;
    bool is_version_1_1 = true;
    bool has_host = false;
    bool has_broken_header = false;  ///< a name that is empty or has a blank in it
    bool has_body = false;           ///< Content-Length other than 0, or Transfer-Encoding
    bool is_last = false;            ///< the client says, or may mean, that none follows on the connection
    std::optional<std::string> range;
    std::optional<std::string> if_range;
    std::optional<std::string> if_match;
    std::optional<std::string> if_none_match;
    std::optional<std::string> if_modified_since;
    std::optional<std::string> if_unmodified_since;
};

}  // namespace pxed::http
