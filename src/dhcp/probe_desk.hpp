#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ipv4.hpp"
#include "base/time.hpp"
#include "dhcp/arrival.hpp"
#include "dhcp/decide.hpp"

namespace pxed::dhcp {

/// A message to be decided, perhaps not for the first time. It names its interface by index: while it waits,
/// the list of interfaces may change under it.
struct Question {
    Arrival arrival;  ///< `arrival.link` is set anew for each decision
    unsigned interface = 0;
    unsigned attempts = 0;  ///< decisions the store has overturned so far
};

/// Which addresses are being tested for a conflict, who waits for the outcome, and what the last tests said.
class ProbeDesk : public Probed {
 public:
    /// Probes at one time; beyond, addresses are offered untested, as dnsmasq does when it is busy.
    static constexpr std::size_t k_most_probes = 64;
    /// Clients that wait for one address. Holds keep clients apart, so more than one is rare already.
    static constexpr std::size_t k_most_waiting_each = 4;
    /// A free address need not be tested again for this long (dnsmasq's time).
    static constexpr seconds k_free_fresh{30};
    /// An address somebody answered for is left alone for this long; then it is tested again.
    static constexpr seconds k_in_use_fresh{60};
    /// The prober's answer is taken for lost after this long: longer than it ever waits, shorter than a
    /// client's patience.
    static constexpr seconds k_longest_probe{1};

    enum class Joined : std::uint8_t {
        first,  ///< nobody tests the address yet: start a probe
        later,  ///< a probe is under way
        full,   ///< no room; the message is not kept
    };

    [[nodiscard]] std::optional<Answer> find(Ipv4 address) const override;
    /// Whether another address may be tested now.
    [[nodiscard]] bool has_room() const { return probes_.size() < k_most_probes; }

    /// Keeps `question` until `address` is tested. A client waits once: its newer message replaces its older
    /// one wherever that waits, because a client listens only for its last transaction. A question that finds
    /// no room is left as it was, otherwise it is moved from.
    [[nodiscard]] Joined join(Ipv4 address, Question& question, Instant now);
    /// Remembers the outcome and gives back who waited for it. An answer nobody waits for is remembered too.
    [[nodiscard]] std::vector<Question> answer(Ipv4 address, Answer answer, Instant now);
    /// The addresses whose probe has been under way for too long.
    [[nodiscard]] std::vector<Ipv4> overdue(Instant now) const;
    /// Forgets outcomes that are no longer fresh. find() knows no clock: call this before deciding.
    void forget_stale(Instant now);
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    [[nodiscard]] std::size_t waiting() const;
    /// Forgets who waits; outcomes stay.
    void abandon() { probes_.clear(); }

 private:
    struct Probe {
        Instant deadline{};
        std::vector<Question> waiting;
    };
    struct Outcome {
        Answer answer = Answer::free;
        Instant stale_at{};
    };
    void leave(const Message& message);

    std::map<Ipv4, Probe> probes_;
    std::unordered_map<Ipv4, Outcome> outcomes_;
    std::set<std::pair<Instant, Ipv4>> by_staleness_;  ///< when each outcome goes stale
};

}  // namespace pxed::dhcp
