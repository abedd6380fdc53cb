#include "dhcp/lease_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/result.hpp"
#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

constexpr std::string_view k_nothing = "*";

// The pieces between runs of blanks.
std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (const auto tabbed : split(line, '\t')) {
        for (const auto word : split(tabbed, ' ')) {
            if (const auto bare = trim(word); !bare.empty()) words.push_back(bare);
        }
    }
    return words;
}

// dnsmasq writes the type of an address without bytes even for Ethernet: "01-".
std::optional<HwAddr> parse_hardware(std::string_view text) {
    if (text.size() == 3 && text[2] == '-') {
        const auto type = parse_hex_byte(text.substr(0, 2));
        return type ? std::optional{HwAddr{*type, {}}} : std::nullopt;
    }
    return HwAddr::parse(text);
}

std::string hardware_text(const HwAddr& hardware) {
    if (!hardware.is_empty()) return hardware.text();
    return hex_text(std::array{hardware.type()}) + '-';
}

// A name with a blank in it would shift every word after it.
bool is_one_word(std::string_view name) {
    return !name.empty() && name != k_nothing &&
           std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f; });
}

// `left` is negative for a lease that has ended.
struct Expiry {
    Instant instant;
    seconds left;
};

std::optional<Expiry> parse_expiry(std::string_view text, Now now) {
    const auto epoch = parse_number(text);
    if (!epoch) return std::nullopt;
    if (*epoch == 0) return Expiry{k_never, k_infinite};
    const auto wall =
        static_cast<std::uint64_t>(std::max<std::int64_t>(now.wall.time_since_epoch().count(), 0));
    // No lease is longer than DHCP can say; more is a damaged number and would overflow an Instant.
    if (*epoch > wall && *epoch - wall >= static_cast<std::uint64_t>(k_infinite.count())) return std::nullopt;
    const seconds left{static_cast<std::int64_t>(*epoch) - static_cast<std::int64_t>(wall)};
    return Expiry{now.instant + left, left};
}

Result<Lease, std::string> parse_line(std::span<const std::string_view> words, Now now) {
    const auto expiry = parse_expiry(words[0], now);
    if (!expiry) return fail("no expiry time: " + escaped(words[0], 32));
    const auto hardware = parse_hardware(words[1]);
    if (!hardware) return fail("no hardware address: " + escaped(words[1], 64));
    const auto address = Ipv4::parse(words[2]);
    if (!address) return fail("no IPv4 address: " + escaped(words[2], 64));
    Lease lease;
    lease.address = *address;
    lease.hardware = *hardware;
    lease.expires = expiry->instant;
    lease.duration = expiry->left;
    if (words[3] != k_nothing) lease.host_name = words[3];
    if (words[4] != k_nothing) {
        const auto client_id = parse_hex(words[4]);
        if (!client_id) return fail("no client id: " + escaped(words[4], 64));
        lease.client_id = ClientId{*client_id};
    }
    return lease;
}

}  // namespace

LeaseText parse_lease_text(std::string_view text, Now now) {
    LeaseText result;
    std::unordered_map<Ipv4, std::size_t> by_address;
    std::uint32_t number = 0;
    for (const auto line : split(text, '\n')) {
        ++number;
        const auto words = words_of(line);
        if (words.empty()) continue;
        // dnsmasq keeps the DUID of its DHCPv6 server and that service's leases in the same file.
        if (words[0] == "duid" || (words.size() >= 3 && words[2].find(':') != words[2].npos)) {
            ++result.ipv6_lines;
            continue;
        }
        // A sixth word says nothing yet, and is no reason to lose a lease.
        if (words.size() < 5) {
            result.bad.push_back({number, "not EXPIRY MAC IP NAME CLIENT-ID: " + escaped(trim(line), 80)});
            continue;
        }
        auto lease = parse_line(words, now);
        if (!lease) {
            result.bad.push_back({number, std::move(lease).error()});
        } else if (lease->expires <= now.instant) {
            // Its machine has to ask again, and finds its address free as anybody else does.
            ++result.expired;
        } else if (const auto [known, is_new] = by_address.try_emplace(lease->address, result.leases.size());
                   is_new) {
            result.leases.push_back(std::move(*lease));
        } else {
            result.leases[known->second] = std::move(*lease);
        }
    }
    return result;
}

std::string lease_text(std::span<const Lease> leases, Now now) {
    std::string text;
    for (const auto& lease : leases) {
        // dnsmasq has no word for an address nobody may have.
        if (lease.state == Lease::State::declined) continue;
        std::int64_t epoch = 0;
        if (lease.expires != k_never) {
            // Rounded up, and never the 0 that means "for ever", whatever the wall clock says.
            const auto left = std::chrono::ceil<seconds>(lease.expires - now.instant);
            epoch = std::max<std::int64_t>((now.wall + left).time_since_epoch().count(), 1);
        }
        text +=
            std::to_string(epoch) + ' ' + hardware_text(lease.hardware) + ' ' + lease.address.text() + ' ';
        text += is_one_word(lease.host_name) ? std::string_view{lease.host_name} : k_nothing;
        text += ' ' + lease.client_id.text() + '\n';
    }
    return text;
}

}  // namespace pxed::dhcp
