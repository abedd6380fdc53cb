// What the relay agent makes of a message, in place of the daemon's edge.
#include <set>
#include <utility>

#include "dhcp/relay.hpp"
#include "io/served.hpp"
#include "player.hpp"

namespace pxed::scenario {

namespace {

constexpr std::size_t k_no_limit = 65507;

}  // namespace

bool Player::is_relayed(const dhcp::Arrival& arrival) {
    std::set<unsigned> served;
    for (const io::Interface& interface : interfaces()) {
        if (io::is_served(configs_.back().daemon, interface)) served.insert(interface.index);
    }
    const auto datagram = dhcp::build(arrival.message, k_no_limit).bytes;
    auto decision = dhcp::relay({.policy = configs_.back().dhcp,
                                 .datagram = datagram,
                                 .link = *arrival.link,
                                 .source = arrival.source,
                                 .was_unicast = arrival.was_unicast,
                                 .links = links_,
                                 .served = served});
    if (!decision) return false;
    for (dhcp::Forwarded& forwarded : decision->forwarded) {
        // As its receiver reads it. The rules of our own replies are not its sender's.
        auto message = dhcp::parse(forwarded.datagram);
        if (!message) broken_.emplace_back("a relayed message does not parse");
        replies_.push_back({message ? std::move(*message) : dhcp::Message{}, k_no_limit,
                            forwarded.destination, forwarded.interface});
    }
    for (machine::Event& event : decision->events)
        events_.push_back(std::move(event));
    return true;
}

}  // namespace pxed::scenario
