#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "dhcp/decide.hpp"
#include "dhcp/lease_table.hpp"

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
/// callbacks may come from inside commit().
class Surroundings {
 public:
    virtual ~Surroundings() = default;
    virtual void send(const Outgoing& outgoing) = 0;
    /// Test whether somebody on the network of `interface` has `address`; answer by Server::on_probe_answer.
    virtual void probe(Ipv4 address, unsigned interface) = 0;
    virtual void tell(machine::Event event) = 0;
    /// A line for log-dhcp.
    virtual void trace(const std::string& text) = 0;
};

/// DHCP service without sockets and clocks: decides each message of a batch, makes changes visible at once,
/// commits them together, and lets a reply go only when all it rests on is stored (RFC 2131 3.1(4)). Owns the
/// leases.
class Server {
 public:
    Server(const Policy& policy, LeaseStore& store, Surroundings& surroundings);

    /// Takes over a new configuration; leases and holds stay. `policy` must outlive the server or the next
    /// call.
    void use(const Policy& policy) { policy_ = &policy; }
    /// At start: the rows the store has.
    void load(std::span<const Lease> rows) { leases_.load(rows); }

    /// Decides a batch, in order, then commits its changes as one transaction and sends what need not wait.
    void receive(std::vector<Arrival> batch, std::span<const Link> links, Now now);
    /// The prober's answer; decides again what waited for it.
    void on_probe_answer(Ipv4 address, bool is_in_use, std::span<const Link> links, Now now);
    /// Timed work: expiry, holds. Call at or after next_deadline().
    void on_time(Now now);
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    /// Drops what waits for probes and the store; used before shutdown.
    void abandon();

    [[nodiscard]] const LeaseTable& leases() const { return leases_; }
    /// Replies that wait for the store, and messages that wait for a probe.
    [[nodiscard]] std::size_t waiting() const;

 private:
    const Policy* policy_;
    LeaseStore& store_;
    Surroundings& surroundings_;
    LeaseTable leases_;
    // the private rest is the implementation's
};

}  // namespace pxed::dhcp
