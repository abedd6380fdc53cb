#include "dhcp/host.hpp"

#include <algorithm>

#include "base/reversed.hpp"

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

// Tagged lines first; among equals the last line of the file, for which the list is walked backwards.
template <typename Fits>
const Host* best_host(const Policy& policy, const Place* place, const Tags& tags, const Fits& fits) {
    for (const bool is_tagged : {true, false}) {
        const Host* best = nullptr;
        Fit best_fit;
        for (const auto& host : reversed(policy.hosts)) {
            if (host.tests.empty() == is_tagged || !tags.satisfy(host.tests) || !is_usable(host, place))
                continue;
            const Fit this_fit = fits(host);
            if (!this_fit || (best_fit && *best_fit <= *this_fit)) continue;
            best = &host;
            best_fit = this_fit;
        }
        if (best != nullptr) return best;
    }
    return nullptr;
}

}  // namespace

bool has_hardware(const Host& host, const HwAddr& hardware) {
    return std::ranges::any_of(host.hardware, [&](const HwPattern& p) { return p.matches(hardware); });
}

const Host* find_host(const Policy& policy, const Place* place, const Client& client, const Tags& tags) {
    return best_host(policy, place, tags, [&](const Host& host) { return fit(host, client); });
}

const Host* find_host_by_name(const Policy& policy, const Place& place, const Client& client,
                              const Tags& tags) {
    if (client.host_name.empty()) return nullptr;
    return best_host(policy, &place, tags, [&](const Host& host) -> Fit {
        if (!host.hardware.empty() || !host.client_ids.empty()) return std::nullopt;
        const auto label = std::string_view{host.name}.substr(0, host.name.find('.'));
        return equal_ignoring_case(label, client.host_name) ? Fit{0} : std::nullopt;
    });
}

const Host* find_reservation(const Policy& policy, Ipv4 address) {
    const auto found = std::ranges::find(policy.hosts, std::optional{address}, &Host::address);
    return found == policy.hosts.end() ? nullptr : &*found;
}

}  // namespace pxed::dhcp
