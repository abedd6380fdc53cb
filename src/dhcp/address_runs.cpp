#include "dhcp/address_runs.hpp"

#include <iterator>

namespace pxed::dhcp {

AddressRuns::Runs::const_iterator AddressRuns::run_of(Ipv4 address) const {
    const auto behind = last_by_first_.upper_bound(address);
    if (behind == last_by_first_.begin()) return last_by_first_.end();
    const auto run = std::prev(behind);
    return address <= run->second ? run : last_by_first_.end();
}

bool AddressRuns::contains(Ipv4 address) const {
    return run_of(address) != last_by_first_.end();
}

void AddressRuns::set(Ipv4 address, bool is_in) {
    if (contains(address) == is_in) return;
    if (is_in) {
        insert(address);
    } else {
        erase(address);
    }
}

// Compared as 64 bits, or the neighbour of 255.255.255.255 would be 0.0.0.0.
void AddressRuns::insert(Ipv4 address) {
    const auto behind = last_by_first_.upper_bound(address);
    const bool joins_behind =
        behind != last_by_first_.end() && behind->first.value() == std::uint64_t{address.value()} + 1;
    const Ipv4 last = joins_behind ? behind->second : address;
    if (behind != last_by_first_.begin()) {
        const auto before = std::prev(behind);
        if (std::uint64_t{before->second.value()} + 1 == address.value()) {
            before->second = last;
            if (joins_behind) last_by_first_.erase(behind);
            return;
        }
    }
    if (joins_behind) last_by_first_.erase(behind);
    last_by_first_.emplace(address, last);
}

void AddressRuns::erase(Ipv4 address) {
    const auto run = run_of(address);
    const auto [first, last] = *run;
    last_by_first_.erase(run);
    if (first < address) last_by_first_.emplace(first, Ipv4{address.value() - 1});
    if (address < last) last_by_first_.emplace(Ipv4{address.value() + 1}, last);
}

std::optional<Ipv4> AddressRuns::first_gap(Ipv4 from, Ipv4 last) const {
    if (last < from) return std::nullopt;
    const auto run = run_of(from);
    if (run == last_by_first_.end()) return from;
    if (last <= run->second) return std::nullopt;
    return Ipv4{run->second.value() + 1};
}

}  // namespace pxed::dhcp
