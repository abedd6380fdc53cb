#include "dhcp/policy.hpp"

#include <bit>

namespace pxed::dhcp {

bool HwPattern::matches(const HwAddr& address) const {
    const auto given = address.bytes();
    if (given.size() != length || address.type() != type) return false;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const bool may_be_anything = (wildcards >> i & 1) != 0;
        if (!may_be_anything && given[i] != bytes[i]) return false;
    }
    return true;
}

int HwPattern::wildcard_count() const {
    return std::popcount(wildcards);
}

}  // namespace pxed::dhcp
