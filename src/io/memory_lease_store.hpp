#pragma once

#include <utility>
#include <vector>

#include "dhcp/lease.hpp"

namespace pxed::io {

/// Stores nothing (leasefile-ro): the server's table is all there is, and dhcp-script keeps what is to be
/// kept. Answers inside commit(), so that no ACK waits.
class MemoryLeaseStore final : public dhcp::LeaseStore {
 public:
    void commit(std::vector<dhcp::Change>, Done done) override { done(dhcp::Stored{}); }
};

}  // namespace pxed::io
