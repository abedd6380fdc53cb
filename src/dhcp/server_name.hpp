#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"

namespace pxed::dhcp {

/// A boot server that a line names instead of giving its address. The name is looked up in the hosts files
/// when the configuration is read and never again: a decision waits for no resolver, and pxed asks no DNS.
struct ServerName {
    std::string name;             ///< empty: the line names none
    std::vector<Ipv4> addresses;  ///< in the order of the hosts files; empty: nobody knows the name

    [[nodiscard]] bool is_given() const { return !name.empty(); }
    /// The address for that machine, the same one in each of its messages; 0.0.0.0 where nobody knows the
    /// name, none where none is given.
    [[nodiscard]] std::optional<Ipv4> address_for(const HwAddr& machine) const;
};

}  // namespace pxed::dhcp
