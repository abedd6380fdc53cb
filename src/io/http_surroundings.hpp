#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/hwaddr.hpp"
#include "io/file_descriptor.hpp"
#include "io/made_file.hpp"
#include "machine/event.hpp"

namespace pxed::io {

/// What the HTTP service asks of the daemon around it. All are called in the loop; each must be callable as
/// long as the service is there.
struct HttpSurroundings {
    /// The name of the interface of that index; nothing: gone, or not one that is served (the connection is
    /// closed).
    std::function<std::optional<std::string>(unsigned interface)> link;
    /// The hardware address behind a client (leases, machines, neighbours), for tftp-unique-root=mac.
    std::function<std::optional<HwAddr>(const Endpoint&)> hardware_of;
    /// Takes each step: http_request, then one http_sent or http_failed a request; duration and bytes in it.
    /// An http_failed alone is a connection without a request: too many, or no TLS.
    std::function<void(machine::Event)> tell;
    /// The text of a name that no file has (`boot.ipxe` for `/boot.ipxe`; decoded, without a leading slash),
    /// made for this client; nothing: there is no such thing. May be missing.
    std::function<std::optional<MadeText>(std::string_view path, const Endpoint& client)> generated = {};
    /// The listening socket of that port that was opened for us; none: there is none, it is opened here. May
    /// be missing.
    std::function<FileDescriptor(std::uint16_t port)> inherited = {};
    /// The boot program that a client runs, a path below the root, for what is asked for beside it; empty:
    /// not known. May be missing.
    std::function<std::string(const Endpoint&)> program_of = {};
};

}  // namespace pxed::io
