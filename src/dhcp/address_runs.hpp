#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "base/ipv4.hpp"

namespace pxed::dhcp {

/// A set of addresses, kept as its runs of neighbours, so that the next address that is not in it is one step
/// away however many are: a pool that is full, or leased from one end, is a single run. Each call costs the
/// logarithm of the number of runs.
class AddressRuns {
 public:
    /// Puts the address in or takes it out; what is so already stays so.
    void set(Ipv4 address, bool is_in);
    [[nodiscard]] bool contains(Ipv4 address) const;
    /// The first address from `from` to `last` that is not in the set.
    [[nodiscard]] std::optional<Ipv4> first_gap(Ipv4 from, Ipv4 last) const;
    [[nodiscard]] std::size_t run_count() const { return last_by_first_.size(); }

 private:
    using Runs = std::map<Ipv4, Ipv4>;
    void insert(Ipv4 address);
    void erase(Ipv4 address);
    [[nodiscard]] Runs::const_iterator run_of(Ipv4 address) const;

    Runs last_by_first_;  ///< no two runs touch
};

}  // namespace pxed::dhcp
