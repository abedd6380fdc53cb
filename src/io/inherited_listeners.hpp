#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "io/file_descriptor.hpp"

namespace pxed::io {

/// The listening TCP sockets that systemd has opened for us (pxed-http.socket; sd_listen_fds(3)). It keeps
/// them while pxed is restarted, and clients that connect meanwhile wait instead of being refused.
class InheritedListeners {
 public:
    InheritedListeners() = default;
    /// Takes them, one a port, and the environment variables that tell of them. Empty when there are none, or
    /// they were meant for another process. Once, and before there are threads.
    [[nodiscard]] static InheritedListeners take();

    [[nodiscard]] bool has(std::uint16_t port) const { return by_port_.contains(port); }
    /// A descriptor of that port's socket, to be closed without harm to the next one; none: not open.
    [[nodiscard]] FileDescriptor listener(std::uint16_t port) const;
    [[nodiscard]] std::vector<std::uint16_t> ports() const;

 private:
    std::map<std::uint16_t, FileDescriptor> by_port_;
};

}  // namespace pxed::io
