#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "io/file_descriptor.hpp"
#include "io/listen_point.hpp"
#include "io/socket_address.hpp"

namespace pxed::io {

/// A listening TCP socket, non-blocking and dual-stack where the host has IPv6. Errors: a sentence that names
/// the port and, when another program has it, who.
[[nodiscard]] Result<FileDescriptor, std::string> open_tcp_listener(const ListenPoint& point);

/// A connection that was taken.
struct Accepted {
    FileDescriptor socket;
    SocketAddress address;
    Endpoint peer;  ///< its interface is the one the connection came by
};

/// What came of accept_from().
enum class Acceptance : std::uint8_t { taken, none_waiting, no_room };

/// Takes one connection into `accepted`. `no_room`: no descriptor or memory is left, so the listener stays
/// readable and must not be asked again at once.
[[nodiscard]] Acceptance accept_from(const FileDescriptor& listener, Accepted& accepted);

/// How long a listener's connections wait for a peer that is gone.
void set_patience(const FileDescriptor& listener);

/// How many bytes of a connection have come and gone.
struct BytesPassed {
    std::uint64_t received = 0;      ///< from the peer, the end of its stream counted as one
    std::uint64_t acknowledged = 0;  ///< by the peer
};

/// So far; 0 when the kernel does not say.
[[nodiscard]] BytesPassed bytes_passed(int socket);

/// Whether the peer has acknowledged all that was sent to it, and that nothing more will be.
[[nodiscard]] bool has_received_all(int socket);

/// Whether nothing can come or go any more: the peer has reset the connection, or answers nothing.
[[nodiscard]] bool is_dead(int socket);

/// Ends both directions at once, so that whoever reads or writes the socket next finds it closed.
void shut_down(int socket);

}  // namespace pxed::io
