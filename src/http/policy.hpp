#pragma once

#include <cstdint>

namespace pxed::http {

/// What the administrator wants of HTTP.
struct Policy {
    bool is_enabled = false;  ///< enable-http
    std::uint16_t port = 80;  ///< http-port
};

}  // namespace pxed::http
