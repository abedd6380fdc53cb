#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "dhcp/decide.hpp"
#include "dhcp/delay_desk.hpp"
#include "dhcp/lease_table.hpp"
#include "dhcp/other_servers.hpp"
#include "dhcp/probe_desk.hpp"

namespace pxed::dhcp {

/// A reply that may leave now.
struct Outgoing {
    Message message;
    std::size_t limit = 548;
    Destination destination;
    unsigned interface = 0;  ///< index of the interface the request came by
};

/// What the server asks of its surroundings. All calls are made from within Server's public functions or the
/// store's callbacks; an implementation must not call back into the server from them, except that store
/// callbacks may come from inside commit() and that deadline_changed() may ask for the deadline.
class Surroundings {
 public:
    virtual ~Surroundings() = default;
    virtual void send(const Outgoing& outgoing) = 0;
    /// Test whether somebody on the network of `interface` has `address`; answer by Server::on_probe_answer.
    virtual void probe(Ipv4 address, unsigned interface) = 0;
    virtual void tell(machine::Event event) = 0;
    /// A line for log-dhcp.
    virtual void trace(const std::string& text) = 0;
    /// The time, for an answer of the store: those come by themselves.
    [[nodiscard]] virtual Now time() const = 0;
    /// What all services have seen of this machine so far; nullptr: nothing. Good until the next tell().
    [[nodiscard]] virtual const machine::Machine* machine_of(const HwAddr& hardware) const = 0;
    /// The store has this row now: for those who follow the leases (Server::tell_leases()).
    virtual void lease_stored(StoredLease) {}
    /// The store answered: Server::next_deadline() may be another one.
    virtual void deadline_changed() = 0;
};

/// DHCP service without sockets and clocks: decides each message of a batch, makes changes visible at once,
/// commits them together, and lets a reply go only when all it rests on is stored (RFC 2131 3.1(4)). Owns the
/// leases. Requires: the store gives no answer after the server is gone.
class Server {
 public:
    /// Replies that may wait for the store; a message that would make one more is dropped (`overloaded`).
    static constexpr std::size_t k_most_waiting = 4096;
    /// How often a message is decided anew because the store knew better.
    static constexpr unsigned k_most_attempts = 4;
    /// Leases that end in one transaction.
    static constexpr std::size_t k_expiry_batch = 256;
    /// Pause after a failure to store that leases have ended.
    static constexpr seconds k_expiry_pause{5};

    Server(const Policy& policy, LeaseStore& store, Surroundings& surroundings);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Takes over a new configuration; leases and holds stay. `policy` must outlive the server or the next
    /// call.
    void use(const Policy& policy);
    /// Whether decisions are told in full by Surroundings::trace(); not at first. The texts cost more than
    /// the decisions.
    void trace_decisions(bool traces) { traces_ = traces; }
    /// Whether each row that is stored is told by Surroundings::lease_stored(); not at first.
    void tell_leases(bool tells) { tells_leases_ = tells; }
    /// At start: the rows the store has.
    void load(std::span<const Lease> rows);

    /// The interfaces of this moment; at the start, and whenever they change. A message that waits for an
    /// interface that has gone is dropped.
    void follow(std::span<const Link> links);
    /// Decides a batch, in order, then commits its changes as one transaction and sends what need not wait.
    void receive(std::vector<Arrival> batch, Now now);
    /// Another server's reply to one of its clients, heard on the wire: told when something is wrong with it.
    void hear(const ForeignReply& reply, Now now);
    /// The prober's answer; decides again what waited for it.
    void on_probe_answer(Ipv4 address, bool is_in_use, Now now);
    /// Timed work: leases and holds that end, probes that were never answered, replies that were to be late.
    /// Call at or after next_deadline().
    void on_time(Now now);
    /// When on_time() is next needed. Ask again after each call of any function above, and at each
    /// Surroundings::deadline_changed().
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    /// Drops what waits for probes and the store, unanswered; used before shutdown. What the store still
    /// stores stays stored.
    void abandon();

    [[nodiscard]] const LeaseTable& leases() const { return leases_; }
    [[nodiscard]] const OtherServers& others() const { return others_; }
    /// Replies that wait for the store or for their time, and messages that wait for a probe.
    [[nodiscard]] std::size_t waiting() const {
        return replies_waiting_ + desk_.waiting() + delays_.waiting();
    }

 private:
    /// A decided message whose answer waits for the store.
    struct Answer {
        Question question;
        Decision decision;             ///< its changes are in the flight
        std::vector<Hold> used_holds;  ///< to be put back when the store fails
        std::uint64_t version = 0;     ///< of the newest row it rests on
    };
    /// One commit under way.
    struct Flight {
        std::vector<Change> changes;         ///< one an address; gone once committed
        std::vector<std::uint64_t> tickets;  ///< of the table, in the order they were applied
        std::vector<Answer> answers;
        std::vector<machine::Event> events;  ///< to be told once stored: leases that ended
        std::vector<StoredLease> rows;       ///< to be told once stored, one an address: tell_leases()
    };

    /// Keeps a broken store from filling the log: a few tellings a window, the rest counted.
    struct FailureTelling {
        Instant window_ends{};
        std::uint32_t told = 0;
        std::uint32_t kept_back = 0;
    };

    void see(Now now);
    [[nodiscard]] const Link* find_link(unsigned interface) const;
    void decide_all(std::vector<Question> questions);
    void take(Question question, Flight& flight);
    void note_others(const Arrival& arrival, const Decision& decision);
    void await_probe(Question question, Decision decision);
    void apply_holds(const Decision& decision);
    void add_changes(std::vector<Change> changes, Flight& flight);
    void expire();

    void launch(Flight flight);
    void land(std::uint64_t number, const CommitResult& result);
    void settle(const Flight& flight, const CommitResult& result);
    /// Whether the lease an ACK speaks of is the client's still. While the ACK waited, the client may have
    /// given the address up and somebody else may have it: two ACKs for one address must not be on the wire
    /// together.
    [[nodiscard]] bool is_still_true(const Answer& answer) const;
    void on_stored(Flight flight);
    void on_failed(Flight flight, const std::string& why);
    void on_conflict(Flight flight);

    /// Sends, now or at the time the decision names.
    void answer(Question question, Decision decision);
    void send_delayed();
    /// Sends the reply, if there is one, and tells the events.
    void send(const Question& question, Decision& decision);
    void tell(machine::Event event, const Question& question);
    void tell_failure(const Answer& answer, const std::string& why);
    void tell_silence(const Question& question, Reason reason, std::string detail);

    const Policy* policy_;
    bool traces_ = false;
    bool tells_leases_ = false;
    LeaseStore& store_;
    Surroundings& surroundings_;
    LeaseTable leases_;
    ProbeDesk desk_;
    DelayDesk delays_;
    OtherServers others_;
    std::vector<Link> links_;
    Now now_;  ///< as last told
    std::map<std::uint64_t, Flight> flights_;
    std::uint64_t last_flight_ = 0;
    std::uint64_t last_ticket_ = 0;
    std::uint64_t last_version_ = 0;                      ///< of any row
    std::unordered_map<Ipv4, std::uint64_t> taken_away_;  ///< version that took an address from its client
    std::size_t replies_waiting_ = 0;
    Instant expire_again_at_{};  ///< after a failure to store expiry
    FailureTelling failure_telling_;
};

}  // namespace pxed::dhcp
