#include "dhcp/holds.hpp"

#include <algorithm>

namespace pxed::dhcp {

const Hold* Holds::find(Ipv4 address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : &found->second;
}

const Hold* Holds::find(const HwAddr& hardware, const ClientId& client_id, Recognition recognition) const {
    const Hold* other_stage = nullptr;
    auto [entry, last] = by_hardware_.equal_range(hardware);
    for (; entry != last; ++entry) {
        const Hold& hold = by_address_.at(entry->second);
        if (is_same_client(hardware, client_id, hold.hardware, hold.client_id)) return &hold;
        const bool is_newer = other_stage == nullptr || hold.expires > other_stage->expires;
        if (is_newer && is_whose(hold, hardware, client_id, recognition)) other_stage = &hold;
    }
    return other_stage;
}

const Hold* Holds::oldest_between(Ipv4 first, Ipv4 last) const {
    const auto oldest = ends_between_.first_between(first, last);
    return oldest ? find(oldest->second) : nullptr;
}

void Holds::put(Hold hold) {
    by_hardware_.emplace(hold.hardware, hold.address);
    by_expiry_.emplace(hold.expires, hold.address);
    ends_between_.insert({hold.address, hold.expires});
    const Ipv4 address = hold.address;
    by_address_.insert_or_assign(address, std::move(hold));
}

bool Holds::erase(Ipv4 address) {
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return false;
    const auto [first, last] = by_hardware_.equal_range(found->second.hardware);
    const auto entry = std::find_if(first, last, [&](const auto& e) { return e.second == address; });
    if (entry != last) by_hardware_.erase(entry);
    by_expiry_.erase({found->second.expires, address});
    ends_between_.erase(address);
    by_address_.erase(found);
    return true;
}

}  // namespace pxed::dhcp
