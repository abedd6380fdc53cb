// Whatever arrives: no message a client can make breaks the rules of a reply (RFC 2131 table 3), and no
// memory is read that is not the message's (the dev build has AddressSanitizer look on).
#include <random>
#include <set>

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

class AnyMessage : public testing::TestWithParam<unsigned> {
 protected:
    AnyMessage() : random_(GetParam()) {
        auto& policy = rig_.policy;
        policy.probes = (GetParam() & 1) != 0;
        policy.is_authoritative = (GetParam() & 2) != 0;
        policy.is_sequential = (GetParam() & 4) != 0;
        policy.keeps_header = (GetParam() & 8) != 0;
        policy.domain = "lab.example";
        auto remote = pool("10.20.0.100", "10.20.0.120");
        remote.netmask = netmask_of(16);
        remote.set_tag = "remote";
        policy.ranges = {pool("10.99.0.50", "10.99.0.60"), remote};
        for (const std::uint8_t code : {60, 61, 77, 82, 93, 97, 175}) {
            for (const auto kind :
                 {Match::Kind::prefix_bytes, Match::Kind::text, Match::Kind::numbers, Match::Kind::presence})
                policy.matches.push_back(matching("m" + std::to_string(code), code, kind, {0, 7}));
        }
        auto enterprise = matching("vi", 124, Match::Kind::text, {7});
        enterprise.enterprise = 7;
        policy.matches.push_back(enterprise);
        policy.vendor_classes = {{"pxe", "PXE", {}}, {"all", "", {}}};
        policy.user_classes = {{"ipxe", "iPXE", {}}, {"all", "", {}}};
        policy.tag_ifs = {{{"x"}, {{"m*", false}}, {}}};
        policy.ignores = {{{{"m175", false}, {"pxe", false}}, {}}};
        auto two_ports = host_with_address("02:00:00:00:00:01", "10.99.0.10");
        two_ports.hardware.push_back(exactly("02:00:00:00:00:03"));
        policy.hosts = {two_ports, host_with_address("02:00:00:00:00:02", "10.20.0.10")};
        policy.options = {text_option(17, "/root"), text_option(66, "srv"), text_option(67, "file")};
        auto vendor = text_option(1, "v");
        vendor.envelope = Envelope::vendor;
        vendor.vendor_class = "PXE";
        policy.options.push_back(vendor);
        policy.boots = {boot_file("pxelinux.0"), boot_file(std::string(200, 'x'))};
        policy.boots.back().tests = {{"ipxe", false}};
    }

    unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

    Ipv4 any_address() {
        constexpr std::string_view k_addresses[] = {"0.0.0.0",   "10.99.0.1",       "10.99.0.2",
                                                    "10.20.0.1", "255.255.255.255", "224.0.0.1",
                                                    "127.0.0.1", "10.20.0.110",     "192.0.2.1"};
        if (below(2) == 0) return Ipv4{10, 99, 0, static_cast<std::uint8_t>(50 + below(11))};
        return ip(k_addresses[below(std::size(k_addresses))]);
    }

    std::vector<std::uint8_t> any_value() {
        constexpr unsigned k_lengths[] = {0, 1, 2, 3, 4, 5, 8, 17, 32, 255, 300};
        std::vector<std::uint8_t> value(k_lengths[below(std::size(k_lengths))]);
        for (auto& byte : value)
            byte = static_cast<std::uint8_t>(below(3) == 0 ? below(256) : below(16));
        return value;
    }

    Message any_message() {
        Message message;
        std::array<std::uint8_t, HwAddr::k_max> hardware{2};
        hardware[5] = static_cast<std::uint8_t>(below(6));
        constexpr std::size_t k_lengths[] = {6, 6, 6, 6, 0, 1, 16};
        message.hardware = HwAddr{static_cast<std::uint8_t>(below(8) == 0 ? 32 : 1),
                                  std::span{hardware}.first(k_lengths[below(std::size(k_lengths))])};
        message.hops = static_cast<std::uint8_t>(below(20));
        message.xid = static_cast<std::uint32_t>(random_());
        message.flags = static_cast<std::uint16_t>(below(2) == 0 ? 0 : random_());
        if (below(2) == 0) message.ciaddr = any_address();
        if (below(3) == 0) message.giaddr = any_address();
        if (below(8) == 0) message.file = std::string(below(128), 'f');
        auto& options = message.options;
        if (below(8) != 0) options.set_u8(k_message_type, static_cast<std::uint8_t>(below(10)));
        if (below(2) == 0) options.set_address(k_requested_address, any_address());
        if (below(2) == 0) options.set_address(k_server_id, any_address());
        constexpr std::uint8_t k_codes[] = {12, 43, 50, 51, 53, 54, 55,  57,  60,
                                            61, 77, 81, 82, 93, 97, 118, 124, 175};
        for (unsigned i = below(8); i > 0; --i)
            options.set(k_codes[below(std::size(k_codes))], any_value());
        return message;
    }

    Decision decide_any() {
        rig_.arrival = {.message = any_message(),
                        .link = &rig_.links.front(),
                        .source = any_address(),
                        .source_port = static_cast<std::uint16_t>(below(65536)),
                        .was_unicast = below(2) == 0,
                        .local_port = k_server_port,
                        .received = rig_.now.instant};
        return dhcp::decide({rig_.policy, rig_.leases, rig_.arrival, rig_.links, rig_.now, rig_.probed,
                             rig_.may_probe, rig_.traces});
    }

    void let_happen(const Decision& decision) {
        for (const Ipv4 address : decision.released_holds)
            rig_.leases.release_hold(address);
        for (const auto& hold : decision.holds)
            rig_.leases.hold(hold);
        if (decision.probe)
            rig_.probed.answers[*decision.probe] =
                below(4) == 0 ? Probed::Answer::in_use : Probed::Answer::free;
        rig_.leases.apply(decision.changes, ++rig_.ticket);
        rig_.leases.settle(rig_.ticket, Stored{});
    }

    void check_reply(const Decision& decision) {
        const Message& asked = rig_.arrival.message;
        const Message& reply = *decision.reply;
        const Options& options = reply.options;
        EXPECT_EQ(reply.op, Op::reply);
        EXPECT_EQ(reply.xid, asked.xid);
        EXPECT_EQ(reply.hardware, asked.hardware);
        EXPECT_EQ(reply.giaddr, asked.giaddr);
        EXPECT_EQ(reply.hops, 0);
        EXPECT_EQ(reply.secs, 0);
        for (const std::uint8_t code : {50, 52, 55, 57})
            EXPECT_FALSE(options.has(code)) << int{code};
        const auto type = reply.type();
        EXPECT_EQ(options.has(k_server_id), type != MessageType::none);
        const bool gives_lease =
            (type == MessageType::offer || type == MessageType::ack) && asked.type() != MessageType::inform;
        EXPECT_EQ(options.has(k_lease_time), gives_lease);
        EXPECT_EQ(!reply.yiaddr.is_zero(), gives_lease || type == MessageType::none);
        EXPECT_FALSE(is_ours(reply.yiaddr));
        const auto relay = asked.options.find(k_relay_agent).value_or(Bytes{});
        EXPECT_TRUE(std::ranges::equal(relay, options.find(k_relay_agent).value_or(Bytes{})));
        EXPECT_EQ(decision.destination.source, ip("10.99.0.1"));
        EXPECT_FALSE(decision.destination.address.is_zero());
        EXPECT_FALSE(decision.destination.address.is_multicast());

        const auto built = build(reply, decision.reply_limit);
        EXPECT_LE(built.bytes.size(), std::max<std::size_t>(decision.reply_limit, 300));
        EXPECT_TRUE(parse(built.bytes)) << text_of(reply);
    }

    // An ACK stands on a row for its client.
    void check_row(const Decision& decision) {
        const Message& reply = *decision.reply;
        if (reply.type() != MessageType::ack || reply.yiaddr.is_zero()) return;
        const Lease* row = rig_.leases.find(reply.yiaddr);
        ASSERT_NE(row, nullptr) << text_of(reply);
        EXPECT_EQ(row->state, Lease::State::bound);
        EXPECT_EQ(row->hardware, reply.hardware);
    }

    bool is_ours(Ipv4 address) { return address == ip("10.99.0.1"); }

    std::minstd_rand random_;
    Rig rig_;
};

TEST_P(AnyMessage, IsAnsweredByTheRulesOrNotAtAll) {
    std::set<MessageType> seen;
    unsigned silent = 0;
    for (unsigned i = 0; i < 2000; ++i) {
        if (i % 50 == 0) {
            rig_.pass(seconds{40});
            rig_.leases.pass_time(rig_.now.instant);
        }
        const auto decision = decide_any();
        let_happen(decision);
        EXPECT_TRUE(decision.probe || !decision.events.empty());
        EXPECT_TRUE(!decision.probe || !decision.reply);
        if (decision.reply) {
            seen.insert(decision.reply->type());
            check_reply(decision);
            check_row(decision);
        } else {
            ++silent;
        }
        if (HasFailure()) FAIL() << text_of(rig_.arrival.message) << "\n" << said(decision);
    }
    // The messages are varied enough to mean something.
    EXPECT_EQ(seen.size(), 4U);  // OFFER, ACK, NAK and BOOTP
    EXPECT_GT(silent, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyMessage, testing::Range(0U, 16U));

}  // namespace
}  // namespace pxed::dhcp
