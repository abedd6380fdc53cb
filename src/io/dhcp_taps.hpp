#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "dhcp/arrival.hpp"
#include "io/interfaces.hpp"
#include "io/loop.hpp"
#include "io/udp_tap.hpp"

namespace pxed::io {

/// What is heard below IP on one interface.
struct TapPoint {
    enum class Role : std::uint8_t {
        requests,       ///< dhcp-no-bind: what clients, relays and a relay agent's servers send to our port
        other_servers,  ///< what other servers send to their clients
    };
    Role role{};
    unsigned interface = 0;
    UdpTap::Wanted wanted;

    friend auto operator<=>(const TapPoint&, const TapPoint&) = default;
};

/// What is to be heard below IP with this configuration on the interfaces there are.
[[nodiscard]] std::vector<TapPoint> tap_points(const config::Config& config,
                                               const std::vector<Interface>& table,
                                               std::span<const dhcp::Link> links);

/// The packet sockets of DHCP, one for each point.
class DhcpTaps {
 public:
    using Readable = std::function<void(const TapPoint& point, UdpTap& tap)>;

    /// `readable` is called from the loop when datagrams wait; it must not call listen().
    DhcpTaps(ev::loop_ref loop, Readable readable) : loop_(loop), readable_(std::move(readable)) {}

    /// Opens those of `points` that are missing. Errors: sentences for those that failed for the first time;
    /// the others are open.
    [[nodiscard]] Result<void, std::string> open(const std::vector<TapPoint>& points,
                                                 const Interfaces& interfaces);
    /// Closes all that `points` has not.
    void keep(const std::vector<TapPoint>& points);
    void close() { listeners_.clear(); }

    [[nodiscard]] bool lacks_sockets() const { return !refused_.empty(); }
    /// Datagrams to us that the kernel dropped because we were too slow.
    [[nodiscard]] std::uint64_t overruns() const;

 private:
    struct Listener {
        Listener(DhcpTaps& owner, TapPoint where, UdpTap opened);
        void on_readable(ev::io& watcher, int revents);
        DhcpTaps& taps;
        TapPoint point;
        UdpTap tap;
        ev::io watcher;
    };

    ev::loop_ref loop_;
    Readable readable_;
    std::map<TapPoint, std::unique_ptr<Listener>> listeners_;
    std::set<TapPoint> refused_;  ///< could not be opened, and are tried again
};

}  // namespace pxed::io
