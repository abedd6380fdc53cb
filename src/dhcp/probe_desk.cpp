#include "dhcp/probe_desk.hpp"

#include <algorithm>
#include <utility>

#include "dhcp/client.hpp"

namespace pxed::dhcp {

std::optional<Probed::Answer> ProbeDesk::find(Ipv4 address) const {
    const auto found = outcomes_.find(address);
    if (found == outcomes_.end()) return std::nullopt;
    return found->second.answer;
}

void ProbeDesk::leave(const Message& message) {
    for (auto& [address, probe] : probes_) {
        std::erase_if(probe.waiting, [&](const Question& question) {
            return is_same_client(question.arrival.message, message);
        });
    }
}

ProbeDesk::Joined ProbeDesk::join(Ipv4 address, Question& question, Instant now) {
    // Wherever it waited: after a reload, say, the same client may be offered another address.
    leave(question.arrival.message);
    const auto found = probes_.find(address);
    if (found == probes_.end()) {
        if (!has_room()) return Joined::full;
        Probe probe{now + k_longest_probe, {}};
        probe.waiting.push_back(std::move(question));
        probes_.emplace(address, std::move(probe));
        return Joined::first;
    }
    if (found->second.waiting.size() >= k_most_waiting_each) return Joined::full;
    found->second.waiting.push_back(std::move(question));
    return Joined::later;
}

std::vector<Question> ProbeDesk::answer(Ipv4 address, Answer answer, Instant now) {
    const Instant stale_at = now + (answer == Answer::free ? k_free_fresh : k_in_use_fresh);
    auto& outcome = outcomes_[address];
    by_staleness_.erase({outcome.stale_at, address});
    outcome = {answer, stale_at};
    by_staleness_.emplace(stale_at, address);
    // The prober may answer after its time was up: the outcome is worth knowing, but nobody waits for it.
    auto probe = probes_.extract(address);
    return probe.empty() ? std::vector<Question>{} : std::move(probe.mapped().waiting);
}

std::vector<Ipv4> ProbeDesk::overdue(Instant now) const {
    std::vector<Ipv4> addresses;
    for (const auto& [address, probe] : probes_) {
        if (probe.deadline <= now) addresses.push_back(address);
    }
    return addresses;
}

void ProbeDesk::forget_stale(Instant now) {
    // By their order, for this is asked before every batch, and after half a minute of a boot storm there is
    // one to forget each time, and thousands to keep.
    while (!by_staleness_.empty() && by_staleness_.begin()->first <= now) {
        outcomes_.erase(by_staleness_.begin()->second);
        by_staleness_.erase(by_staleness_.begin());
    }
}

std::optional<Instant> ProbeDesk::next_deadline() const {
    std::optional<Instant> first;
    for (const auto& [address, probe] : probes_) {
        first = first ? std::min(*first, probe.deadline) : probe.deadline;
    }
    return first;
}

std::size_t ProbeDesk::waiting() const {
    std::size_t count = 0;
    for (const auto& [address, probe] : probes_)
        count += probe.waiting.size();
    return count;
}

}  // namespace pxed::dhcp
