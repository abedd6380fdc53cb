#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/time.hpp"
#include "wire/client_id.hpp"

namespace pxed::dhcp {

/// One row: an address and who has it.
struct Lease {
    enum class State : std::uint8_t {
        bound,
        declined,  ///< somebody else answered for the address: nobody gets it until `expires` (RFC
                   ///< 2131 4.3.3)
    };
    Ipv4 address;
    State state = State::bound;
    HwAddr hardware;
    ClientId client_id;
    std::string host_name;          ///< empty: none
    Instant expires{};              ///< k_never: an infinite lease
    seconds duration{0};            ///< what was granted
    std::optional<Ipv4> server_id;  ///< the override a relay asked for (RFC 5107)
    std::optional<Ipv4> relay{};    ///< the one it was taken through, as its clients know it: their router
    bool was_netbooted = false;     ///< firmware or its loader took it; what they start may have it as well
    std::uint64_t version = 0;      ///< grows with each write, never used twice; 0 only before the first

    friend bool operator==(const Lease&, const Lease&) = default;
};

/// One change to the row of `address`: the whole new row, or none for a deletion. `replaces` is the version
/// of the row it was decided on (0: there was none). The store writes the version the row carries, and at
/// least `replaces + 1`.
struct Change {
    Ipv4 address;
    std::optional<Lease> row;
    std::uint64_t replaces = 0;
};

/// What became of a commit. All changes of one commit share it, except that a conflict names its row.
struct Stored {};
struct Conflict {
    Ipv4 address;
    std::optional<Lease> row;  ///< what the store has there
};
struct Failed {
    std::string why;
};
using CommitResult = std::variant<Stored, Conflict, Failed>;

/// The durable record of leases. commit() may answer at once or later, in any order, but exactly once each;
/// the callback runs in the loop that owns the state. After `Stored` the changes survive kill -9 and a power
/// cut. A Conflict or Failed commit changed nothing.
class LeaseStore {
 public:
    using Done = std::function<void(const CommitResult&)>;

    virtual ~LeaseStore() = default;
    virtual void commit(std::vector<Change> changes, Done done) = 0;
};

}  // namespace pxed::dhcp
