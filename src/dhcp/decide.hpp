#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/origin.hpp"
#include "dhcp/arrival.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/lease_event.hpp"
#include "dhcp/lease_table.hpp"
#include "dhcp/policy.hpp"
#include "machine/event.hpp"
#include "machine/machines.hpp"
#include "machine/reason.hpp"

namespace pxed::dhcp {

/// How long an offered address is kept for its client: longer than any firmware takes from DISCOVER to
/// REQUEST (EDK2 and PXE ROMs wait up to 32 s between retries, and ask again before).
inline constexpr seconds k_hold_time{60};

/// Answers to conflict probes that are still fresh.
class Probed {
 public:
    enum class Answer : std::uint8_t { free, in_use };
    virtual ~Probed() = default;
    [[nodiscard]] virtual std::optional<Answer> find(Ipv4 address) const = 0;
};

/// All that a decision may look at. Nothing here is owned; everything outlives the call.
struct Context {
    const Policy& policy;
    const LeaseTable& leases;
    const Arrival& arrival;
    std::span<const Link> links;  ///< all interfaces, to know our own addresses
    Now now;
    const Probed& probed;
    bool probe_more = true;                     ///< false: too many probes are running, offer without one
    bool traces = false;                        ///< somebody reads Decision::trace
    bool tells_leases = false;                  ///< somebody reads Decision::facts
    const machine::Machine* machine = nullptr;  ///< what was seen of the sender before; none: nothing yet
    bool foreign_proxy_seen = false;            ///< another ProxyDHCP server answers on this link
};

/// What is to be done about one message. Effects are values; nobody has acted yet.
struct Decision {
    std::optional<Message> reply;
    std::size_t reply_limit = 548;  ///< bytes of payload the client takes (option 57, RFC 2132 9.10)
    Destination destination;
    std::optional<Instant> send_at;  ///< not before this moment (dhcp-reply-delay); only without `changes`
    std::optional<Ipv4> probe;    ///< test this address, then decide again; `holds` applies now, no reply yet
    std::vector<Change> changes;  ///< to be stored before the reply leaves
    std::vector<Hold> holds;
    std::vector<Ipv4> released_holds;
    std::vector<machine::Event> events;  ///< the first one is the log line of this decision
    Reason reason = Reason::none;        ///< why there is no reply, or what is to be said beside it
    Origin line;                         ///< the configuration line that decided
    std::optional<ClientFacts> facts;    ///< if Context::tells_leases: of the client that takes a lease
    std::string trace;  ///< if Context::traces: tags, ranges and options in words, lines split by \n
};

/// The step that a message of this type is when it got no answer.
[[nodiscard]] machine::Stage stage_of(MessageType type);

/// What to do about one message. Pure: no clock, socket, log, file, randomness or static state. Source: RFC
/// 2131 4.3, with dnsmasq 2.90's order of decisions (reference dnsmasq-directives A.6.1) where the RFC leaves
/// a choice. Cost: logarithmic in leases; linear in the matching directive lists.
[[nodiscard]] Decision decide(const Context& context);

}  // namespace pxed::dhcp
