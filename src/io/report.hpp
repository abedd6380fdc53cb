#pragma once
// Sentences of the daemon about itself: what it serves, how it stands, why a silence. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "dhcp/lease_table.hpp"
#include "io/dhcp_service.hpp"
#include "io/http_service.hpp"
#include "io/interfaces.hpp"
#include "io/tftp_service.hpp"
#include "machine/reason.hpp"

namespace pxed::io {

/// `8h`, `1d12h`, `infinite`: a lease time as dnsmasq's log has it.
[[nodiscard]] std::string lease_time_text(seconds length);

/// What is served, as dnsmasq says it at its start: ranges and TFTP roots.
[[nodiscard]] std::vector<std::string> service_lines(const config::Config& config);

/// What changes while the same configuration serves.
struct StatusFigures {
    std::optional<std::size_t> leases;  ///< none: no addresses are given
    std::size_t booting = 0;            ///< machines in the middle of a boot
    std::optional<WallTime>
        reloaded;         ///< when the configuration that serves was taken over; none: at the start
    std::string refusal;  ///< why the last reload was refused; empty: it was not
};

/// For `systemctl status`: `Serving DHCP, TFTP on br0; waiting for br1; 12 leases; 2 machines booting`. Where
/// nothing is enabled it says which file to edit.
[[nodiscard]] std::string status_line(const config::Config& config, const std::vector<Interface>& table,
                                      const StatusFigures& figures = {});

/// How often each reason was given.
class ReasonCounts {
 public:
    void count(Reason reason) { ++counts_[static_cast<std::size_t>(reason)]; }
    [[nodiscard]] std::uint64_t of(Reason reason) const { return counts_[static_cast<std::size_t>(reason)]; }

 private:
    std::array<std::uint64_t, 256> counts_{};
};

/// All that SIGUSR1 writes to the log.
struct Figures {
    const dhcp::LeaseTable* leases = nullptr;  ///< none: DHCP is off
    DhcpCounts dhcp;
    DhcpRelay::Counts relay;
    const dhcp::OtherServers* others = nullptr;  ///< none: DHCP is off
    std::uint64_t overruns = 0;
    std::size_t waiting = 0;
    TftpCounts tftp;
    std::size_t transfers = 0;
    HttpCounts http;
    std::size_t connections = 0;
    std::size_t downloads = 0;  ///< requests that are being answered
    std::size_t machines = 0;
};
[[nodiscard]] std::vector<std::string> statistics_lines(const config::Config& config, const Figures& figures,
                                                        const ReasonCounts& reasons);

/// Why no range fits `interface`: its addresses beside the ranges of the file.
[[nodiscard]] std::string no_range_detail(const config::Config& config, const Interface& interface);

}  // namespace pxed::io
