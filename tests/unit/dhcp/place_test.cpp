// Which network a client is on, and where its reply goes.
#include "dhcp/place.hpp"

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

// A server whose only pool for these tests is behind a relay at 10.20.0.1.
Rig relayed() {
    Rig rig;
    auto remote = pool("10.20.0.100", "10.20.0.200");
    remote.netmask = netmask_of(16);
    rig.policy.ranges.push_back(remote);
    return rig;
}

TEST(Place, ARelayedClientGetsAnAddressOfTheRelaysNetwork) {
    Rig rig = relayed();
    const auto offer =
        rig.ask(discover("giaddr=10.20.0.1 hops=1 82=01:04:61:62:63:64"), {.source = "10.20.0.1"});
    ASSERT_TRUE(offer.reply) << said(offer);
    const Options& options = offer.reply->options;
    EXPECT_TRUE(rig.policy.ranges[1].contains(offered(offer)));
    EXPECT_EQ(options.address(k_router), ip("10.20.0.1"));
    EXPECT_EQ(options.address(k_subnet_mask), netmask_of(16));
    EXPECT_EQ(options.address(k_broadcast), ip("10.20.255.255"));
    EXPECT_EQ(options.address(k_server_id), ip("10.99.0.1"));
    EXPECT_EQ(offer.reply->giaddr, ip("10.20.0.1"));
    EXPECT_EQ(offer.reply->hops, 0);
    EXPECT_EQ(options[options.size() - 1].code, k_relay_agent);
    EXPECT_EQ(offer.destination.text(), "routed 10.20.0.1:67");
}

TEST(Place, ARelayedRangeWithoutNetmaskHasItsClassNetmask) {
    Rig rig;
    rig.policy.ranges.push_back(pool("192.168.7.10", "192.168.7.20"));
    const auto offer = rig.ask(discover("giaddr=192.168.7.1"));
    ASSERT_TRUE(offer.reply) << said(offer);
    EXPECT_EQ(offer.reply->options.address(k_subnet_mask), netmask_of(24));
    EXPECT_EQ(class_netmask(ip("10.0.0.1")), netmask_of(8));
    EXPECT_EQ(class_netmask(ip("172.16.0.1")), netmask_of(16));
}

TEST(Place, LinkSelectionGoesBeforeSubnetSelectionBeforeTheRelay) {
    Rig rig = relayed();
    auto third = pool("10.30.0.100", "10.30.0.200");
    third.netmask = netmask_of(24);
    rig.policy.ranges.push_back(third);
    const auto by_118 = rig.ask(discover("giaddr=10.20.0.1 subnet-select=10.30.0.0"));
    EXPECT_TRUE(third.contains(offered(by_118)));
    EXPECT_EQ(by_118.reply->options.address(k_subnet_selection), ip("10.30.0.0"));
    EXPECT_FALSE(by_118.reply->options.has(k_router));  // the relay's address is no router over there
    EXPECT_EQ(by_118.destination.text(), "routed 10.20.0.1:67");
    const auto by_82 = rig.ask(
        "DISCOVER hw=02:00:00:00:0a:02 giaddr=10.30.0.1 subnet-select=10.30.0.0 "
        "82=05:04:0a:14:00:00");
    EXPECT_TRUE(rig.policy.ranges[1].contains(offered(by_82)));
    // RFC 3011 2: an identical copy of what was sent, used or not.
    EXPECT_EQ(by_82.reply->options.address(k_subnet_selection), ip("10.30.0.0"));
}

TEST(Place, ANamedNetworkThatNobodyConfiguredGetsNoAnswer) {
    Rig rig;
    EXPECT_EQ(said(rig.ask(discover("giaddr=10.77.0.1"))), "silence: no_range");
    EXPECT_EQ(said(rig.ask(discover("subnet-select=10.77.0.0"))), "silence: no_range");
}

TEST(Place, TheRelaysServerIdOverrideIsUsedAcceptedAndRemembered) {
    Rig rig = relayed();
    const std::string relay = "giaddr=10.20.0.1 82=0b:04:0a:14:00:01 ";
    const auto offer = rig.ask(discover(relay));
    EXPECT_EQ(offer.reply->options.address(k_server_id), ip("10.20.0.1"));
    const auto address = offered(offer).text();
    const auto ack =
        rig.ask(request(relay + "requested-address=" + address + " server-identifier=10.20.0.1"));
    ASSERT_EQ(ack.reply->type(), MessageType::ack) << said(ack);
    EXPECT_EQ(rig.leases.find(ip(address))->server_id, ip("10.20.0.1"));
    // The renewal comes past the relay, without option 82.
    rig.pass(seconds{10});
    const auto renewed =
        rig.ask(request("ciaddr=" + address), {.source = address, .source_port = 68, .was_unicast = true});
    ASSERT_EQ(renewed.reply->type(), MessageType::ack) << said(renewed);
    EXPECT_EQ(renewed.reply->options.address(k_server_id), ip("10.20.0.1"));
    EXPECT_EQ(rig.leases.find(ip(address))->server_id, ip("10.20.0.1"));
    rig.ask("RELEASE hw=02:00:00:00:0a:01 server-identifier=10.20.0.1 ciaddr=" + address,
            {.source = address, .was_unicast = true});
    EXPECT_EQ(rig.leases.lease_count(), 0U);
}

TEST(Place, RelaysThatCannotBeAreRefused) {
    Rig rig = relayed();
    for (const std::string giaddr : {"10.99.0.1", "127.0.0.1", "224.0.0.1", "255.255.255.255"})
        EXPECT_EQ(said(rig.ask(discover("giaddr=" + giaddr))), "silence: relay_refused") << giaddr;
    EXPECT_EQ(said(rig.ask(discover("giaddr=10.20.0.1 hops=17"))), "silence: too_many_hops");
    EXPECT_TRUE(rig.ask(discover("giaddr=10.20.0.1 hops=16")).reply);
}

TEST(Destination, ARelaySaysItsPortWithRfc8357) {
    Rig rig = relayed();
    const auto offer =
        rig.ask(discover("giaddr=10.20.0.1 82=13:00"), {.source = "10.20.0.1", .source_port = 5067});
    EXPECT_EQ(offer.destination.text(), "routed 10.20.0.1:5067");
}

TEST(Destination, ANakThroughARelayIsForTheWholeLinkThere) {
    Rig rig = relayed();
    const auto nak = rig.ask(
        "REQUEST hw=02:00:00:00:0a:01 giaddr=10.20.0.1 requested-address=10.99.0.60 "
        "server-identifier=10.99.0.1 82=01:01:00");
    EXPECT_EQ(nak_text(nak), "wrong network");
    EXPECT_TRUE(nak.reply->wants_broadcast());
    EXPECT_TRUE(nak.reply->options.has(k_relay_agent));
    EXPECT_EQ(nak.destination.text(), "routed 10.20.0.1:67");
}

TEST(Destination, AClientThatCanTakeUnicastGetsItAtItsHardwareAddress) {
    Rig rig;
    const auto offer = rig.ask("DISCOVER hw=02:00:00:00:0a:01");
    EXPECT_EQ(offer.destination.text(), "link-layer 10.99.0.129:68");
    EXPECT_EQ(offer.destination.hardware, hw("02:00:00:00:0a:01"));
    EXPECT_EQ(offer.destination.source, ip("10.99.0.1"));
}

TEST(Destination, HardwareThatIsNotEthernetAndDhcpBroadcastMeanTheWholeLink) {
    Rig rig;
    EXPECT_EQ(rig.ask("DISCOVER hw=20-02:00:00:00:0a:01:00:00").destination.way, Destination::Way::broadcast);
    rig.policy.broadcasts.push_back({{{"old", false}}, {}});
    EXPECT_EQ(rig.ask("DISCOVER hw=02:00:00:00:0a:01").destination.way, Destination::Way::link_layer);
    rig.policy.macs.push_back({"old", exactly("02:00:00:00:0a:01"), {}});
    const auto offer = rig.ask("DISCOVER hw=02:00:00:00:0a:01");
    EXPECT_EQ(offer.destination.way, Destination::Way::broadcast);
    EXPECT_TRUE(offer.reply->wants_broadcast());
}

TEST(Destination, ARenewalGoesBackToThePortItCameFrom) {
    Rig rig;
    rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    const auto packet = request("ciaddr=10.99.0.60");
    EXPECT_EQ(rig.decide(packet, {.source = "10.99.0.60", .source_port = 1068, .was_unicast = true})
                  .destination.text(),
              "routed 10.99.0.60:1068");
    EXPECT_EQ(rig.decide(packet, {.source = "10.99.0.9", .source_port = 1068, .was_unicast = true})
                  .destination.text(),
              "routed 10.99.0.60:68");
}

TEST(Destination, AlternatePortsAreUsedOnBothSides) {
    Rig rig = relayed();
    rig.policy.server_port = 1067;
    rig.policy.client_port = 1068;
    const auto offer = rig.ask(discover());
    EXPECT_EQ(offer.destination.port, 1068);
    EXPECT_EQ(offer.destination.source_port, 1067);
    EXPECT_EQ(rig.ask(discover("giaddr=10.20.0.1")).destination.port, 1067);
}

TEST(Place, TwoNetworksOnOneInterfaceAreBothServed) {
    Rig rig;
    rig.links.front().addresses.push_back({ip("10.98.0.1"), netmask_of(24)});
    // The address that was added last goes first, in whichever order the ranges stand (dnsmasq).
    rig.policy.ranges = {pool("10.98.0.50", "10.98.0.50"), pool("10.99.0.50", "10.99.0.50")};
    std::swap(rig.links.front().addresses[0], rig.links.front().addresses[1]);
    const auto first = rig.ask("DISCOVER hw=02:00:00:00:0b:01");
    const auto second = rig.ask("DISCOVER hw=02:00:00:00:0b:02");
    EXPECT_EQ(offered(first), ip("10.99.0.50"));
    EXPECT_EQ(offered(second), ip("10.98.0.50"));
    EXPECT_EQ(second.reply->options.address(k_router), ip("10.98.0.1"));
    EXPECT_EQ(second.reply->options.address(k_server_id), ip("10.98.0.1"));
    EXPECT_EQ(second.reply->siaddr, ip("10.98.0.1"));
    EXPECT_EQ(second.destination.source, ip("10.98.0.1"));
}

}  // namespace
}  // namespace pxed::dhcp
