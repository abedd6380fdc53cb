#include "dhcp/address.hpp"

#include <algorithm>

#include "dhcp/host.hpp"

namespace pxed::dhcp {

namespace {

// Windows and some routers cannot cope with .0 and .255 of a class C network, subnetted or not.
bool is_unlucky(Ipv4 address) {
    const std::uint32_t last_byte = address.value() & 0xff;
    return class_netmask(address) == netmask_of(24) && (last_byte == 0 || last_byte == 255);
}

class Chooser {
 public:
    explicit Chooser(const Inquiry& inquiry) : inquiry_(inquiry) {}

    AddressChoice choose() {
        if (inquiry_.client.is_anonymous()) return none(Reason::no_unique_id);
        if (take_host_address() || take_current() || take_known() || take_from_pools() || take_a_hold() ||
            take_a_declined())
            return std::move(choice_);
        const auto is_static = [](const Subnet& subnet) { return subnet.range->is_static; };
        return none(std::ranges::all_of(inquiry_.place.subnets, is_static) ? Reason::static_only
                                                                           : Reason::no_address);
    }

 private:
    AddressChoice none(Reason reason) {
        choice_.address.reset();
        choice_.reason = reason;
        return std::move(choice_);
    }

    bool take(Ipv4 address) {
        choice_.address = address;
        choice_.needs_probe = needs_probe(inquiry_, address);
        return true;
    }

    bool take_host_address() {
        const Host* host = inquiry_.who.host;
        if (host == nullptr || !host->address) return false;
        choice_.reason = host_address_obstacle(inquiry_);
        if (choice_.reason == Reason::none) {
            choice_.address = *host->address;
            choice_.line = host->origin;
            return true;
        }
        choice_.detail = "address " + host->address->text();
        if (choice_.reason == Reason::host_address_leased)
            choice_.detail +=
                " is leased to " + inquiry_.context.leases.find(*host->address)->hardware.text();
        return false;
    }

    // Its lease, still in the range and not kept for another machine meanwhile, needs no test: it has it.
    bool take_current() {
        const Lease* lease = inquiry_.lease;
        if (lease == nullptr || !pool_of(inquiry_, lease->address)) return false;
        if (find_reservation(inquiry_.policy(), lease->address) != nullptr) return false;
        const Client& client = inquiry_.client;
        const auto now = inquiry_.context.now.instant;
        if (!inquiry_.context.leases.is_free_for(lease->address, client.hardware, client.id, now,
                                                 client.recognition))
            return false;
        return take(lease->address);
    }

    bool take_known() {
        const Client& client = inquiry_.client;
        const LeaseTable& leases = inquiry_.context.leases;
        if (const Hold* hold = leases.find_hold(client.hardware, client.id, client.recognition);
            hold && is_to_have(hold->address))
            return take(hold->address);
        if (const auto previous = leases.previous_of(client.hardware, client.id, client.recognition);
            previous && is_to_have(*previous))
            return take(*previous);
        return client.requested && is_to_have(*client.requested) && take(*client.requested);
    }

    // Ranges with a matching `tag:` go before those for everybody.
    bool take_from_pools() {
        for (const bool is_tagged : {true, false}) {
            for (const auto& subnet : inquiry_.place.subnets) {
                const Range& range = *subnet.range;
                if (range.tests.empty() == is_tagged || !is_eligible(range)) continue;
                if (const auto address = first_free(range)) return take(*address);
            }
        }
        return false;
    }

    std::optional<Ipv4> first_free(const Range& range) {
        const std::uint64_t size = std::uint64_t{range.last.value()} - range.first.value() + 1;
        Ipv4 start{range.first.value() + static_cast<std::uint32_t>(address_hash(inquiry_.client) % size)};
        if (inquiry_.policy().is_sequential) {
            const auto highest = inquiry_.context.leases.highest_between(range.first, range.last);
            start = highest.value_or(range.first);
        }
        if (const auto address = first_free_between(start, range.last)) return address;
        if (start == range.first) return std::nullopt;
        return first_free_between(range.first, Ipv4{start.value() - 1});
    }

    // What the client has or was offered already was looked at before: vacant will do.
    std::optional<Ipv4> first_free_between(Ipv4 from, Ipv4 last) {
        const LeaseTable& leases = inquiry_.context.leases;
        const Instant now = inquiry_.context.now.instant;
        while (const auto vacant = leases.first_vacant(from, last, now)) {
            if (!is_unlucky(*vacant) && may_have(*vacant)) return vacant;
            if (*vacant == last) break;
            from = vacant->next();
        }
        return std::nullopt;
    }

    // A pool full of offers nobody took up: the oldest gives way, so that a storm of DISCOVERs with invented
    // addresses cannot lock everybody out.
    bool take_a_hold() {
        const Hold* oldest = nullptr;
        for (const auto& subnet : inquiry_.place.subnets) {
            const Range& range = *subnet.range;
            if (!is_eligible(range)) continue;
            const Hold* hold = inquiry_.context.leases.oldest_hold_between(range.first, range.last);
            if (hold == nullptr || (oldest != nullptr && oldest->expires <= hold->expires)) continue;
            const Lease* row = inquiry_.context.leases.find(hold->address);
            const bool is_somebodys = row != nullptr && row->expires > inquiry_.context.now.instant;
            if (!is_somebodys && may_have(hold->address)) oldest = hold;
        }
        if (oldest == nullptr) return false;
        choice_.gives_way = oldest->address;
        return take(oldest->address);
    }

    // Nothing else is left: perhaps whoever used the declined address is gone. Else a machine that declines
    // under one invented name after the other would empty the pool.
    bool take_a_declined() {
        for (const auto& subnet : inquiry_.place.subnets) {
            const Range& range = *subnet.range;
            if (!is_eligible(range)) continue;
            const Lease* row = inquiry_.context.leases.oldest_declined_between(range.first, range.last);
            if (row == nullptr || inquiry_.context.leases.find_hold(row->address) != nullptr) continue;
            if (may_have(row->address)) return take(row->address);
        }
        return false;
    }

    bool is_eligible(const Range& range) const {
        return !range.is_static && inquiry_.who.tags.satisfy(range.tests);
    }

    bool is_to_have(Ipv4 address) {
        const Client& client = inquiry_.client;
        const Context& context = inquiry_.context;
        return context.leases.is_free_for(address, client.hardware, client.id, context.now.instant,
                                          client.recognition) &&
               may_have(address);
    }

    // All but free: in a pool for its tags, kept for nobody, and nobody answers for it.
    bool may_have(Ipv4 address) {
        if (!pool_of(inquiry_, address) || find_reservation(inquiry_.policy(), address) != nullptr)
            return false;
        if (inquiry_.context.probed.find(address) != Probed::Answer::in_use) return true;
        // A machine that answers for every address must not fill the log with them, a hundred for each
        // DISCOVER.
        constexpr std::size_t k_most_told = 8;
        if (choice_.conflicts.size() < k_most_told &&
            std::ranges::find(choice_.conflicts, address) == choice_.conflicts.end())
            choice_.conflicts.push_back(address);
        return false;
    }

    const Inquiry& inquiry_;
    AddressChoice choice_;
};

bool is_server_or_router(const Inquiry& inquiry, Ipv4 address) {
    return is_ours(inquiry.context.links, address) || inquiry.message().giaddr == address ||
           std::ranges::any_of(inquiry.place.subnets,
                               [&](const Subnet& subnet) { return subnet.router == address; });
}

}  // namespace

AddressChoice choose_address(const Inquiry& inquiry) {
    return Chooser{inquiry}.choose();
}

const Subnet* pool_of(const Inquiry& inquiry, Ipv4 address) {
    const auto& subnets = inquiry.place.subnets;
    const auto pool = std::ranges::find_if(subnets, [&](const Subnet& subnet) {
        return !subnet.range->is_static && subnet.range->contains(address) &&
               inquiry.who.tags.satisfy(subnet.range->tests);
    });
    return pool == subnets.end() || is_server_or_router(inquiry, address) ? nullptr : &*pool;
}

const Subnet* subnet_of(const Inquiry& inquiry, Ipv4 address) {
    if (const Subnet* pool = pool_of(inquiry, address)) return pool;
    for (const bool wants_static : {true, false}) {
        for (const auto& subnet : inquiry.place.subnets) {
            if (wants_static && !subnet.range->is_static) continue;
            if (subnet.contains(address) && inquiry.who.tags.satisfy(subnet.range->tests)) return &subnet;
        }
    }
    return nullptr;
}

Reason host_address_obstacle(const Inquiry& inquiry) {
    const Host& host = *inquiry.who.host;
    const Ipv4 address = *host.address;
    const Lease* row = inquiry.context.leases.find(address);
    if (row != nullptr && row->expires > inquiry.context.now.instant) {
        if (row->state == Lease::State::declined) return Reason::host_address_declined;
        // Several hardware addresses on one line share its address: a dock and a laptop, two ports of a card.
        const Client& client = inquiry.client;
        if (!is_lease_of(*row, client.hardware, client.id, client.recognition) &&
            !has_hardware(host, row->hardware))
            return Reason::host_address_leased;
    }
    return is_server_or_router(inquiry, address) ? Reason::host_address_is_server : Reason::none;
}

bool needs_probe(const Inquiry& inquiry, Ipv4 address) {
    const Context& context = inquiry.context;
    if (!context.policy.probes || !context.probe_more) return false;
    if (context.arrival.link->is_loopback || address.is_loopback()) return false;
    const bool is_its_own = inquiry.lease != nullptr && inquiry.lease->address == address &&
                            inquiry.lease->expires > context.now.instant;
    return !is_its_own && !context.probed.find(address);
}

std::vector<Ipv4> addresses_set_aside(const Policy& policy) {
    // Nobody has class C pools of this size; somebody may have written one by mistake.
    constexpr std::uint64_t k_most_unlucky = 65536;
    std::vector<Ipv4> addresses;
    for (const Host& host : policy.hosts) {
        if (host.address) addresses.push_back(*host.address);
    }
    std::uint64_t unlucky = 0;
    for (const Range& range : policy.ranges) {
        if (range.is_static || range.is_proxy) continue;
        for (std::uint64_t network = range.first.value() >> 8; network <= range.last.value() >> 8;
             ++network) {
            for (const std::uint64_t last_byte : {0, 255}) {
                const Ipv4 address{static_cast<std::uint32_t>(network << 8 | last_byte)};
                if (!range.contains(address) || !is_unlucky(address)) continue;
                if (++unlucky > k_most_unlucky) return addresses;
                addresses.push_back(address);
            }
        }
    }
    return addresses;
}

std::uint32_t address_hash(const Client& client) {
    const Bytes key = client.hardware.is_empty() ? client.id.bytes() : client.hardware.bytes();
    std::uint32_t hash = 0;
    for (const std::uint8_t byte : key)
        hash = byte + (hash << 6) + (hash << 16) - hash;
    return hash == 0 ? 1 : hash;
}

}  // namespace pxed::dhcp
