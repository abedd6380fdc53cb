#include "io/listen_point.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include <unistd.h>

#include "base/text.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::io {

namespace {

// Lines of /proc/net/udp and tcp (of this very thread, whose network may be its own): `sl local_address
// rem_address st queues tr tm->when retrnsmt uid timeout inode`.
void add_inodes(const char* table, std::uint16_t port, std::string_view wanted_state,
                std::set<std::string>& inodes) {
    std::ifstream lines{table};
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::istringstream words{line};
        std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
        words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >>
            inode;
        const auto colon = local.find(':');
        if (colon == std::string::npos || (!wanted_state.empty() && state != wanted_state)) continue;
        unsigned number = 0;
        if (std::sscanf(local.c_str() + colon + 1, "%x", &number) == 1 && number == port)
            inodes.insert(inode);
    }
}

bool has_open(const std::filesystem::path& process, const std::set<std::string>& inodes) {
    std::error_code ignored;
    for (std::filesystem::directory_iterator file{process / "fd", ignored}, end; file != end;
         file.increment(ignored)) {
        const auto target = std::filesystem::read_symlink(file->path(), ignored).string();
        constexpr std::string_view start = "socket:[";
        if (target.starts_with(start) &&
            inodes.contains(target.substr(start.size(), target.size() - start.size() - 1)))
            return true;
    }
    return false;
}

}  // namespace

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
    const auto owner = owner_of_udp_port(point.port);
    // The boot server's port is firmware's choice: nothing can stand in for it.
    const auto advice = style.when_taken.empty() || point.port == dhcp::k_pxe_port
                            ? std::string{}
                            : "; " + std::string{style.when_taken};
    return fail(socket.error() +
                (owner.empty()
                     ? "; `ss -lunp sport = :" + std::to_string(point.port) + "` shows which program has it"
                     : "; " + owner + " has it") +
                advice);
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

namespace {

// `dnsmasq (process 812)`: which other process has one of these sockets open.
std::string owner_of(const std::set<std::string>& inodes) {
    if (inodes.empty()) return {};
    const auto own = std::to_string(::getpid());
    std::error_code ignored;
    for (std::filesystem::directory_iterator process{"/proc", ignored}, end; process != end;
         process.increment(ignored)) {
        const auto number = process->path().filename().string();
        if (!std::ranges::all_of(number, [](unsigned char c) { return std::isdigit(c) != 0; })) continue;
        // Our own sockets on other interfaces share the port with us and are in nobody's way.
        if (number == own || !has_open(process->path(), inodes)) continue;
        std::string name;
        std::getline(std::ifstream{process->path() / "comm"}, name);
        return escaped(name) + " (process " + number + ")";
    }
    return {};
}

}  // namespace

std::string owner_of_udp_port(std::uint16_t port) {
    std::set<std::string> inodes;
    add_inodes("/proc/thread-self/net/udp", port, {}, inodes);
    add_inodes("/proc/thread-self/net/udp6", port, {}, inodes);
    return owner_of(inodes);
}

std::string owner_of_tcp_port(std::uint16_t port) {
    constexpr std::string_view k_listening =
        "0A";  // TCP_LISTEN; a connection from that port is in nobody's way
    std::set<std::string> inodes;
    add_inodes("/proc/thread-self/net/tcp", port, k_listening, inodes);
    add_inodes("/proc/thread-self/net/tcp6", port, k_listening, inodes);
    return owner_of(inodes);
}

}  // namespace pxed::io
