#pragma once

#include <functional>
#include <vector>

#include "config/config.hpp"
#include "dhcp/relay.hpp"
#include "io/dhcp_sender.hpp"
#include "io/listen_point.hpp"

namespace pxed::io {

/// The relay agent's edge: what dhcp::relay() says is done, sent and told.
class DhcpRelay {
 public:
    /// Datagrams since the start.
    struct Counts {
        std::uint64_t relayed = 0;
        std::uint64_t dropped = 0;
    };

    DhcpRelay(DhcpSender& sender, std::function<void(machine::Event)> tell)
        : sender_(sender), tell_(std::move(tell)) {}

    /// Whether the datagram was the relay agent's; it is dealt with then.
    bool take(const dhcp::RelayContext& context);
    [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
    DhcpSender& sender_;
    std::function<void(machine::Event)> tell_;
    Counts counts_;
};

/// Where servers' replies are to be heard besides: with bind-interfaces the sockets of the served interfaces
/// hear nothing of the interface towards the server, but a reply is sent to an address of ours (giaddr).
[[nodiscard]] std::vector<ListenPoint> relay_points(const config::Config& config,
                                                    std::span<const dhcp::Link> links);

}  // namespace pxed::io
