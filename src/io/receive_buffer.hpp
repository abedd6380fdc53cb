#pragma once

#include <sys/socket.h>

namespace pxed::io {

/// Gives a socket room for `bytes` of what waits to be read, as far as the kernel allows.
inline void set_receive_buffer(int descriptor, int bytes) {
    // The first needs CAP_NET_ADMIN, the second is bounded by net.core.rmem_max.
    if (::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

}  // namespace pxed::io
