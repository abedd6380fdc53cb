#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "io/interfaces.hpp"
#include "io/served.hpp"
#include "io/udp_socket.hpp"

namespace pxed::io {

/// Where a service listens: a port, on all interfaces, on one, or on one address. Two points are the same as
/// long as port, interface index and address are: a renamed interface keeps its socket, one that was made
/// anew needs a new socket.
struct ListenPoint {
    std::uint16_t port = 0;
    unsigned interface = 0;  ///< 0: all
    std::string name;        ///< of the interface; empty: all
    Ipv4 address{};          ///< only what is sent to this address; zero: to any

    [[nodiscard]] bool hears_all() const { return interface == 0 && address.is_zero(); }

    friend bool operator==(const ListenPoint& a, const ListenPoint& b) { return (a <=> b) == 0; }
    friend std::strong_ordering operator<=>(const ListenPoint& a, const ListenPoint& b) {
        if (const auto order = a.port <=> b.port; order != 0) return order;
        if (const auto order = a.interface <=> b.interface; order != 0) return order;
        return a.address <=> b.address;
    }
};

/// The points `port` is to be listened on: one for all interfaces (who is served is decided a datagram), or
/// with bind-interfaces and bind-dynamic one for each served interface that is there now.
[[nodiscard]] std::vector<ListenPoint> listen_points(const config::DaemonPolicy& policy, std::uint16_t port,
                                                     const std::vector<Interface>& table, Loopback loopback);

/// Whether the kernel lets one process have only one of the two: the same port, once on all interfaces and
/// once on a part of them. When a reload goes from one to the other, the old socket has to go first.
[[nodiscard]] inline bool excludes(const ListenPoint& a, const ListenPoint& b) {
    return a.port == b.port && a.hears_all() != b.hears_all();
}

/// What a service wants of its sockets.
struct ListenStyle {
    bool is_dual_stack = false;
    bool sends_broadcast = false;
    std::string_view when_taken{};  ///< what can be done when another program has the port
};

/// Opens the socket of a point. Errors: a sentence that names the port and, when another program has it, who.
[[nodiscard]] Result<UdpSocket, std::string> open_listener(const ListenPoint& point, ListenStyle style);

/// What came of opening several points.
struct OpenedPoints {
    std::map<ListenPoint, UdpSocket> sockets;
    std::string failures;  ///< sentences for those that failed for the first time; empty: none did
};

/// Opens all of `points`: one that cannot be opened keeps no other from being served. `refused` remembers
/// which failed before, so that each is said once. A point whose interface went at this very moment is no
/// failure: it is waited for like any other that is not there.
[[nodiscard]] OpenedPoints open_points(const std::vector<ListenPoint>& points, ListenStyle style,
                                       std::set<ListenPoint>& refused);

}  // namespace pxed::io
