#pragma once

#include <span>
#include <vector>

#include "dhcp/decide.hpp"

namespace pxed::dhcp {

/// Notes what the changes of `decision`, which answers `arrival`, make of the rows; of two changes to one
/// address the later counts. Takes the decision's facts.
void note_rows(Decision& decision, const Arrival& arrival, std::vector<StoredLease>& rows);

/// The same for leases that end by themselves.
void note_ended(std::span<const Change> changes, std::vector<StoredLease>& rows);

/// The event of a lease, or of a quarantine, that came to its end.
[[nodiscard]] machine::Event end_event(const Lease& lease);

}  // namespace pxed::dhcp
