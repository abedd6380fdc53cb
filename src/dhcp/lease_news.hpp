#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "dhcp/lease_event.hpp"

namespace pxed::dhcp {

/// What is still to be told of the leases to somebody slower than they change. Holds for each address what
/// was told last and what is so now, so that ten changes while nobody listened are one thing to tell, and
/// memory does not grow with time. Order as dnsmasq has it: leases that ended, names that were lost, then
/// new and changed leases, then the repetition of all after a start.
class LeaseNews {
 public:
    /// Things that may wait in line. A new or changed lease that finds no room is told when the line is
    /// empty; a lost name is not told at all, and counted. Endings always wait: only a lease that was told
    /// can have one, so there is one an address.
    static constexpr std::size_t k_most_waiting = 10000;

    /// Forgets everything; `rows` are the leases of this moment, each to be told once as `changed`.
    void load(std::span<const Lease> rows);
    /// Every lease is to be told again.
    void repeat_all();
    /// Whether a lease that only got another end is told (script-on-renewal).
    void tell_renewals(bool tells) { tells_renewals_ = tells; }
    /// What the store has now.
    void learn(StoredLease stored);

    /// The next thing to tell, which counts as told; nothing: all is told.
    [[nodiscard]] std::optional<LeaseEvent> next();
    /// How much waits; a repetition counts as one.
    [[nodiscard]] std::size_t waiting() const;
    /// Lost names that found no room so far.
    [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
    struct Known {
        Lease now;
        bool was_told = false;         ///< as added, or by a repetition
        bool is_queued = false;        ///< in `changed_`
        bool is_overdue = false;       ///< should be there, and found no room
        std::uint64_t repetition = 0;  ///< the last one that was asked for when it was told
        std::string told_name;         ///< the listener's idea of its name
        std::string interface;
        Ipv4 relay;
        std::optional<ClientFacts> facts;  ///< until they are told
    };
    using Entry = std::map<Ipv4, Known>::iterator;

    void end(Entry entry);
    void begin(StoredLease stored);
    void follow(Known& known, StoredLease stored);
    void queue(Ipv4 address, Known& known);
    void move_lost_names(Ipv4 address);
    void put_lost_name(LeaseEvent event);
    [[nodiscard]] LeaseEvent tell(Known& known);
    [[nodiscard]] std::optional<LeaseEvent> next_changed();
    [[nodiscard]] std::optional<LeaseEvent> next_repeated();

    std::map<Ipv4, Known> known_;
    std::deque<LeaseEvent> ended_;
    std::deque<LeaseEvent> names_lost_;
    std::deque<Ipv4> changed_;         ///< in the order in which they changed first
    std::optional<Ipv4> repeat_from_;  ///< a walk over all leases has come to here
    bool repeats_all_ = false;         ///< it tells every lease, not only those that are overdue
    bool has_overdue_ = false;
    std::uint64_t repetition_ = 0;  ///< the number of the last one that was asked for
    bool tells_renewals_ = false;
    std::uint64_t lost_ = 0;
};

}  // namespace pxed::dhcp
