#include "dhcp/host.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace pxed::dhcp {

namespace {

// How well a line fits; the lower the better, nothing: not at all.
using Fit = std::optional<int>;

bool has_client_id(const Host& host, const ClientId& id) {
    if (id.is_empty()) return false;
    // dhclient puts a zero byte in front of a text id; lines are written without it.
    const auto tail = id.bytes().subspan(1);
    return std::ranges::any_of(host.client_ids, [&](const ClientId& own) {
        return own == id || (id.bytes()[0] == 0 && std::ranges::equal(own.bytes(), tail));
    });
}

Fit fit(const Host& host, const Client& client) {
    if (has_client_id(host, client.id)) return 0;
    Fit best;
    for (const auto& pattern : host.hardware) {
        if (!pattern.matches(client.hardware)) continue;
        const int wildcards = 1 + pattern.wildcard_count();
        best = best ? std::min(*best, wildcards) : wildcards;
    }
    return best;
}

bool is_usable(const Host& host, const Place* place) {
    return place == nullptr || !host.address || place->serves(*host.address);
}

// Of the lines `numbers`: tagged ones first, then the better fit; among equals the last line of the file.
template <typename Fits>
const Host* best_host(const Policy& policy, const std::vector<HostList::Number>& numbers, const Place* place,
                      const Tags& tags, const Fits& fits) {
    struct Claim {
        bool is_untagged = true;
        int fit = 0;
        HostList::Number number = 0;
    };
    const auto is_better = [](const Claim& one, const Claim& other) {
        if (one.is_untagged != other.is_untagged) return other.is_untagged;
        return one.fit != other.fit ? one.fit < other.fit : one.number > other.number;
    };
    std::optional<Claim> best;
    for (const auto number : numbers) {
        const Host& host = policy.hosts[number];
        if (!tags.satisfy(host.tests) || !is_usable(host, place)) continue;
        const Fit fit = fits(host);
        if (!fit) continue;
        const Claim claim{host.tests.empty(), *fit, number};
        if (!best || is_better(claim, *best)) best = claim;
    }
    return best ? &policy.hosts[best->number] : nullptr;
}

}  // namespace

bool has_hardware(const Host& host, const HwAddr& hardware) {
    return std::ranges::any_of(host.hardware, [&](const HwPattern& p) { return p.matches(hardware); });
}

const Host* find_host(const Policy& policy, const Place* place, const Client& client, const Tags& tags) {
    return best_host(policy, policy.hosts.known_by(client.hardware, client.id), place, tags,
                     [&](const Host& host) { return fit(host, client); });
}

const Host* find_host_by_name(const Policy& policy, const Place& place, const Client& client,
                              const Tags& tags) {
    if (client.host_name.empty()) return nullptr;
    return best_host(policy, policy.hosts.known_by_name(client.host_name), &place, tags,
                     [](const Host&) { return Fit{0}; });
}

const Host* find_reservation(const Policy& policy, Ipv4 address) {
    return policy.hosts.keeper_of(address);
}

}  // namespace pxed::dhcp
