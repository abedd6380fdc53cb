#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

constexpr std::string_view k_pxe_list =
    "parameter-request=1,2,3,4,5,6,12,13,15,17,18,22,23,28,51,54,58,59,66,67";

// Golden vector D of dnsmasq 2.90, but for the header: file and siaddr are filled whatever option 55 says.
TEST(Discover, IsOfferedWhatDnsmasqOffersTheSameClient) {
    Rig rig;
    rig.policy.boots.push_back(boot_file("pxelinux.0"));
    const auto decision = rig.ask(discover(k_pxe_list));
    EXPECT_EQ(said(decision),
              "OFFER hw=02:00:00:00:0a:01 xid=0x1234 flags=broadcast yiaddr=10.99.0.129 siaddr=10.99.0.1 "
              "file=\"pxelinux.0\" server-identifier=10.99.0.1 lease-time=28800 "
              "bootfile-name=\"pxelinux.0\\x00\" T1=14400 T2=25200 netmask=255.255.255.0 "
              "broadcast=10.99.0.255 router=10.99.0.1");
    EXPECT_EQ(decision.destination.text(), "broadcast 255.255.255.255:68");
    EXPECT_TRUE(decision.changes.empty());
}

TEST(Discover, FactsOfTheClientRideInTheOfferEvent) {
    Rig rig;
    rig.policy.boots.push_back(boot_file("grub.efi"));
    const auto decision =
        rig.ask(discover("vendor-class=\"PXEClient:Arch:00007:UNDI:003016\" client-arch=7 hostname=\"node1\" "
                         "client-id=01:02"));
    ASSERT_EQ(decision.events.size(), 1U);
    const auto& event = decision.events.front();
    EXPECT_EQ(event.stage, machine::Stage::offer);
    EXPECT_EQ(event.machine.text(), "02:00:00:00:0a:01");
    EXPECT_EQ(event.peer->address_text(), "10.99.0.129");
    EXPECT_EQ(event.interface, "br0");
    EXPECT_EQ(event.xid, 0x1234U);
    EXPECT_EQ(event.arch, Arch::x64_efi);
    EXPECT_EQ(event.client_id.text(), "01:02");
    EXPECT_EQ(event.vendor_class, "PXEClient:Arch:00007:UNDI:003016");
    EXPECT_EQ(event.host_name, "node1");
    EXPECT_EQ(event.file, "grub.efi");
    EXPECT_EQ(event.line, (Origin{1, 2}));
    EXPECT_EQ(event.reason, Reason::none);
}

TEST(Discover, AddressOfTheHostLineIsTakenThoughItIsOutsideThePool) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.10"));
    const auto decision = rig.ask(discover());
    EXPECT_EQ(offered(decision), ip("10.99.0.10"));
    EXPECT_EQ(decision.line, (Origin{1, 3}));
}

TEST(Discover, HostAddressLeasedToAnotherFallsBackToThePoolAndSaysWho) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.60"));
    Lease lease;
    lease.address = ip("10.99.0.60");
    lease.hardware = hw("02:00:00:00:0a:02");
    lease.expires = k_never;
    lease.version = 4;
    rig.leases.load(std::vector{lease});
    const auto decision = rig.ask(discover());
    EXPECT_EQ(offered(decision), ip("10.99.0.129"));
    EXPECT_EQ(decision.reason, Reason::host_address_leased);
    EXPECT_EQ(decision.events.front().detail, "address 10.99.0.60 is leased to 02:00:00:00:0a:02");
    EXPECT_EQ(decision.events.front().line, (Origin{1, 3}));
}

TEST(Discover, HostAddressOfTheServerItselfIsNotGivenAway) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.1"));
    const auto decision = rig.ask(discover());
    EXPECT_EQ(offered(decision), ip("10.99.0.129"));
    EXPECT_EQ(decision.reason, Reason::host_address_is_server);
}

TEST(Discover, TheOtherHardwareAddressOfALineMayHoldItsAddress) {
    Rig rig;
    auto host = host_with_address("02:00:00:00:0a:01", "10.99.0.60");
    host.hardware.push_back(exactly("02:00:00:00:0a:02"));
    rig.policy.hosts.push_back(host);
    rig.ask("REQUEST hw=02:00:00:00:0a:02 requested-address=10.99.0.60 server-identifier=10.99.0.1");
    ASSERT_NE(rig.leases.find(ip("10.99.0.60")), nullptr);
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.60"));
    const auto ack = rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    EXPECT_EQ(ack.reply->type(), MessageType::ack) << said(ack);
    EXPECT_EQ(ack.reason, Reason::abandoned_sibling_lease);
    EXPECT_EQ(rig.leases.find(ip("10.99.0.60"))->hardware, hw("02:00:00:00:0a:01"));
}

TEST(Discover, AddressKeptForAHostIsNeverGivenToAnother) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:02", "10.99.0.129"));
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.130"));
    EXPECT_EQ(offered(rig.ask(discover("requested-address=10.99.0.129"))), ip("10.99.0.130"));
}

TEST(Discover, TheRequestedAddressIsGivenWhenItIsFree) {
    Rig rig;
    EXPECT_EQ(offered(rig.ask(discover("requested-address=10.99.0.77"))), ip("10.99.0.77"));
    Rig other;
    EXPECT_EQ(offered(other.ask(discover("requested-address=10.99.0.7"))), ip("10.99.0.129"));
}

TEST(Discover, AnOfferedAddressIsKeptForItsClient) {
    Rig rig;
    EXPECT_EQ(offered(rig.ask(discover("requested-address=10.99.0.77"))), ip("10.99.0.77"));
    const std::string other = "DISCOVER hw=02:00:00:00:0a:02 requested-address=10.99.0.77";
    EXPECT_NE(offered(rig.ask(other)), ip("10.99.0.77"));
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.77"));  // asked again without option 50
    EXPECT_EQ(nak_text(rig.ask("REQUEST hw=02:00:00:00:0a:03 requested-address=10.99.0.77 "
                               "server-identifier=10.99.0.1")),
              "address in use");
}

TEST(Discover, AnOfferNobodyTookUpEndsAfterTheHoldTime) {
    Rig rig;
    rig.ask(discover("requested-address=10.99.0.77"));
    rig.pass(k_hold_time);
    EXPECT_EQ(offered(rig.ask("DISCOVER hw=02:00:00:00:0a:02 requested-address=10.99.0.77")),
              ip("10.99.0.77"));
}

TEST(Discover, InAPoolFullOfOffersTheOldestGivesWay) {
    Rig rig;
    rig.policy.ranges = {pool("10.99.0.50", "10.99.0.51")};
    const auto first = offered(rig.ask("DISCOVER hw=02:00:00:00:0b:01"));
    rig.pass(seconds{1});
    const auto second = offered(rig.ask("DISCOVER hw=02:00:00:00:0b:02"));
    EXPECT_NE(first, second);
    rig.pass(seconds{1});
    const auto third = rig.ask("DISCOVER hw=02:00:00:00:0b:03");
    EXPECT_EQ(offered(third), first);
    EXPECT_EQ(third.released_holds, std::vector{first});
    EXPECT_EQ(rig.leases.hold_count(), 2U);
}

TEST(Discover, InAPoolFullOfLeasesThereIsSilence) {
    Rig rig;
    rig.policy.ranges = {pool("10.99.0.50", "10.99.0.51")};
    for (const std::string last : {"50", "51"}) {
        const auto ack = rig.ask("REQUEST hw=02:00:00:00:0b:" + last + " requested-address=10.99.0." + last +
                                 " server-identifier=10.99.0.1");
        ASSERT_EQ(ack.reply->type(), MessageType::ack) << said(ack);
    }
    const auto decision = rig.ask(discover());
    EXPECT_EQ(said(decision), "silence: no_address");
    EXPECT_EQ(decision.events.front().stage, machine::Stage::discover);
    EXPECT_EQ(decision.events.front().reason, Reason::no_address);
    EXPECT_TRUE(decision.holds.empty());
}

TEST(Discover, TheClientKeepsItsLeaseAndItsFormerAddress) {
    Rig rig;
    rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    EXPECT_EQ(offered(rig.ask(discover("requested-address=10.99.0.70"))), ip("10.99.0.60"));
    rig.ask("RELEASE hw=02:00:00:00:0a:01 ciaddr=10.99.0.60 server-identifier=10.99.0.1",
            {.source = "10.99.0.60", .was_unicast = true});
    EXPECT_EQ(rig.leases.lease_count(), 0U);
    rig.pass(k_hold_time);
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.60"));
}

TEST(Discover, ClassCAddressesEndingInZeroAnd255AreSkipped) {
    Rig rig;
    rig.links.front().addresses = {{ip("192.168.4.1"), netmask_of(23)}};
    rig.policy.ranges = {pool("192.168.4.255", "192.168.5.1")};
    EXPECT_EQ(offered(rig.ask("DISCOVER hw=02:00:00:00:0b:01")), ip("192.168.5.1"));
    EXPECT_EQ(said(rig.ask("DISCOVER hw=02:00:00:00:0b:02")).substr(0, 5), "OFFER");  // the hold gave way
    EXPECT_EQ(rig.leases.hold_count(), 1U);
}

TEST(Discover, SequentialAddressesGoUpFromTheHighestLease) {
    Rig rig;
    rig.policy.is_sequential = true;
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.50"));
    rig.ask("REQUEST hw=02:00:00:00:0a:02 requested-address=10.99.0.80 server-identifier=10.99.0.1");
    EXPECT_EQ(offered(rig.ask("DISCOVER hw=02:00:00:00:0a:03")), ip("10.99.0.81"));
}

TEST(Discover, TaggedRangeGoesFirstAndIsClosedToOthers) {
    Rig rig;
    auto special = pool("10.99.0.200", "10.99.0.210");
    special.tests = {{"vip", false}};
    rig.policy.ranges.push_back(special);
    rig.policy.macs.push_back({"vip", exactly("02:00:00:00:0a:01"), {}});
    EXPECT_TRUE(special.contains(offered(rig.ask(discover()))));
    EXPECT_FALSE(special.contains(offered(rig.ask("DISCOVER hw=02:00:00:00:0a:02"))));
}

TEST(Discover, StaticRangeServesKnownHostsOnly) {
    Rig rig;
    rig.policy.ranges.front().is_static = true;
    EXPECT_EQ(said(rig.ask(discover())), "silence: static_only");
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.10"));
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.10"));
}

TEST(Discover, WithoutHardwareAddressAndClientIdThereIsSilence) {
    Rig rig;
    auto decision = rig.decide("DISCOVER xid=0x1");
    EXPECT_EQ(said(decision), "silence: no_unique_id");
    decision = rig.decide("DISCOVER xid=0x1 client-id=00:11:22");
    EXPECT_TRUE(decision.reply) << said(decision);
    EXPECT_EQ(decision.destination.way, Destination::Way::broadcast);
}

TEST(Discover, NoRangeOnThisInterfaceIsSaid) {
    Rig rig;
    rig.policy.ranges = {pool("10.1.0.50", "10.1.0.60")};
    const auto decision = rig.ask(discover());
    EXPECT_EQ(said(decision), "silence: no_range");
    EXPECT_EQ(decision.events.front().detail, "br0 has 10.99.0.1/255.255.255.0");
    EXPECT_EQ(rig.ask(discover("giaddr=172.16.0.1")).events.front().detail, "relay 172.16.0.1");
    rig.links.front().addresses.clear();
    EXPECT_EQ(said(rig.ask(discover())), "silence: no_range");
}

TEST(Discover, DhcpLeaseMaxIsFeltBeforeAnOfferThatCouldNotBeKept) {
    Rig rig;
    rig.policy.lease_max = 1;
    rig.ask("REQUEST hw=02:00:00:00:0a:02 requested-address=10.99.0.80 server-identifier=10.99.0.1");
    EXPECT_EQ(said(rig.ask(discover())), "silence: lease_limit");
    EXPECT_EQ(offered(rig.ask("DISCOVER hw=02:00:00:00:0a:02")), ip("10.99.0.80"));
}

// ---- conflict probes ----

TEST(Probe, ANewAddressIsTestedBeforeItIsOffered) {
    Rig rig;
    rig.policy.probes = true;
    const auto first = rig.ask(discover());
    EXPECT_EQ(first.probe, ip("10.99.0.129"));
    EXPECT_FALSE(first.reply);
    EXPECT_EQ(first.reason, Reason::waiting_for_probe);
    EXPECT_NE(rig.leases.find_hold(ip("10.99.0.129")), nullptr);
    rig.probed.answers[ip("10.99.0.129")] = Probed::Answer::free;
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.129"));
}

TEST(Probe, AnAddressSomebodyAnswersForIsPassedOverAndReported) {
    Rig rig;
    rig.policy.probes = true;
    rig.probed.answers[ip("10.99.0.129")] = Probed::Answer::in_use;
    rig.probed.answers[ip("10.99.0.130")] = Probed::Answer::free;
    const auto decision = rig.ask(discover());
    EXPECT_EQ(offered(decision), ip("10.99.0.130"));
    ASSERT_EQ(decision.events.size(), 2U);
    EXPECT_EQ(decision.events[0].stage, machine::Stage::offer);
    EXPECT_EQ(decision.events[1].stage, machine::Stage::probe);
    EXPECT_EQ(decision.events[1].reason, Reason::address_conflict);
    EXPECT_EQ(decision.events[1].peer->address_text(), "10.99.0.129");
}

TEST(Probe, AConflictIsReportedOnceWhileTheNextAddressIsTested) {
    Rig rig;
    rig.policy.probes = true;
    EXPECT_TRUE(rig.ask(discover()).events.empty());
    rig.probed.answers[ip("10.99.0.129")] = Probed::Answer::in_use;
    const auto second = rig.ask(discover());
    EXPECT_EQ(second.probe, ip("10.99.0.130"));
    ASSERT_EQ(second.events.size(), 1U);
    EXPECT_EQ(second.events[0].reason, Reason::address_conflict);
    rig.probed.answers[ip("10.99.0.130")] = Probed::Answer::free;
    const auto third = rig.ask(discover());
    EXPECT_EQ(offered(third), ip("10.99.0.130"));
    EXPECT_EQ(third.events.size(), 1U);
}

TEST(Probe, IsLeftOutForOwnLeasesReservationsLoopbackAndWhenTooManyRun) {
    Rig rig;
    rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    rig.policy.probes = true;
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.60"));

    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:02", "10.99.0.10"));
    EXPECT_EQ(offered(rig.ask("DISCOVER hw=02:00:00:00:0a:02")), ip("10.99.0.10"));

    EXPECT_TRUE(rig.ask("DISCOVER hw=02:00:00:00:0a:03").probe);
    rig.may_probe = false;
    EXPECT_TRUE(rig.ask("DISCOVER hw=02:00:00:00:0a:03").reply);
    rig.may_probe = true;
    rig.links.front().is_loopback = true;
    EXPECT_TRUE(rig.ask("DISCOVER hw=02:00:00:00:0a:04").reply);
}

TEST(Probe, EndsWhenEveryAddressAnswers) {
    Rig rig;
    rig.policy.probes = true;
    rig.policy.ranges = {pool("10.99.0.50", "10.99.0.51")};
    rig.probed.answers[ip("10.99.0.50")] = Probed::Answer::in_use;
    rig.probed.answers[ip("10.99.0.51")] = Probed::Answer::in_use;
    const auto decision = rig.ask(discover());
    EXPECT_EQ(said(decision), "silence: no_address");
    EXPECT_EQ(decision.events.size(), 3U);
}

}  // namespace
}  // namespace pxed::dhcp
