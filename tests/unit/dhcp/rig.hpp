#pragma once
// What the decision tests share: one server at 10.99.0.1/24 on br0, a policy to fill in, packets as text.

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dhcp/decide.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::dhcp::rig {

class Answers : public Probed {
 public:
    [[nodiscard]] std::optional<Answer> find(Ipv4 address) const override {
        const auto found = answers.find(address);
        return found == answers.end() ? std::nullopt : std::optional{found->second};
    }
    std::map<Ipv4, Answer> answers;
};

inline Ipv4 ip(std::string_view text) {
    const auto address = Ipv4::parse(text);
    EXPECT_TRUE(address) << text;
    return address.value_or(Ipv4{});
}

inline HwAddr hw(std::string_view text) {
    const auto address = HwAddr::parse(text);
    EXPECT_TRUE(address) << text;
    return address.value_or(HwAddr{});
}

inline HwPattern exactly(std::string_view text) {
    const HwAddr address = hw(text);
    HwPattern pattern;
    pattern.type = address.type();
    pattern.length = static_cast<std::uint8_t>(address.bytes().size());
    std::ranges::copy(address.bytes(), pattern.bytes.begin());
    return pattern;
}

inline std::vector<std::uint8_t> bytes(std::string_view text) {
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
}

inline ClientId id(std::string_view text) {
    return ClientId{as_bytes(text)};
}

inline Range pool(std::string_view first, std::string_view last) {
    Range range;
    range.first = ip(first);
    range.last = ip(last);
    range.lease_time = seconds{28800};
    range.origin = {1, 1};
    return range;
}

inline Boot boot_file(std::string_view file) {
    Boot boot;
    boot.file = file;
    boot.origin = {1, 2};
    return boot;
}

inline Host host_with_address(std::string_view hardware, std::string_view address) {
    Host host;
    host.hardware.push_back(exactly(hardware));
    host.address = ip(address);
    host.origin = {1, 3};
    return host;
}

inline ConfiguredOption text_option(std::uint8_t code, std::string_view text) {
    ConfiguredOption option;
    option.code = code;
    option.value = bytes(text);
    option.has_text_value = true;
    return option;
}

inline Match matching(std::string_view tag, std::uint8_t code, Match::Kind kind,
                      std::vector<std::uint8_t> value = {}) {
    Match match;
    match.set_tag = tag;
    match.code = code;
    match.kind = kind;
    match.value = std::move(value);
    return match;
}

/// How a packet came, where it is not the usual broadcast.
struct How {
    std::string source = "0.0.0.0";
    std::uint16_t source_port = k_client_port;
    bool was_unicast = false;
};

/// A server that remembers what decide() says, as the real one does, but with a store that always has stored.
class Rig {
 public:
    Rig() {
        Link link;
        link.name = "br0";
        link.index = 3;
        link.addresses = {{ip("10.99.0.1"), netmask_of(24)}};
        links.push_back(link);
        policy.ranges.push_back(pool("10.99.0.50", "10.99.0.150"));
        policy.probes = false;
        now.instant = Instant{} + seconds{1000};
    }

    /// Decides; changes nothing.
    Decision decide(std::string_view packet, const How& how = {}) {
        auto message = message_from_text(packet);
        EXPECT_TRUE(message) << packet << ": " << (message ? "" : message.error());
        arrival = {.message = message ? *message : Message{},
                   .link = &links.front(),
                   .source = ip(how.source),
                   .source_port = how.source_port,
                   .was_unicast = how.was_unicast,
                   .local_port = k_server_port,
                   .received = now.instant};
        return dhcp::decide(
            {policy, leases, arrival, links, now, probed, may_probe, traces, tells_leases, machine});
    }

    /// Decides and lets the effects happen.
    Decision ask(std::string_view packet, const How& how = {}) {
        Decision decision = decide(packet, how);
        for (const Ipv4 address : decision.released_holds)
            leases.release_hold(address);
        for (const auto& hold : decision.holds)
            leases.hold(hold);
        ++ticket;
        leases.apply(decision.changes, ticket);
        leases.settle(ticket, Stored{});
        return decision;
    }

    void pass(seconds time) { now.instant += time; }

    Policy policy;
    LeaseTable leases;
    std::vector<Link> links;
    Now now;
    Answers probed;
    bool may_probe = true;
    bool traces = true;
    bool tells_leases = false;
    const machine::Machine* machine = nullptr;
    Arrival arrival;
    std::uint64_t ticket = 0;
};

/// The reply in words; "silence" and the reason when there is none.
inline std::string said(const Decision& decision) {
    if (decision.reply) return text_of(*decision.reply);
    return "silence: " + std::string{row_of(decision.reason).name};
}

inline Ipv4 offered(const Decision& decision) {
    return decision.reply ? decision.reply->yiaddr : Ipv4{};
}

inline std::string nak_text(const Decision& decision) {
    if (!decision.reply || decision.reply->type() != MessageType::nak) return said(decision);
    return std::string{decision.reply->options.text(k_message).value_or("no text")};
}

inline constexpr std::string_view k_discover = "DISCOVER hw=02:00:00:00:0a:01 xid=0x1234 flags=broadcast ";
inline constexpr std::string_view k_request = "REQUEST hw=02:00:00:00:0a:01 xid=0x1234 flags=broadcast ";

inline std::string discover(std::string_view more = {}) {
    return std::string{k_discover} += more;
}
inline std::string request(std::string_view more = {}) {
    return std::string{k_request} += more;
}

}  // namespace pxed::dhcp::rig
