#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "dhcp/lease_table.hpp"
#include "dhcp/policy.hpp"
#include "io/loop.hpp"
#include "io/metrics.hpp"

namespace pxed::io {

/// Counts the leases of each range a part at a time: a million of them in one turn of the loop would keep
/// every client waiting.
class PoolTally {
 public:
    /// Rows looked at in one turn: some tenths of a millisecond.
    static constexpr std::size_t k_rows = 5000;

    /// `leases`: the table of this moment; nullptr: none.
    PoolTally(ev::loop_ref loop, std::function<const dhcp::LeaseTable*()> leases);
    PoolTally(const PoolTally&) = delete;
    PoolTally& operator=(const PoolTally&) = delete;

    /// Begins to count anew, unless it still counts; a small table is counted at once. Ranges that lease no
    /// addresses are left out.
    void refresh(const std::vector<dhcp::Range>& ranges);
    /// What was counted last; empty before the first is done.
    [[nodiscard]] const std::vector<PoolUse>& pools() const { return counted_; }
    [[nodiscard]] bool is_counting() const { return at_ < ranges_.size(); }

 private:
    struct Part {
        Ipv4 first;
        Ipv4 last;
        PoolUse use;
    };
    void count_some();
    /// True: the range is done.
    [[nodiscard]] bool count(Part& part, const dhcp::LeaseTable& leases, std::size_t& rows);
    void on_turn(ev::timer&, int) { count_some(); }

    std::function<const dhcp::LeaseTable*()> leases_;
    std::vector<Part> ranges_;
    std::size_t at_ = 0;
    std::optional<Ipv4> next_;  ///< address to go on from in that range: the table may change between turns
    std::vector<PoolUse> counted_;
    ev::timer turn_;
};

}  // namespace pxed::io
