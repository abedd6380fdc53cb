#include "dhcp/other_servers.hpp"

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using rig::hw;
using rig::ip;
using rig::Rig;

struct Wire : Rig {
    std::optional<machine::Event> hear(std::string_view server, std::string_view text) {
        auto message = message_from_text(std::string{text} + " server-identifier=" + std::string{server});
        EXPECT_TRUE(message) << text;
        return others.hear(
            {message ? *message : Message{}, &links.front(), ip(server), hw("02:00:00:00:0b:01")}, policy,
            links, now.instant);
    }
    OtherServers others;
};

constexpr std::string_view k_offer = "OFFER hw=02:00:00:00:0a:01 xid=0x1 yiaddr=10.99.0.77";
constexpr std::string_view k_proxy_offer =
    "OFFER hw=02:00:00:00:0a:01 xid=0x1 siaddr=10.99.0.2 vendor-class=\"PXEClient\"";

Message reply(std::string_view text) {
    auto message = message_from_text(text);
    EXPECT_TRUE(message) << text;
    return message ? *message : Message{};
}

TEST(OtherServers, AReplyShowsWhatItsServerIs) {
    EXPECT_EQ(kind_of(reply(k_offer)), ServerKind::gives_addresses);
    EXPECT_EQ(kind_of(reply(std::string{k_offer} + " vendor-class=\"PXEClient\"")), ServerKind::claims_pxe);
    EXPECT_EQ(kind_of(reply(k_proxy_offer)), ServerKind::proxy);
    EXPECT_EQ(kind_of(reply("NAK hw=02:00:00:00:0a:01 xid=0x1")), ServerKind::gives_addresses);
    EXPECT_EQ(kind_of(reply("ACK hw=02:00:00:00:0a:01 xid=0x1 ciaddr=10.99.0.7")), std::nullopt);
    EXPECT_EQ(kind_of(reply("DISCOVER hw=02:00:00:00:0a:01 xid=0x1")), std::nullopt);
}

TEST(OtherServers, OneThatBreaksTheRulesForAllIsWrongBesideEachRole) {
    Policy policy;
    const LinkRole pool{.gives_addresses = true, .is_proxy = false};
    const LinkRole proxy{.gives_addresses = false, .is_proxy = true};
    EXPECT_EQ(complaint(policy, pool, ServerKind::gives_addresses), Reason::competing_server);
    EXPECT_EQ(complaint(policy, pool, ServerKind::claims_pxe), Reason::competing_server);
    EXPECT_EQ(complaint(policy, pool, ServerKind::proxy), Reason::none);
    EXPECT_EQ(complaint(policy, proxy, ServerKind::gives_addresses), Reason::none);
    EXPECT_EQ(complaint(policy, proxy, ServerKind::claims_pxe), Reason::server_claims_pxe);
    EXPECT_EQ(complaint(policy, proxy, ServerKind::proxy), Reason::competing_proxy);
    EXPECT_EQ(complaint(policy, {}, ServerKind::gives_addresses), Reason::none);
    policy.boots.push_back(rig::boot_file("pxelinux.0"));
    EXPECT_EQ(complaint(policy, pool, ServerKind::proxy), Reason::competing_proxy);
}

TEST(OtherServers, AProxyCountsAsBeingThereForADay) {
    Wire wire;
    EXPECT_FALSE(wire.others.has_proxy(3, wire.now.instant));
    EXPECT_TRUE(wire.hear("10.99.0.1", k_proxy_offer) == std::nullopt) << "that is our own address";
    EXPECT_FALSE(wire.others.has_proxy(3, wire.now.instant));
    EXPECT_EQ(wire.hear("10.99.0.2", k_proxy_offer), std::nullopt) << "nothing is booted from here";
    EXPECT_TRUE(wire.others.has_proxy(3, wire.now.instant));
    EXPECT_FALSE(wire.others.has_proxy(4, wire.now.instant)) << "another link";
    wire.pass(std::chrono::hours{25});
    EXPECT_FALSE(wire.others.has_proxy(3, wire.now.instant));
}

TEST(OtherServers, InventedServersFillNoMemoryAndNoLog) {
    Wire wire;
    std::size_t told = 0;
    for (unsigned i = 0; i < 1000; ++i) {
        const auto address = Ipv4{ip("10.99.1.0").value() + i}.text();
        if (wire.hear(address, k_offer)) ++told;
    }
    EXPECT_EQ(told, OtherServers::k_most);
    EXPECT_EQ(wire.others.all().size(), OtherServers::k_most);
    EXPECT_EQ(wire.others.replies(), 1000U);
    // Once the inventor rests there is room again.
    wire.pass(std::chrono::hours{25});
    EXPECT_TRUE(wire.hear("10.99.0.2", k_offer));
    EXPECT_EQ(wire.others.all().size(), 1U);
}

TEST(OtherServers, CountsForNoInterfaceThatHasGone) {
    OtherServers others;
    Link link;
    for (unsigned index = 10; index < 1010; ++index) {
        link.index = index;
        others.follow(std::span{&link, 1});
        EXPECT_EQ(others.note_proxy_offer(link, Instant{seconds{index}}), std::nullopt);
    }
    EXPECT_EQ(others.counted_links(), 1U);
}

}  // namespace
}  // namespace pxed::dhcp
