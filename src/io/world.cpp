#include "io/world.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/check.hpp"
#include "io/boot_files.hpp"
#include "io/out_of_reach.hpp"
#include "io/port_owner.hpp"
#include "io/privileges.hpp"

namespace pxed::io {

namespace {

// Sockets, log, database, netlink, epoll, and room for what a reload opens before it closes.
constexpr std::uint64_t k_files_of_our_own = 64;
constexpr std::uint64_t k_files_a_place = 2;

config::World::Directory look_at(const std::string& path) {
    auto trouble = trouble_with_directory(path);
    const bool is_usable = trouble.empty();
    return {path, is_usable, std::move(trouble)};
}

void add_boot_files(const config::Config& config, config::World& world) {
    const auto reader = future_reader(config.daemon.user, config.daemon.group);
    for (const auto& use : config::local_boot_files(config, world)) {
        if (std::ranges::find(world.boot_files, use.name, &config::World::BootFile::name) ==
            world.boot_files.end())
            world.boot_files.push_back(look_at_boot_file(use.name, config.tftp, reader));
    }
    // With roots of its own HTTP may have what TFTP has not, and who asks by which is seen only then.
    const bool has_roots_of_its_own = config.http.is_enabled && !config.http.roots.empty();
    if (!config.tftp.is_enabled || config.tftp.roots.empty() || has_roots_of_its_own) return;
    for (const auto& line : config.dhcp.linux_boots) {
        for (const auto& use : config::linux_files_of(line)) {
            if (std::ranges::find(world.linux_files, use.name, &config::World::BootFile::name) ==
                world.linux_files.end())
                world.linux_files.push_back(look_at_boot_file(use.name, config.tftp, reader));
        }
    }
}

// Why the program cannot be run by us; as root that is only said of programs that nobody may run.
std::string trouble_of_script(const std::string& path) {
    struct stat status {};
    if (path.empty()) return {};
    if (::stat(path.c_str(), &status) != 0) return std::strerror(errno);
    if (!S_ISREG(status.st_mode)) return "it is no file";
    return ::access(path.c_str(), X_OK) == 0 ? std::string{} : std::strerror(errno);
}

void look_at_http(const config::Config& config, config::World& world, Depth depth) {
    const auto& http = config.http;
    for (const auto& root : http.roots)
        world.directories.push_back(look_at(root.directory));
    if (!http.is_enabled) return;
    if (http.has_tls()) {
        const auto reader = future_reader(config.daemon.user, config.daemon.group);
        world.certificate_trouble = trouble_reading(http.certificate, reader);
        world.key_trouble = trouble_reading(http.key, reader);
    }
    if (depth != Depth::files) return;  // a start says who has the port when it cannot have it itself
    const auto others = [](std::uint16_t port) {
        auto owner = owner_of_port(Transport::tcp, port);
        // The daemon that is to read this file next, or the socket unit that keeps the port for it.
        const bool is_for_us = owner.starts_with("pxed ") || owner == "systemd (process 1)";
        return is_for_us ? std::string{} : owner;
    };
    world.http_port_owner = others(http.port);
    if (http.has_tls()) world.tls_port_owner = others(http.tls_port);
}

// Whom plan_privileges() will make us.
std::string account_of(const config::DaemonPolicy& policy) {
    const auto standing = read_standing();
    if (!standing.is_root || standing.is_under_systemd) return standing.running_as;
    if (!policy.user.empty()) return policy.user;
    return find_account("pxed") ? "pxed" : "root";
}

}  // namespace

config::World gather_world(const config::Config& config, const std::vector<Interface>& table, Depth depth) {
    config::World world;
    for (const auto& interface : table)
        world.interfaces.push_back({interface.name, interface.addresses, interface.is_loopback});
    world.has_user = config.daemon.user.empty() || find_account(config.daemon.user).has_value();
    world.has_group = config.daemon.group.empty() || find_group(config.daemon.group).has_value();
    world.account = account_of(config.daemon);
    world.script_trouble = trouble_of_script(config.daemon.script.path);
    for (const auto& root : config.tftp.roots)
        world.directories.push_back(look_at(root.directory));
    for (const auto& allowed : config.tftp.allowed_targets)
        world.directories.push_back(look_at(allowed.directory));
    look_at_http(config, world, depth);
    if (depth == Depth::files) add_boot_files(config, world);
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        world.most_transfers = share_of_files(limit.rlim_max, wanted_files(config)).transfers;
    }
    return world;
}

std::uint64_t raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

FileShare share_of_files(std::uint64_t file_limit, const FileShare& wanted) {
    const auto left = file_limit > k_files_of_our_own ? file_limit - k_files_of_our_own : 0;
    const auto places = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(left / k_files_a_place, std::numeric_limits<std::uint32_t>::max()));
    const auto both = std::uint64_t{wanted.transfers} + wanted.connections;
    if (both <= places) return wanted;
    const auto half = places / 2;
    FileShare share = wanted;
    if (wanted.transfers <= half) {
        share.connections = places - wanted.transfers;
    } else if (wanted.connections <= half) {
        share.transfers = places - wanted.connections;
    } else {
        share = {places - half, half};
    }
    // One at a time is slow, none at all would be a riddle.
    if (wanted.transfers > 0) share.transfers = std::max(share.transfers, 1U);
    if (wanted.connections > 0) share.connections = std::max(share.connections, 1U);
    return share;
}

FileShare wanted_files(const config::Config& config) {
    return {config.tftp.is_enabled ? config.tftp.max_transfers : 0,
            config.http.is_enabled ? config.http.max_connections : 0};
}

}  // namespace pxed::io
