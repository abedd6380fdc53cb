#include "io/pool_tally.hpp"

#include <utility>

namespace pxed::io {

PoolTally::PoolTally(ev::loop_ref loop, std::function<const dhcp::LeaseTable*()> leases)
    : leases_(std::move(leases)), turn_(loop) {
    turn_.set<PoolTally, &PoolTally::on_turn>(this);
}

void PoolTally::refresh(const std::vector<dhcp::Range>& ranges) {
    if (is_counting()) return;
    ranges_.clear();
    at_ = 0;
    for (const auto& range : ranges) {
        if (range.is_static || range.is_proxy) continue;
        ranges_.push_back({range.first, range.last, {range.first.text() + '-' + range.last.text()}});
    }
    next_.reset();
    count_some();
}

void PoolTally::count_some() {
    const auto* leases = leases_();
    std::size_t rows = 0;
    while (leases != nullptr && at_ < ranges_.size()) {
        if (!count(ranges_[at_], *leases, rows)) {
            turn_.start(0);
            return;
        }
        ++at_;
        next_.reset();
    }
    at_ = ranges_.size();
    counted_.clear();
    if (leases == nullptr) return;
    for (auto& range : ranges_) {
        const auto size = std::uint64_t{range.last.value() - range.first.value()} + 1;
        range.use.free = size - range.use.leased - range.use.declined;
        counted_.push_back(std::move(range.use));
    }
}

bool PoolTally::count(Part& part, const dhcp::LeaseTable& leases, std::size_t& rows) {
    const auto& table = leases.leases();
    auto row = table.lower_bound(next_.value_or(part.first));
    for (; row != table.end() && row->first <= part.last; ++row) {
        if (rows++ >= k_rows) {
            next_ = row->first;
            return false;
        }
        ++(row->second.state == dhcp::Lease::State::bound ? part.use.leased : part.use.declined);
    }
    return true;
}

}  // namespace pxed::io
