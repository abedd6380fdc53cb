#pragma once
// What is counted for monitoring, and the text that Prometheus reads. Pure: one more reader of the events,
// beside the log.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "io/dhcp_service.hpp"
#include "machine/event.hpp"

namespace pxed::io {

/// How long things took, in buckets. The bounds reach from a reply out of memory to an image of gigabytes.
class Histogram {
 public:
    static constexpr std::array<milliseconds, 12> k_bounds{
        milliseconds{1},     milliseconds{5},     milliseconds{10},     milliseconds{50},
        milliseconds{100},   milliseconds{500},   milliseconds{1000},   milliseconds{5000},
        milliseconds{10000}, milliseconds{60000}, milliseconds{300000}, milliseconds{1800000}};

    void add(nanoseconds length);
    /// Of those that took no longer than k_bounds[i].
    [[nodiscard]] std::uint64_t up_to(std::size_t i) const;
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] nanoseconds sum() const { return sum_; }

 private:
    std::array<std::uint64_t, k_bounds.size()> buckets_{};
    std::uint64_t count_ = 0;
    nanoseconds sum_{0};
};

/// The part of pxed that an event is of.
enum class Protocol : std::uint8_t { dhcp, tftp, http };

/// Counts since the start, made of the events.
class Metrics {
 public:
    void count(const machine::Event& event);

    /// DHCP messages by type and reason. An answer counts as the message that was received as well: an offer
    /// is a `discover` and an `offer`.
    [[nodiscard]] const std::map<std::pair<machine::Stage, Reason>, std::uint64_t>& packets() const {
        return packets_;
    }
    /// Requests for files that have ended, by how: `sent`, or the name of a reason.
    [[nodiscard]] const std::map<std::pair<Protocol, std::string_view>, std::uint64_t>& transfers() const {
        return transfers_;
    }
    [[nodiscard]] std::uint64_t bytes(Protocol protocol) const {
        return bytes_[static_cast<std::size_t>(protocol)];
    }
    /// From a request until its answer is ready; of files, to their last byte.
    [[nodiscard]] const Histogram& durations(Protocol protocol) const {
        return durations_[static_cast<std::size_t>(protocol)];
    }

 private:
    std::map<std::pair<machine::Stage, Reason>, std::uint64_t> packets_;  ///< bounded by the two enums
    std::map<std::pair<Protocol, std::string_view>, std::uint64_t> transfers_;
    std::array<std::uint64_t, 3> bytes_{};
    std::array<Histogram, 3> durations_{};
};

/// The use of one dhcp-range.
struct PoolUse {
    std::string range;  ///< `192.168.1.50-192.168.1.150`
    std::uint64_t leased = 0;
    std::uint64_t declined = 0;
    std::uint64_t free = 0;
};

/// How things stand when they are asked for.
struct MetricsNow {
    WallTime started{};
    WallTime reloaded{};  ///< zero: never
    bool is_reload_refused = false;
    std::optional<std::size_t> leases;  ///< none: this server gives none
    std::size_t holds = 0;
    std::size_t waiting = 0;  ///< clients, for a probe or the lease database
    std::vector<PoolUse> pools;
    DhcpCounts dhcp;
    std::uint64_t overruns = 0;
    std::size_t tftp_transfers = 0;
    std::size_t http_requests = 0;
    std::size_t http_connections = 0;
    std::size_t machines = 0;
    std::size_t booting = 0;
    std::uint64_t lines_lost = 0;
    std::uint64_t lines_suppressed = 0;
    std::uint64_t stalls = 0;
    nanoseconds longest_turn{0};
};

/// All of it in Prometheus' text format, version 0.0.4.
[[nodiscard]] std::string metrics_text(const Metrics& metrics, const MetricsNow& now);

}  // namespace pxed::io
