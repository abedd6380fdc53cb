// Who has a port. The kernel tells everybody which user a socket is of (sock_diag(7)); which process has it
// open only /proc says, and under the hardened unit /proc shows no process but ours.

#include "io/port_owner.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <pwd.h>
#include <set>
#include <vector>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/text.hpp"
#include "io/netlink.hpp"

namespace pxed::io {

namespace {

constexpr std::uint32_t k_all_states = 0xffffffff;
// TCP_LISTEN (linux/tcp_states.h is the kernel's own); a connection from that port is in nobody's way.
constexpr std::uint32_t k_listening = 1U << 10U;

struct Socket {
    std::uint32_t user = 0;
    std::uint32_t inode = 0;
};

// Of this network namespace. Empty when the kernel has no sock_diag.
std::vector<Socket> sockets_on(Transport transport, std::uint16_t port) {
    std::vector<Socket> found;
    auto netlink = Netlink::open(0, NETLINK_SOCK_DIAG);
    if (!netlink) return found;
    const bool is_tcp = transport == Transport::tcp;
    for (const int family : {AF_INET, AF_INET6}) {
        inet_diag_req_v2 request{};
        request.sdiag_family = static_cast<std::uint8_t>(family);
        request.sdiag_protocol = is_tcp ? IPPROTO_TCP : IPPROTO_UDP;
        request.idiag_states = is_tcp ? k_listening : k_all_states;
        const auto each = [&](const NetlinkMessage& message) {
            inet_diag_msg socket{};
            if (message.body.size() < sizeof socket) return;
            std::memcpy(&socket, message.body.data(), sizeof socket);
            if (ntohs(socket.id.idiag_sport) == port) found.push_back({socket.idiag_uid, socket.idiag_inode});
        };
        const Bytes body{reinterpret_cast<const std::uint8_t*>(&request), sizeof request};
        // What was read before a failure is as good as without.
        static_cast<void>(netlink->request(SOCK_DIAG_BY_FAMILY, body, true, each));
    }
    return found;
}

// The sockets that a process has open, as far as we may look.
std::set<std::uint32_t> open_sockets(const std::filesystem::path& process) {
    std::set<std::uint32_t> inodes;
    std::error_code ignored;
    for (std::filesystem::directory_iterator file{process / "fd", ignored}, end; file != end;
         file.increment(ignored)) {
        const auto target = std::filesystem::read_symlink(file->path(), ignored).string();
        constexpr std::string_view k_start = "socket:[";
        if (!target.starts_with(k_start)) continue;
        const auto number =
            std::string_view{target}.substr(k_start.size(), target.size() - k_start.size() - 1);
        if (const auto inode = parse_number(number)) inodes.insert(static_cast<std::uint32_t>(*inode));
    }
    return inodes;
}

// Our own sockets on other interfaces share the port with us and are in nobody's way.
std::vector<Socket> sockets_of_others(Transport transport, std::uint16_t port) {
    auto sockets = sockets_on(transport, port);
    if (sockets.empty()) return sockets;
    const auto own = open_sockets("/proc/self");
    std::erase_if(sockets, [&](const Socket& socket) { return own.contains(socket.inode); });
    return sockets;
}

std::string process_of(const std::vector<Socket>& sockets) {
    if (sockets.empty()) return {};
    std::error_code ignored;
    for (std::filesystem::directory_iterator process{"/proc", ignored}, end; process != end;
         process.increment(ignored)) {
        const auto number = process->path().filename().string();
        if (!std::ranges::all_of(number, [](unsigned char c) { return std::isdigit(c) != 0; })) continue;
        const auto inodes = open_sockets(process->path());
        if (std::ranges::none_of(sockets, [&](const Socket& one) { return inodes.contains(one.inode); }))
            continue;
        std::string name;
        std::getline(std::ifstream{process->path() / "comm"}, name);
        return escaped(name) + " (process " + number + ')';
    }
    return {};
}

std::string user_text(std::uint32_t user) {
    constexpr std::size_t k_account_memory = 16384;
    std::array<char, k_account_memory> memory{};
    passwd row{};
    passwd* found = nullptr;
    ::getpwuid_r(user, &row, memory.data(), memory.size(), &found);
    const auto number = "uid " + std::to_string(user);
    return found == nullptr ? number : "user " + std::string{found->pw_name} + " (" + number + ')';
}

}  // namespace

std::string owner_of_port(Transport transport, std::uint16_t port) {
    return process_of(sockets_of_others(transport, port));
}

std::string taken_port_text(Transport transport, std::uint16_t port) {
    const auto sockets = sockets_of_others(transport, port);
    const std::string command = "`ss " + std::string{transport == Transport::udp ? "-lunp" : "-ltnp"} +
                                " sport = :" + std::to_string(port) + '`';
    if (sockets.empty()) return command + " shows which program has it";
    const auto process = process_of(sockets);
    return (process.empty() ? "a program" : process) + " of " + user_text(sockets.front().user) +
           " has it; " + command + (process.empty() ? ", as root, shows which" : " shows more");
}

}  // namespace pxed::io
