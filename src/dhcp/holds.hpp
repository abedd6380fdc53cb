#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/ipv4.hpp"
#include "base/time.hpp"
#include "dhcp/end_index.hpp"
#include "dhcp/recognition.hpp"

namespace pxed::dhcp {

/// An address promised by an OFFER (or being probed for one), in memory only.
struct Hold {
    Ipv4 address;
    HwAddr hardware;
    ClientId client_id;
    Instant expires{};
    bool was_netbooted = false;  ///< as in Lease
};

/// The promises of this moment, at most one an address. Which of them give way to which is LeaseTable's rule.
class Holds {
 public:
    [[nodiscard]] const Hold* find(Ipv4 address) const;
    /// The client's; one that was made for this very id goes before another stage's.
    [[nodiscard]] const Hold* find(const HwAddr& hardware, const ClientId& client_id,
                                   Recognition recognition = Recognition::client_id) const;
    /// The one that ends first between the two addresses.
    [[nodiscard]] const Hold* oldest_between(Ipv4 first, Ipv4 last) const;
    /// Their ends, the first in front.
    [[nodiscard]] const std::set<End>& ends() const { return by_expiry_; }
    [[nodiscard]] std::size_t size() const { return by_address_.size(); }

    /// Requires: no hold of its address.
    void put(Hold hold);
    /// Whether there was one.
    bool erase(Ipv4 address);

 private:
    std::map<Ipv4, Hold> by_address_;
    std::unordered_multimap<HwAddr, Ipv4> by_hardware_;
    std::set<End> by_expiry_;
    EndIndex ends_between_;
};

}  // namespace pxed::dhcp
