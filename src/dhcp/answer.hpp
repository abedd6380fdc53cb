#pragma once

#include "dhcp/decide.hpp"
#include "dhcp/inquiry.hpp"
#include "dhcp/reply.hpp"

namespace pxed::dhcp {

/// The decision to send the reply that says `terms`; `given_by` is the line that gave the address.
[[nodiscard]] Decision answer(const Inquiry& inquiry, machine::Stage stage, const Terms& terms,
                              Origin given_by = {});

/// The decision to refuse `address`.
[[nodiscard]] Decision refuse(const Inquiry& inquiry, Reason reason, Ipv4 address, Ipv4 server_id);

/// The decision to test `address` first and keep it for the client meanwhile.
[[nodiscard]] Decision test_first(const Inquiry& inquiry, Ipv4 address);

/// The promise of `address` to the client that asks.
[[nodiscard]] Hold hold_for(const Inquiry& inquiry, Ipv4 address);

/// The row that binds the address of `terms` to the client, in place of the one that is there.
[[nodiscard]] Change bind(const Inquiry& inquiry, const Terms& terms);

/// Puts `change` into the decision unless the store has exactly that row already: a reply may rest on it
/// then.
void put_change(const Inquiry& inquiry, Change change, Decision& decision);

/// Deletes the client's lease on another address: it has `address` from now on.
void end_other_lease(const Inquiry& inquiry, Ipv4 address, Decision& decision);

/// Whether one more lease would be more than dhcp-lease-max allows. Without that line each pool is its own
/// limit, which makes the sum of the pools.
[[nodiscard]] bool is_lease_limit_reached(const Inquiry& inquiry, std::size_t ending = 0);

// One function for each kind of message.
[[nodiscard]] Decision discover(const Inquiry& inquiry);
[[nodiscard]] Decision request(const Inquiry& inquiry);
[[nodiscard]] Decision decline(const Inquiry& inquiry);
[[nodiscard]] Decision release(const Inquiry& inquiry);
[[nodiscard]] Decision inform(const Inquiry& inquiry);
[[nodiscard]] Decision bootp(const Inquiry& inquiry);

}  // namespace pxed::dhcp
