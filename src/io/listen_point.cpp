#include "io/listen_point.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "io/port_owner.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::io {

std::vector<ListenPoint> listen_points(const config::DaemonPolicy& policy, std::uint16_t port,
                                       const std::vector<Interface>& table, Loopback loopback) {
    if (!policy.binds_interfaces) return {{port, 0, {}}};
    std::vector<ListenPoint> points;
    for (const auto& interface : table) {
        const auto* link = taken_for(policy, interface, table);
        if (link != nullptr && is_served(policy, *link, loopback))
            points.push_back({port, interface.index, interface.name});
    }
    return points;
}

Result<UdpSocket, std::string> open_listener(const ListenPoint& point, ListenStyle style) {
    UdpOptions options;
    options.interface = point.name;
    // bind-interfaces is asked for where other servers listen on the wildcard address of the same port.
    options.is_shared = !point.hears_all();
    options.sends_broadcast = style.sends_broadcast;
    const auto is_taken = [](const std::string& error) {
        return error.find(std::strerror(EADDRINUSE)) != std::string::npos;
    };
    if (style.is_dual_stack) {
        auto both = UdpSocket::open(Endpoint{Endpoint::V6{}, point.port}, options);
        if (both) return both;  // otherwise IPv6 may be switched off on this host
    }
    auto socket = UdpSocket::open(Endpoint{point.address, point.port}, options);
    if (socket) return socket;
    if (socket.error().find(std::strerror(EACCES)) != std::string::npos)
        return fail(socket.error() + "; a port below 1024 needs CAP_NET_BIND_SERVICE");
    if (!is_taken(socket.error())) return socket;
    // The boot server's port is firmware's choice: nothing can stand in for it.
    const auto advice = style.when_taken.empty() || point.port == dhcp::k_pxe_port
                            ? std::string{}
                            : "; " + std::string{style.when_taken};
    return fail(socket.error() + "; " + taken_port_text(Transport::udp, point.port) + advice);
}

OpenedPoints open_points(const std::vector<ListenPoint>& points, ListenStyle style,
                         std::set<ListenPoint>& refused) {
    OpenedPoints opened;
    const auto before = std::exchange(refused, {});
    for (const auto& point : points) {
        auto socket = open_listener(point, style);
        if (socket) {
            opened.sockets.emplace(point, std::move(*socket));
            continue;
        }
        // The table was read a moment ago; the kernel's notice is on its way.
        if (!point.name.empty() && socket.error().find(std::strerror(ENODEV)) != std::string::npos) continue;
        refused.insert(point);
        if (before.contains(point)) continue;
        const auto where = point.name.empty() ? std::string{} : "interface " + point.name + ", ";
        opened.failures += (opened.failures.empty() ? "" : "; ") + where + socket.error();
    }
    return opened;
}

}  // namespace pxed::io
