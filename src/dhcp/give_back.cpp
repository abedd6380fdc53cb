// DHCPDECLINE and DHCPRELEASE (RFC 2131 4.3.3, 4.3.4). Neither has an answer.
#include "dhcp/answer.hpp"

namespace pxed::dhcp {

namespace {

using machine::Stage;

constexpr seconds k_quarantine{600};
// One client, however often it declines, keeps no more addresses from the others than this.
constexpr std::size_t k_most_declined = 8;

bool is_for_us(const Inquiry& inquiry) {
    const auto server_id = inquiry.message().options.address(k_server_id);
    return server_id && inquiry.is_server_id(*server_id);
}

}  // namespace

Decision decline(const Inquiry& inquiry) {
    const Client& client = inquiry.client;
    const LeaseTable& leases = inquiry.context.leases;
    // RFC 2131 table 5: the address is in option 50; some put it into ciaddr.
    const Ipv4 address = client.requested.value_or(client.ciaddr);
    if (!is_for_us(inquiry)) return silence(inquiry, Stage::decline, Reason::other_server, address);
    // Whoever could decline anything could empty a pool: it must have been given or offered the address.
    const Hold* hold = leases.find_hold(client.hardware, client.id, client.recognition);
    const bool was_offered = hold != nullptr && hold->address == address;
    const bool is_leased = inquiry.lease != nullptr && inquiry.lease->address == address;
    if (!was_offered && !is_leased) return silence(inquiry, Stage::decline, Reason::unknown_lease, address);

    Decision decision = silence(inquiry, Stage::decline, Reason::address_declined, address);
    decision.events.front().detail = inquiry.message().options.text(k_message).value_or(std::string_view{});
    const Lease* before = leases.find(address);
    const std::uint64_t version = before == nullptr ? 0 : before->version;
    // RFC 2131 4.3.3: the address MUST be marked as not available.
    Lease row{.address = address,
              .state = Lease::State::declined,
              .hardware = client.hardware,
              .client_id = client.id,
              .host_name = {},
              .expires = after(inquiry.context.now.instant, k_quarantine),
              .duration = k_quarantine,
              .server_id = {},
              .version = version + 1};
    decision.changes.push_back({.address = address, .row = std::move(row), .replaces = version});
    if (hold != nullptr) decision.released_holds.push_back(hold->address);
    if (const auto declined = leases.declined_by(client.hardware); declined.size() >= k_most_declined) {
        const Lease& oldest = *declined.front();
        decision.changes.push_back(
            {.address = oldest.address, .row = std::nullopt, .replaces = oldest.version});
    }
    return decision;
}

Decision release(const Inquiry& inquiry) {
    const Arrival& arrival = inquiry.context.arrival;
    const Ipv4 address = arrival.message.ciaddr;
    if (!is_for_us(inquiry)) return silence(inquiry, Stage::release, Reason::other_server, address);
    if (inquiry.lease == nullptr || inquiry.lease->address != address)
        return silence(inquiry, Stage::release, Reason::unknown_lease, address);
    // Only the machine at the address gives it back: RFC 2131 4.4.6 has it sent from there.
    const bool is_from_elsewhere = !arrival.source.is_zero() && arrival.source != address;
    if (arrival.message.giaddr.is_zero() && is_from_elsewhere)
        return silence(inquiry, Stage::release, Reason::wrong_address, address);

    Decision decision = silence(inquiry, Stage::release, Reason::none, address);
    decision.events.front().host_name = inquiry.lease->host_name;
    decision.changes.push_back({.address = address, .row = std::nullopt, .replaces = inquiry.lease->version});
    return decision;
}

}  // namespace pxed::dhcp
