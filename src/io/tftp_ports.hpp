#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "io/udp_socket.hpp"

namespace pxed::io {

/// A port of its own for each transfer (RFC 1350 4).
class TftpPorts {
 public:
    using Range = std::optional<std::pair<std::uint16_t, std::uint16_t>>;

    /// A socket at the address that the client asked, on a port of `range` (first and last), or on any.
    /// Errors: a sentence, when none is free.
    [[nodiscard]] Result<UdpSocket, std::string> open(const Endpoint& asked, const Range& range);

 private:
    unsigned next_ = 0;  // where in the range to look first
};

}  // namespace pxed::io
