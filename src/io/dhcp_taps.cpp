#include "io/dhcp_taps.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "dhcp/other_servers.hpp"
#include "io/receive_buffer.hpp"
#include "io/served.hpp"

namespace pxed::io {

namespace {

// As for the UDP socket that it stands for.
constexpr int k_requests_buffer = 4 << 20;
// A storm of somebody else's replies says no more than the first few: the rest may be lost.
constexpr int k_other_servers_buffer = 64 << 10;

}  // namespace

std::vector<TapPoint> tap_points(const config::Config& config, const std::vector<Interface>& table,
                                 std::span<const dhcp::Link> links) {
    std::vector<TapPoint> points;
    const auto& policy = config.dhcp;
    if (!policy.is_enabled()) return points;
    const UdpTap::Wanted requests{.to_port = policy.server_port};
    const UdpTap::Wanted replies{
        .to_port = policy.client_port, .from_port = policy.server_port, .is_only_broadcast = true};
    for (const auto& interface : table) {
        const auto* taken = taken_for(config.daemon, interface, table);
        const bool is_heard = taken != nullptr && is_served(config.daemon, *taken);
        // The server a relay agent asks may be on any side, and its replies come to our port as well.
        const bool may_have_server = !policy.relays.empty();
        if (config.daemon.leaves_dhcp_port && (is_heard || may_have_server))
            points.push_back({TapPoint::Role::requests, interface.index, requests});
        if (!is_heard || interface.is_loopback) continue;
        const auto link = std::ranges::find(links, taken->index, &dhcp::Link::index);
        if (link == links.end()) continue;
        // Where no range of ours is nobody is in our way: a host has many interfaces that are none of DHCP's.
        const auto role = dhcp::role_on(policy, *link, links);
        if (role.gives_addresses || role.is_proxy)
            points.push_back({TapPoint::Role::other_servers, interface.index, replies});
    }
    return points;
}

DhcpTaps::Listener::Listener(DhcpTaps& owner, TapPoint where, UdpTap opened)
    : taps(owner), point(where), tap(std::move(opened)), watcher(owner.loop_) {
    watcher.set<Listener, &Listener::on_readable>(this);
    watcher.start(tap.descriptor(), ev::READ);
}

void DhcpTaps::Listener::on_readable(ev::io&, int) {
    taps.readable_(point, tap);
}

Result<void, std::string> DhcpTaps::open(const std::vector<TapPoint>& points, const Interfaces& interfaces) {
    const auto before = std::exchange(refused_, {});
    std::string failures;
    for (const auto& point : points) {
        if (listeners_.contains(point)) continue;
        auto tap = UdpTap::open(point.interface, point.wanted);
        if (tap) {
            const bool is_ours = point.role == TapPoint::Role::requests;
            set_receive_buffer(tap->descriptor(), is_ours ? k_requests_buffer : k_other_servers_buffer);
            listeners_.emplace(point, std::make_unique<Listener>(*this, point, std::move(*tap)));
            continue;
        }
        // The table was read a moment ago; the kernel's notice that the interface went is on its way.
        if (tap.error().find(std::strerror(ENODEV)) != std::string::npos) continue;
        refused_.insert(point);
        if (before.contains(point)) continue;
        const auto* interface = interfaces.find(point.interface);
        failures += (failures.empty() ? "" : "; ") +
                    (interface == nullptr ? "" : "interface " + interface->name + ", ") + tap.error();
    }
    if (!failures.empty()) return fail(std::move(failures));
    return {};
}

void DhcpTaps::keep(const std::vector<TapPoint>& points) {
    std::erase_if(listeners_, [&](const auto& listener) {
        return std::ranges::find(points, listener.first) == points.end();
    });
}

std::uint64_t DhcpTaps::overruns() const {
    std::uint64_t sum = 0;
    for (const auto& [point, listener] : listeners_) {
        if (point.role != TapPoint::Role::requests) continue;
        std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
        socklen_t size = sizeof memory;
        if (::getsockopt(listener->tap.descriptor(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) == 0)
            sum += memory[SK_MEMINFO_DROPS];
    }
    return sum;
}

}  // namespace pxed::io
