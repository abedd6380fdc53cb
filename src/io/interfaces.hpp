#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/result.hpp"
#include "io/loop.hpp"
#include "io/netlink.hpp"

namespace pxed::io {

/// A network interface as the kernel has it now.
struct Interface {
    std::string name;
    unsigned index = 0;
    HwAddr hardware;  ///< empty where it is none that DHCP can carry (loopback, tunnels, over 16 bytes)
    unsigned mtu = 1500;
    std::vector<Network> addresses;  ///< IPv4, primary ones first
    bool is_up = false;              ///< administratively; the cable may be out
    bool is_loopback = false;

    [[nodiscard]] bool has_address(Ipv4 address) const;
    /// Whether `address` is on one of its networks.
    [[nodiscard]] bool is_on_link(Ipv4 address) const;
    friend bool operator==(const Interface&, const Interface&) = default;
};

/// All interfaces, kept as they come, change and go. A change leads to a whole new reading of the table a
/// moment later (many notices come together, and one way of reading cannot disagree with another).
class Interfaces {
 public:
    /// How long notices are gathered: a bridge that comes up sends about ten within 20 ms.
    static constexpr milliseconds k_gathering{50};

    /// `changed` is called from the loop, after the table differs from what it was.
    Interfaces(ev::loop_ref loop, std::function<void()> changed);

    /// Reads the table and begins to watch. Errors: a sentence.
    [[nodiscard]] Result<void, std::string> open();

    [[nodiscard]] const std::vector<Interface>& all() const { return table_; }
    [[nodiscard]] const Interface* find(unsigned index) const;
    [[nodiscard]] const Interface* find(std::string_view name) const;

    /// Reads the table at once if notices are waiting: for a datagram that came by an interface nobody has
    /// told of yet. Calls `changed` when there was a difference.
    void catch_up();

    /// The hardware address the kernel's neighbour table has for `address`, which spoke to us a moment ago.
    [[nodiscard]] std::optional<HwAddr> neighbour(Ipv4 address, unsigned interface);

 private:
    void on_notice(ev::io& watcher, int revents);
    void on_gathered(ev::timer& watcher, int revents);
    void read_again();

    std::function<void()> changed_;
    std::optional<Netlink> notices_;
    std::optional<Netlink> requests_;
    std::vector<Interface> table_;
    bool is_stale_ = false;
    ev::io watcher_;
    ev::timer gathering_;
};

}  // namespace pxed::io
