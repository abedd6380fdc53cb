#pragma once
// The place where two daemons live side by side without meeting: a network namespace each, with interfaces of
// the same names and hardware addresses, and a third one with the clients' ends of the cables.

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/result.hpp"
#include "io/file_descriptor.hpp"

namespace pxed::oracle {

/// Whose answer it is: dnsmasq's (`theirs`) or that of the daemon that is judged.
enum class Side : std::uint8_t { theirs, ours };
inline constexpr std::array k_sides{Side::theirs, Side::ours};
[[nodiscard]] constexpr std::size_t number(Side side) {
    return static_cast<std::size_t>(side);
}

/// One value for each side.
template <class T>
struct Pair : std::array<T, 2> {
    T& operator[](Side side) { return this->at(number(side)); }
    const T& operator[](Side side) const { return this->at(number(side)); }
};

/// An interface of the daemons' machines.
struct Port {
    std::string name;
    HwAddr hardware;
    std::vector<Network> addresses;
    bool is_loopback = false;
};

/// Puts this process into namespaces of its own: processes, mounts and network. What is started or mounted
/// from here on is gone with it, however it ends. `/etc`, `/srv`, `/run` and `/var/lib` are empty but for
/// what a program needs to start; the working directory is `/srv/oracle`. Returns in a child, which is the
/// first process of its namespace; `watch` is called in the parent with the child's id and gives its exit
/// status. Requires: root.
[[nodiscard]] Result<void, std::string> enter_own_world(const std::function<int(int)>& watch);

class Lab {
 public:
    /// Makes the namespaces of both daemons. Requires: enter_own_world() before.
    [[nodiscard]] static Result<Lab, std::string> open();

    /// Plugs the interface into both machines, or gives it other addresses when it is there already.
    [[nodiscard]] Result<void, std::string> plug(const Port& port);

    [[nodiscard]] const std::vector<Port>& ports() const { return ports_; }
    /// The client's end of port `i`: an interface of this process's own network namespace.
    [[nodiscard]] static std::string client_end(Side side, std::size_t i);
    /// The namespace of a daemon.
    [[nodiscard]] int network(Side side) const { return networks_[side].get(); }

 private:
    std::vector<Port> ports_;
    Pair<io::FileDescriptor> networks_;
};

}  // namespace pxed::oracle
