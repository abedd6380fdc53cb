#pragma once

#include <string>

#include "base/result.hpp"
#include "io/file_descriptor.hpp"
#include "wire/udp_frame.hpp"

namespace pxed::io {

/// Sends UDP datagrams from a port that another program has (raw(7), IPPROTO_RAW): the kernel routes them and
/// asks for the neighbour like any of its own. Hears nothing. Opening needs CAP_NET_RAW, using does not.
class RawIpSocket {
 public:
    /// Errors: a sentence.
    [[nodiscard]] static Result<RawIpSocket, std::string> open();

    /// `interface` 0: as it is routed. False when the kernel took it not (the reason is in errno). Requires:
    /// a source address, which the checksum covers, and room in the MTU, because nothing is cut into
    /// fragments.
    bool send(const UdpFrame& datagram, unsigned interface);

 private:
    explicit RawIpSocket(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
    FileDescriptor descriptor_;
};

}  // namespace pxed::io
