#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dhcp/address_runs.hpp"
#include "dhcp/end_index.hpp"
#include "dhcp/holds.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/recognition.hpp"

namespace pxed::dhcp {

/// Whether the client that is known in this way has the row.
[[nodiscard]] bool is_lease_of(const Lease& row, const HwAddr& hardware, const ClientId& client_id,
                               Recognition recognition);

/// All leases and holds, with every look-up the decisions need in constant or logarithmic time. A row is
/// `unstored` from apply() until settle() says that the store has it: an answer that rests on it must wait
/// for the store as well.
class LeaseTable {
 public:
    /// The row of `address`, declined rows included.
    [[nodiscard]] const Lease* find(Ipv4 address) const;
    /// The client's bound lease, as dnsmasq identifies clients: the row with this client id; else the row
    /// with this hardware address, if it or the request lacks a client id or `recognition` knows it so. An
    /// empty `client_id` looks by hardware alone.
    [[nodiscard]] const Lease* find(const HwAddr& hardware, const ClientId& client_id,
                                    Recognition recognition = Recognition::client_id) const;
    /// The bound leases of this hardware address, whoever of its systems has them.
    [[nodiscard]] std::vector<const Lease*> leased_to(const HwAddr& hardware) const;
    /// The bound leases whose machines have this name, whatever the case of its letters.
    [[nodiscard]] std::vector<const Lease*> named(std::string_view host_name) const;
    [[nodiscard]] const Hold* find_hold(Ipv4 address) const { return holds_.find(address); }
    [[nodiscard]] const Hold* find_hold(const HwAddr& hardware, const ClientId& client_id,
                                        Recognition recognition = Recognition::client_id) const {
        return holds_.find(hardware, client_id, recognition);
    }
    /// Free: no row that has not expired and no hold of anybody else at `now`. A declined row is in the way
    /// of everybody but the client that was offered it all the same.
    [[nodiscard]] bool is_free_for(Ipv4 address, const HwAddr& hardware, const ClientId& client_id,
                                   Instant now, Recognition recognition = Recognition::client_id) const;
    /// The first address from `from` to `last` that is not set aside and has no row and no hold, expired ones
    /// apart. Cost: logarithmic, and a step for each row that has ended since pass_time().
    [[nodiscard]] std::optional<Ipv4> first_vacant(Ipv4 from, Ipv4 last, Instant now) const;
    [[nodiscard]] bool is_unstored(Ipv4 address) const;
    [[nodiscard]] std::size_t lease_count() const { return leases_.size(); }
    /// Rows that somebody has, without the declined ones.
    [[nodiscard]] std::size_t bound_count() const { return leases_.size() - declined_ends_.size(); }
    /// The addresses this client declined and nobody may have yet, the one that ends first in front.
    [[nodiscard]] std::vector<const Lease*> declined_by(const HwAddr& hardware) const;
    /// The address the client had when its last lease ended (RFC 2131 4.3.1: the previous address first).
    /// Remembered in memory for the last `k_most_remembered` clients.
    [[nodiscard]] std::optional<Ipv4> previous_of(const HwAddr& hardware, const ClientId& client_id,
                                                  Recognition recognition = Recognition::client_id) const;
    [[nodiscard]] std::size_t hold_count() const { return holds_.size(); }
    /// The highest leased address between the two, for dhcp-sequential-ip.
    [[nodiscard]] std::optional<Ipv4> highest_between(Ipv4 first, Ipv4 last) const;
    /// The hold that ends first within the range, if any: the one to give way when a pool is full of holds.
    [[nodiscard]] const Hold* oldest_hold_between(Ipv4 first, Ipv4 last) const {
        return holds_.oldest_between(first, last);
    }
    /// The declined row within the range that ends first, if any: a pool with nothing else left tries it.
    [[nodiscard]] const Lease* oldest_declined_between(Ipv4 first, Ipv4 last) const;
    /// Deletions for the rows that have expired by `now`, at most `limit`.
    [[nodiscard]] std::vector<Change> expired(Instant now, std::size_t limit) const;
    [[nodiscard]] std::optional<Instant> next_expiry() const;

    /// All rows in address order.
    [[nodiscard]] const std::map<Ipv4, Lease>& leases() const { return leases_; }

    /// At start: rows as the store had them. Replaces everything.
    void load(std::span<const Lease> rows);
    /// Makes the changes visible to the next decision at once and remembers the rows they replaced under
    /// `ticket`; several calls may share one. A row keeps the version it carries, and gets at least
    /// `replaces + 1`. Requires: tickets grow.
    void apply(std::span<const Change> changes, std::uint64_t ticket);
    /// What the store said of the changes of `ticket`. Failed: the rows it replaced come back unless a later
    /// ticket has changed them again. Conflict: the store's row is taken over.
    void settle(std::uint64_t ticket, const CommitResult& result);

    /// Remembers a promise; one a client by dnsmasq's rule, the newest counts. Forgets the oldest beyond
    /// `k_most_holds`.
    void hold(Hold hold);
    void release_hold(Ipv4 address);
    /// Holds that have ended are forgotten, and rows that have ended are in nobody's way any more.
    void pass_time(Instant now);
    /// Addresses that first_vacant() is to pass over though nobody has them: those of dhcp-host lines,
    /// mostly. They take the place of those before.
    void set_aside(std::span<const Ipv4> addresses);

    static constexpr std::size_t k_most_holds = 65536;
    static constexpr std::size_t k_most_remembered = 16384;

 private:
    struct Pending {
        Ipv4 address;
        std::optional<Lease> previous;  ///< what the store has if this change fails
    };
    struct Remembered {
        Ipv4 address;
        ClientId client_id;
        bool was_netbooted = false;
    };
    void put(const Lease& lease);
    void renew(Lease& row, const Lease& lease);  ///< put() for what is found in the same ways
    void erase(Ipv4 address);
    void drop(Ipv4 address);  ///< erase() without note_occupation()
    void settle_failed(std::uint64_t ticket, const Pending& pending);
    void land(Ipv4 address);
    void remember(const Lease& ended);
    /// Whether the address is in the way of first_vacant(), as far as time has passed here.
    [[nodiscard]] bool is_occupied(Ipv4 address) const;
    /// To be called after whatever may change is_occupied().
    void note_occupation(Ipv4 address) { occupied_.set(address, is_occupied(address)); }
    [[nodiscard]] bool is_vacant_at(Ipv4 address, Instant now) const;

    std::map<Ipv4, Lease> leases_;
    std::unordered_multimap<HwAddr, Ipv4> by_hardware_;
    std::unordered_multimap<ClientId, Ipv4> by_client_id_;
    std::unordered_multimap<std::string, Ipv4> by_name_;  ///< in lower case
    std::set<std::pair<Instant, Ipv4>> by_expiry_;
    std::map<std::uint64_t, std::vector<Pending>> pending_;
    struct InFlight {
        unsigned changes = 0;
        std::uint64_t known = 0;  ///< the newest ticket that told what the store has
    };
    std::unordered_map<Ipv4, InFlight> unstored_;
    Holds holds_;
    EndIndex declined_ends_;  ///< of the declined rows
    std::unordered_map<HwAddr, Remembered> previous_;
    std::deque<HwAddr> remembered_order_;
    std::unordered_set<Ipv4> aside_;
    AddressRuns occupied_;  ///< the addresses of which is_occupied() holds
    Instant passed_ = Instant::min();
};

}  // namespace pxed::dhcp
