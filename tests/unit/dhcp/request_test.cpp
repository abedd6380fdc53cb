#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

constexpr std::string_view k_to_us = "server-identifier=10.99.0.1 ";
constexpr std::string_view k_to_another = "server-identifier=10.99.0.2 ";

enum class Known { no, yes, other_address, other_subnet };

struct Case {
    std::string_view state;  // selecting, other, reboot, renew, rebind
    Known known;
    bool is_authoritative;
    std::string_view expected;  // "ack", a NAK's text, or "silence: reason"
};

// The address asked for is 10.99.0.60 in every case but other_subnet, where it is 10.1.0.60.
std::string outcome(const Case& c) {
    Rig rig;
    rig.policy.is_authoritative = c.is_authoritative;
    if (c.known == Known::yes || c.known == Known::other_address) {
        const std::string address = c.known == Known::yes ? "10.99.0.60" : "10.99.0.61";
        rig.ask(request("requested-address=" + address + " server-identifier=10.99.0.1"));
        EXPECT_NE(rig.leases.find(ip(address)), nullptr);
    }
    rig.pass(seconds{1});
    const std::string address = c.known == Known::other_subnet ? "10.1.0.60" : "10.99.0.60";
    Decision decision;
    if (c.state == "selecting") {
        decision = rig.ask(request(std::string{k_to_us} + "requested-address=" + address));
    } else if (c.state == "other") {
        decision = rig.ask(request(std::string{k_to_another} + "requested-address=" + address));
    } else if (c.state == "reboot") {
        decision = rig.ask(request("requested-address=" + address));
    } else if (c.state == "renew") {
        decision = rig.ask(request("ciaddr=" + address), {.source = address, .was_unicast = true});
    } else {
        decision = rig.ask(request("ciaddr=" + address), {.source = address});
    }
    if (!decision.reply) return said(decision);
    if (decision.reply->type() == MessageType::nak) return nak_text(decision);
    // An ACK always stands on a row, and the row is the one it speaks of.
    EXPECT_FALSE(decision.changes.empty());
    EXPECT_EQ(rig.leases.find(ip(address))->hardware, hw("02:00:00:00:0a:01"));
    EXPECT_EQ(decision.reply->yiaddr, ip(address));
    return "ack";
}

TEST(Request, EachStateIsAnsweredAsDnsmasqDoes) {
    constexpr Case k_cases[] = {
        {"selecting", Known::no, false, "ack"},
        {"selecting", Known::no, true, "ack"},
        {"selecting", Known::yes, false, "ack"},
        {"selecting", Known::yes, true, "ack"},
        {"selecting", Known::other_address, false, "ack"},
        {"selecting", Known::other_address, true, "ack"},
        {"selecting", Known::other_subnet, false, "wrong network"},
        {"selecting", Known::other_subnet, true, "wrong network"},
        {"other", Known::no, false, "silence: other_server"},
        {"other", Known::no, true, "wrong server-ID"},
        {"other", Known::yes, false, "silence: other_server"},
        {"other", Known::yes, true, "wrong server-ID"},
        {"other", Known::other_address, false, "silence: other_server"},
        {"other", Known::other_address, true, "wrong server-ID"},
        {"other", Known::other_subnet, false, "silence: other_server"},
        {"other", Known::other_subnet, true, "wrong server-ID"},
        {"reboot", Known::no, false, "silence: unknown_lease"},
        {"reboot", Known::no, true, "ack"},
        {"reboot", Known::yes, false, "ack"},
        {"reboot", Known::yes, true, "ack"},
        {"reboot", Known::other_address, false, "wrong address"},
        {"reboot", Known::other_address, true, "wrong address"},
        {"reboot", Known::other_subnet, false, "silence: unknown_lease"},
        {"reboot", Known::other_subnet, true, "wrong network"},
        {"renew", Known::no, false, "lease not found"},
        {"renew", Known::no, true, "ack"},
        {"renew", Known::yes, false, "ack"},
        {"renew", Known::yes, true, "ack"},
        {"renew", Known::other_address, false, "lease not found"},
        {"renew", Known::other_address, true, "lease not found"},
        {"renew", Known::other_subnet, false, "lease not found"},
        {"renew", Known::other_subnet, true, "wrong network"},
        {"rebind", Known::no, false, "silence: unknown_rebinding"},
        {"rebind", Known::no, true, "ack"},
        {"rebind", Known::yes, false, "ack"},
        {"rebind", Known::yes, true, "ack"},
        {"rebind", Known::other_address, false, "silence: unknown_rebinding"},
        {"rebind", Known::other_address, true, "silence: unknown_rebinding"},
        {"rebind", Known::other_subnet, false, "silence: unknown_rebinding"},
        {"rebind", Known::other_subnet, true, "wrong network"},
    };
    for (const auto& c : k_cases) {
        EXPECT_EQ(outcome(c), c.expected)
            << c.state << ", known " << static_cast<int>(c.known) << ", authoritative " << c.is_authoritative;
    }
}

TEST(Request, SelectingAnotherAddressEndsTheOldLease) {
    Rig rig;
    rig.ask(request("requested-address=10.99.0.61 server-identifier=10.99.0.1"));
    const auto ack = rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    EXPECT_EQ(ack.changes.size(), 2U);
    EXPECT_EQ(rig.leases.find(ip("10.99.0.61")), nullptr);
    EXPECT_EQ(rig.leases.lease_count(), 1U);
}

TEST(Request, RenewalReplacesTheRowItSaw) {
    Rig rig;
    rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    rig.pass(seconds{100});
    const auto ack = rig.ask(request("ciaddr=10.99.0.60"), {.source = "10.99.0.60", .was_unicast = true});
    ASSERT_EQ(ack.changes.size(), 1U);
    EXPECT_EQ(ack.changes[0].replaces, 1U);
    EXPECT_EQ(ack.changes[0].row->version, 2U);
    EXPECT_EQ(ack.changes[0].row->expires, rig.now.instant + seconds{28800});
    EXPECT_EQ(ack.reply->ciaddr, ip("10.99.0.60"));
    EXPECT_EQ(ack.destination.text(), "routed 10.99.0.60:68");
}

TEST(Request, ARowTheStoreDoesNotHaveYetIsCarriedAgain) {
    Rig rig;
    rig.policy.ranges.front().lease_time = k_infinite;
    const auto packet = request("requested-address=10.99.0.60 server-identifier=10.99.0.1");
    const auto first = rig.decide(packet);
    rig.leases.apply(first.changes, 1);  // and no answer of the store
    const auto again = rig.decide(packet);
    ASSERT_EQ(again.changes.size(), 1U);
    EXPECT_EQ(again.changes[0].replaces, 1U);
    rig.leases.settle(1, Stored{});
    EXPECT_TRUE(rig.decide(packet).changes.empty());  // the same infinite lease, stored: nothing to write
}

TEST(Request, AddressOutsideTheRangesIsNotAvailable) {
    Rig rig;
    EXPECT_EQ(nak_text(rig.ask(request("requested-address=10.99.0.7 server-identifier=10.99.0.1"))),
              "address not available");
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.7"));
    EXPECT_EQ(offered(rig.ask(request("requested-address=10.99.0.7 server-identifier=10.99.0.1"))),
              ip("10.99.0.7"));
}

TEST(Request, ANewHostLineSendsTheClientToItsNewAddressButNotWhileSelecting) {
    Rig rig;
    rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.70"));
    EXPECT_EQ(nak_text(rig.decide(request("ciaddr=10.99.0.60"), {.was_unicast = true})),
              "static lease available");
    EXPECT_EQ(nak_text(rig.decide(request("requested-address=10.99.0.60"))), "static lease available");
    const auto selecting = rig.decide(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    EXPECT_EQ(selecting.reply->type(), MessageType::ack);
    // While another machine has the new address a DISCOVER would not get it: the old one is kept.
    rig.ask("REQUEST hw=02:00:00:00:0a:02 requested-address=10.99.0.71 server-identifier=10.99.0.1");
    rig.policy.hosts = {host_with_address("02:00:00:00:0a:01", "10.99.0.71")};
    EXPECT_EQ(rig.decide(request("ciaddr=10.99.0.60"), {.was_unicast = true}).reply->type(),
              MessageType::ack);
}

TEST(Request, AddressOfAnotherHostIsReserved) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:02", "10.99.0.60"));
    EXPECT_EQ(nak_text(rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"))),
              "address reserved");
}

TEST(Request, AddressOfAnotherClientIsInUseUntilItsLeaseEnds) {
    Rig rig;
    rig.ask("REQUEST hw=02:00:00:00:0a:02 requested-address=10.99.0.60 server-identifier=10.99.0.1");
    const auto packet = request("requested-address=10.99.0.60 server-identifier=10.99.0.1");
    EXPECT_EQ(nak_text(rig.ask(packet)), "address in use");
    rig.pass(seconds{28800});
    const auto ack = rig.ask(packet);
    ASSERT_EQ(ack.reply->type(), MessageType::ack);
    EXPECT_EQ(ack.changes[0].replaces, 1U);  // the row that has ended but is still there
}

TEST(Request, WithoutAnyIdentityIsRefused) {
    Rig rig;
    EXPECT_EQ(nak_text(rig.ask("REQUEST requested-address=10.99.0.60 server-identifier=10.99.0.1")),
              "no unique-id");
}

TEST(Request, DhcpLeaseMaxIsTheLast) {
    Rig rig;
    rig.policy.lease_max = 1;
    rig.ask("REQUEST hw=02:00:00:00:0a:02 requested-address=10.99.0.60 server-identifier=10.99.0.1");
    EXPECT_EQ(nak_text(rig.ask(request("requested-address=10.99.0.61 server-identifier=10.99.0.1"))),
              "no leases left");
    // Its own lease moves; that is not one more.
    const auto moved =
        rig.ask("REQUEST hw=02:00:00:00:0a:02 requested-address=10.99.0.62 server-identifier=10.99.0.1");
    EXPECT_EQ(moved.reply->type(), MessageType::ack) << said(moved);
}

TEST(Request, AnyAddressOfOursIsTakenForOurNameAndGivenBack) {
    Rig rig;
    Link other;
    other.name = "eth1";
    other.index = 4;
    other.addresses = {{ip("192.0.2.1"), netmask_of(24)}};
    rig.links.push_back(other);
    const auto ack = rig.ask(request("requested-address=10.99.0.60 server-identifier=192.0.2.1"));
    ASSERT_TRUE(ack.reply);
    EXPECT_EQ(ack.reply->type(), MessageType::ack);
    EXPECT_EQ(ack.reply->options.address(k_server_id), ip("192.0.2.1"));
}

TEST(Request, AClientThatChoosesAnotherServerLeavesItsOffer) {
    Rig rig;
    rig.ask(discover());
    ASSERT_EQ(rig.leases.hold_count(), 1U);
    const auto decision = rig.ask(request("requested-address=10.9.9.9 server-identifier=10.99.0.2"));
    EXPECT_EQ(said(decision), "silence: other_server");
    EXPECT_EQ(decision.events.front().peer->address_text(), "10.9.9.9");
    EXPECT_EQ(rig.leases.hold_count(), 0U);
}

TEST(Request, TheAckTakesTheHoldsPlaceAndSaysWhatTheOfferSaid) {
    Rig rig;
    rig.policy.boots.push_back(boot_file("pxelinux.0"));
    const auto offer = rig.ask(discover("parameter-request=1,3,66,67 client-id=01:02:03"));
    const auto ack = rig.ask(request("parameter-request=1,3,66,67 client-id=01:02:03 requested-address=" +
                                     offered(offer).text() + " server-identifier=10.99.0.1"));
    ASSERT_EQ(ack.reply->type(), MessageType::ack);
    EXPECT_EQ(rig.leases.hold_count(), 0U);
    auto without_type = [](Message message) {
        message.options.remove(k_message_type);
        return message;
    };
    EXPECT_EQ(without_type(*offer.reply), without_type(*ack.reply));
}

TEST(Request, ANakGoesToEverybodyOnTheWireAndCarriesNothingElse) {
    Rig rig;
    const auto nak = rig.ask(request("ciaddr=10.99.0.60 client-id=01:02 parameter-request=1,3"),
                             {.source = "10.99.0.60", .was_unicast = true});
    EXPECT_EQ(said(nak),
              "NAK hw=02:00:00:00:0a:01 xid=0x1234 flags=broadcast server-identifier=10.99.0.1 "
              "message=\"lease not found\" client-id=01:02");
    EXPECT_EQ(nak.destination.text(), "broadcast 255.255.255.255:68");
    EXPECT_EQ(nak.events.front().stage, machine::Stage::nak);
    EXPECT_EQ(nak.events.front().reason, Reason::lease_not_found);
}

TEST(Request, ANakToAClientBehindARouterIsRoutedThere) {
    Rig rig;
    const auto nak = rig.ask(request("ciaddr=10.1.0.60"), {.source = "10.1.0.60", .was_unicast = true});
    EXPECT_EQ(nak.destination.text(), "routed 10.1.0.60:68");
    EXPECT_TRUE(nak.reply->ciaddr.is_zero());
}

TEST(Request, AfterARebootAnUnknownAddressIsTestedFirst) {
    Rig rig;
    rig.policy.is_authoritative = true;
    rig.policy.probes = true;
    EXPECT_EQ(rig.ask(request("requested-address=10.99.0.60")).probe, ip("10.99.0.60"));
    rig.probed.answers[ip("10.99.0.60")] = Probed::Answer::in_use;
    EXPECT_EQ(nak_text(rig.ask(request("requested-address=10.99.0.60"))), "address in use");
    rig.probed.answers[ip("10.99.0.60")] = Probed::Answer::free;
    EXPECT_EQ(rig.ask(request("requested-address=10.99.0.60")).reply->type(), MessageType::ack);
    // Whoever renews uses the address and would answer itself.
    const auto renewed = rig.ask("REQUEST hw=02:00:00:00:0a:02 ciaddr=10.99.0.70",
                                 {.source = "10.99.0.70", .was_unicast = true});
    EXPECT_FALSE(renewed.probe);
    EXPECT_EQ(renewed.reply->type(), MessageType::ack);
}

TEST(Request, NothingIsAskedForIsMalformed) {
    Rig rig;
    EXPECT_EQ(said(rig.ask(request())), "silence: malformed");
}

TEST(Request, AClientIdAndAHardwareAddressAreOneClientAsDnsmasqHasIt) {
    Rig rig;
    rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));  // the ROM: no id
    EXPECT_EQ(offered(rig.ask(discover("client-id=01:02:00:00:00:0a:01"))), ip("10.99.0.60"));
    rig.ask(
        request("client-id=01:02:00:00:00:0a:01 requested-address=10.99.0.60 "
                "server-identifier=10.99.0.1"));
    EXPECT_EQ(rig.leases.find(ip("10.99.0.60"))->client_id.text(), "01:02:00:00:00:0a:01");
    // Another id on the same hardware is another client (an OS with a DUID) ...
    EXPECT_NE(offered(rig.ask(discover("client-id=ff:01:02:03"))), ip("10.99.0.60"));
    // ... unless dhcp-ignore-clid says that ids do not count. They come back all the same.
    rig.policy.ignores_client_ids = true;
    const auto offer = rig.ask(discover("client-id=ff:01:02:03"));
    EXPECT_EQ(offered(offer), ip("10.99.0.60"));
    EXPECT_TRUE(offer.reply->options.has(k_client_id));
}

}  // namespace
}  // namespace pxed::dhcp
