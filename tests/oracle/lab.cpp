#include "lab.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sched.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.hpp"

namespace pxed::oracle {
namespace {

using Outcome = Result<void, std::string>;

Outcome failed(std::string_view what) {
    return fail(std::string{what} + ": " + std::strerror(errno));
}

/// Hides a directory behind an empty one, but keeps these files of it.
Outcome cover(const std::string& directory, const std::vector<std::string>& kept) {
    std::map<std::string, std::string> texts;
    for (const std::string& name : kept) {
        if (auto text = read_file(directory + "/" + name)) texts[name] = *text;
    }
    if (::mount("tmpfs", directory.c_str(), "tmpfs", 0, "mode=755") != 0)
        return failed("cannot cover " + directory);
    for (const auto& [name, text] : texts)
        std::ofstream{directory + "/" + name, std::ios::binary} << text;
    return {};
}

/// The files that exist in every case, so that none depends on the machine it is played on.
Outcome furnish() {
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return failed("cannot make mounts private");
    if (auto done =
            cover("/etc", {"passwd", "group", "nsswitch.conf", "ld.so.cache", "services", "protocols"});
        !done)
        return done;
    for (const char* directory : {"/srv", "/run", "/var/lib"}) {
        if (auto done = cover(directory, {}); !done) return done;
    }
    std::ofstream{"/etc/hosts"} << "127.0.0.1 localhost\n";
    for (const char* directory : {"/srv/oracle", "/srv/tftp/sub", "/var/lib/misc", "/var/lib/pxed"})
        std::filesystem::create_directories(directory);
    // The small boot tree of the golden vectors.
    std::ofstream{"/srv/tftp/a"} << "12345";
    std::ofstream{"/srv/tftp/b"} << std::string(3000, 'b');
    std::ofstream{"/srv/tftp/sub/c"} << "below";
    std::ofstream{"/srv/tftp/pxelinux.0"} << std::string(1024, 'p');
    std::ofstream{"/srv/tftp/lines"} << "one\ntwo\r\nthree\n";
    std::ofstream{"/srv/tftp/empty"};
    return ::chdir("/srv/oracle") == 0 ? Outcome{} : failed("cannot enter /srv/oracle");
}

/// `ip -batch` with these lines, in the given namespace or (-1) in our own.
Outcome run_ip(int network, const std::string& lines) {
    int ends[2];
    if (::pipe(ends) != 0) return failed("pipe");
    const pid_t child = ::fork();
    if (child < 0) return failed("fork");
    if (child == 0) {
        if (network >= 0 && ::setns(network, CLONE_NEWNET) != 0) ::_exit(126);
        // The daemons would otherwise see addresses and messages of IPv6 that no case speaks of.
        if (network >= 0) std::ofstream{"/proc/sys/net/ipv6/conf/all/disable_ipv6"} << "1";
        ::dup2(ends[0], STDIN_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::execlp("ip", "ip", "-batch", "-", static_cast<char*>(nullptr));
        ::_exit(127);
    }
    ::close(ends[0]);
    const bool was_written =
        ::write(ends[1], lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
    ::close(ends[1]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!was_written || status != 0) return fail("`ip` refuses\n" + lines);
    return {};
}

unsigned bits_of(Ipv4 netmask) {
    unsigned bits = 0;
    while (bits < 32 && (netmask.value() << bits & 0x80000000U) != 0)
        ++bits;
    return bits;
}

std::string address_lines(const Port& port) {
    std::string lines;
    for (const Network& network : port.addresses) {
        lines += "address add " + network.address.text() + "/" + std::to_string(bits_of(network.netmask)) +
                 " dev " + port.name + " broadcast +\n";
    }
    return lines;
}

}  // namespace

Result<void, std::string> enter_own_world(const std::function<int(int)>& watch) {
    if (::unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET) != 0) return failed("cannot make namespaces");
    const pid_t child = ::fork();
    if (child < 0) return failed("fork");
    if (child != 0) ::_exit(watch(child));
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return furnish();
}

Result<Lab, std::string> Lab::open() {
    Lab lab;
    for (const Side side : k_sides) {
        lab.networks_[side] = io::FileDescriptor{::open("/proc/self/ns/net", O_RDONLY)};
        if (!lab.networks_[side].is_open() || ::unshare(CLONE_NEWNET) != 0) {
            return fail(std::string{"cannot make a network namespace: "} + std::strerror(errno));
        }
        if (auto done = run_ip(lab.network(side), "link set lo up\n"); !done) return fail(done.error());
    }
    return lab;
}

std::string Lab::client_end(Side side, std::size_t i) {
    return (side == Side::theirs ? "their" : "our") + std::to_string(i);
}

Result<void, std::string> Lab::plug(const Port& port) {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        if (ports_[i].name != port.name) continue;
        ports_[i].addresses = port.addresses;
        for (const Side side : k_sides) {
            const std::string lines = "address flush dev " + port.name + "\n" + address_lines(port) +
                                      (i == 0 ? "route replace default dev " + port.name + "\n" : "");
            if (auto done = run_ip(network(side), lines); !done) return done;
        }
        return {};
    }
    for (const Side side : k_sides) {
        const std::string end = client_end(side, ports_.size());
        std::string inside = address_lines(port) + "link set " + port.name + " up\n";
        if (!port.is_loopback) {
            const std::string outside = "link add " + end + " type veth peer name " + port.name +
                                        " address " + port.hardware.text() + " netns /proc/self/fd/" +
                                        std::to_string(network(side)) + "\nlink set " + end + " up\n";
            if (auto done = run_ip(-1, outside); !done) return done;
        } else {
            inside = "link set lo up\n";
        }
        // Relays and strangers of any network are reached through the first interface.
        if (ports_.empty()) inside += "route add default dev " + port.name + "\n";
        if (auto done = run_ip(network(side), inside); !done) return done;
    }
    ports_.push_back(port);
    return {};
}

}  // namespace pxed::oracle
