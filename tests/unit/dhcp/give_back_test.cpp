// DECLINE, RELEASE, INFORM, BOOTP, and what is no request at all.
#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

const std::string k_decline = "DECLINE hw=02:00:00:00:0a:01 server-identifier=10.99.0.1 requested-address=";
const std::string k_release = "RELEASE hw=02:00:00:00:0a:01 server-identifier=10.99.0.1 ciaddr=";

Rig with_lease() {
    Rig rig;
    rig.ask(request("requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    EXPECT_NE(rig.leases.find(ip("10.99.0.60")), nullptr);
    return rig;
}

TEST(Decline, TheAddressRestsForTenMinutes) {
    Rig rig = with_lease();
    const auto decision = rig.ask(k_decline + "10.99.0.60 message=\"it answers\"");
    EXPECT_FALSE(decision.reply);
    EXPECT_EQ(decision.reason, Reason::address_declined);
    EXPECT_EQ(decision.events.front().detail, "it answers");
    EXPECT_EQ(rig.leases.find(ip("10.99.0.60"))->state, Lease::State::declined);
    EXPECT_EQ(rig.leases.bound_count(), 0U);
    EXPECT_NE(offered(rig.ask(discover("requested-address=10.99.0.60"))), ip("10.99.0.60"));
    rig.leases.release_hold(offered(rig.ask(discover())));
    rig.pass(seconds{600});
    EXPECT_EQ(offered(rig.ask(discover("requested-address=10.99.0.60"))), ip("10.99.0.60"));
}

TEST(Decline, AnOfferedAddressCanBeDeclinedToo) {
    Rig rig;
    rig.ask(discover("requested-address=10.99.0.60"));
    EXPECT_EQ(rig.ask(k_decline + "10.99.0.60").reason, Reason::address_declined);
    EXPECT_EQ(rig.leases.hold_count(), 0U);
}

TEST(Decline, NobodyDeclinesWhatIsNotTheirs) {
    Rig rig = with_lease();
    EXPECT_EQ(said(rig.ask(k_decline + "10.99.0.61")), "silence: unknown_lease");
    EXPECT_EQ(said(rig.ask("DECLINE hw=02:00:00:00:0a:02 server-identifier=10.99.0.1 "
                           "requested-address=10.99.0.60")),
              "silence: unknown_lease");
    EXPECT_EQ(said(rig.ask("DECLINE hw=02:00:00:00:0a:01 server-identifier=10.99.0.2 "
                           "requested-address=10.99.0.60")),
              "silence: other_server");
    EXPECT_EQ(said(rig.ask("DECLINE hw=02:00:00:00:0a:01 requested-address=10.99.0.60")),
              "silence: other_server");
    EXPECT_EQ(rig.leases.find(ip("10.99.0.60"))->state, Lease::State::bound);
}

TEST(Decline, AClientThatDeclinesForEverKeepsAFewAddressesOnly) {
    Rig rig;
    for (int i = 0; i < 50; ++i) {
        const auto offer = rig.ask(discover());
        ASSERT_TRUE(offer.reply) << said(offer);
        EXPECT_EQ(rig.ask(k_decline + offered(offer).text()).reason, Reason::address_declined);
        rig.pass(seconds{1});
    }
    EXPECT_EQ(rig.leases.lease_count(), 8U);
}

TEST(Decline, AnEmptyPoolTriesItsOldestDeclinedAddressAgain) {
    Rig rig;
    rig.policy.ranges = {pool("10.99.0.50", "10.99.0.51")};
    for (const std::string mac : {"02:00:00:00:0b:01", "02:00:00:00:0b:02"}) {
        const auto address = offered(rig.ask("DISCOVER hw=" + mac)).text();
        rig.ask("DECLINE hw=" + mac + " server-identifier=10.99.0.1 requested-address=" + address);
        rig.pass(seconds{1});
    }
    const auto oldest = rig.leases.oldest_declined_between(ip("10.99.0.0"), ip("10.99.0.99"))->address;
    EXPECT_EQ(offered(rig.ask(discover())), oldest);
    const auto ack = rig.ask(request("server-identifier=10.99.0.1 requested-address=" + oldest.text()));
    EXPECT_EQ(ack.reply->type(), MessageType::ack) << said(ack);
    EXPECT_EQ(rig.leases.find(oldest)->state, Lease::State::bound);
    EXPECT_EQ(rig.leases.bound_count(), 1U);
}

TEST(Decline, AHostsAddressRestsAndItGetsOneOfThePoolMeanwhile) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.10"));
    rig.ask(discover());
    rig.ask(k_decline + "10.99.0.10");
    const auto offer = rig.ask(discover());
    EXPECT_EQ(offered(offer), ip("10.99.0.129"));
    EXPECT_EQ(offer.reason, Reason::host_address_declined);
    rig.pass(seconds{600});
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.10"));
}

TEST(Release, EndsTheLeaseOfTheMachineThatSendsIt) {
    Rig rig = with_lease();
    const auto decision = rig.ask(k_release + "10.99.0.60", {.source = "10.99.0.60", .was_unicast = true});
    EXPECT_FALSE(decision.reply);
    EXPECT_EQ(decision.reason, Reason::none);
    EXPECT_EQ(decision.events.front().stage, machine::Stage::release);
    ASSERT_EQ(decision.changes.size(), 1U);
    EXPECT_FALSE(decision.changes[0].row);
    EXPECT_EQ(decision.changes[0].replaces, 1U);
    EXPECT_EQ(rig.leases.lease_count(), 0U);
}

TEST(Release, OfAnothersLeaseChangesNothing) {
    Rig rig = with_lease();
    EXPECT_EQ(said(rig.ask("RELEASE hw=02:00:00:00:0a:02 server-identifier=10.99.0.1 ciaddr=10.99.0.60",
                           {.source = "10.99.0.60", .was_unicast = true})),
              "silence: unknown_lease");
    EXPECT_EQ(said(rig.ask(k_release + "10.99.0.60", {.source = "10.99.0.66", .was_unicast = true})),
              "silence: wrong_address");
    EXPECT_EQ(said(rig.ask(k_release + "10.99.0.61", {.source = "10.99.0.61", .was_unicast = true})),
              "silence: unknown_lease");
    EXPECT_EQ(said(rig.ask("RELEASE hw=02:00:00:00:0a:01 server-identifier=10.99.0.2 ciaddr=10.99.0.60")),
              "silence: other_server");
    EXPECT_EQ(rig.leases.lease_count(), 1U);
}

TEST(Inform, GetsOptionsButNoAddressAndNoTimes) {
    Rig rig;
    rig.policy.domain = "lab";
    const auto ack =
        rig.ask("INFORM hw=02:00:00:00:0a:01 xid=0x5 ciaddr=10.99.0.7 parameter-request=1,3,15,51",
                {.source = "10.99.0.7", .source_port = 4321, .was_unicast = true});
    EXPECT_EQ(said(ack),
              "ACK hw=02:00:00:00:0a:01 xid=0x5 ciaddr=10.99.0.7 siaddr=10.99.0.1 "
              "server-identifier=10.99.0.1 netmask=255.255.255.0 broadcast=10.99.0.255 router=10.99.0.1 "
              "domain-name=\"lab\"");
    EXPECT_EQ(ack.destination.text(), "routed 10.99.0.7:4321");
    EXPECT_TRUE(ack.changes.empty());
    EXPECT_EQ(ack.events.front().stage, machine::Stage::inform);
    EXPECT_EQ(ack.events.front().peer->address_text(), "10.99.0.7");
}

TEST(Inform, IsAnsweredWithoutARangeButNotWithoutAnAddress) {
    Rig rig;
    rig.policy.ranges = {pool("10.1.0.50", "10.1.0.60")};
    const auto ack = rig.ask("INFORM hw=02:00:00:00:0a:01 ciaddr=10.99.0.7");
    ASSERT_TRUE(ack.reply) << said(ack);
    EXPECT_FALSE(ack.reply->options.has(k_subnet_mask));
    EXPECT_EQ(ack.destination.text(), "routed 10.99.0.7:68");
    EXPECT_EQ(said(rig.ask("INFORM hw=02:00:00:00:0a:01")), "silence: malformed");
    EXPECT_EQ(said(rig.ask("INFORM hw=02:00:00:00:0a:01 ciaddr=224.0.0.1")), "silence: malformed");
    EXPECT_EQ(said(rig.ask("INFORM hw=02:00:00:00:0a:01 ciaddr=172.16.0.7 giaddr=172.16.0.1")),
              "silence: no_range");
}

TEST(Bootp, AKnownHostGetsItsAddressForEver) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.10"));
    rig.policy.boots.push_back(boot_file("image"));
    const auto decision = rig.ask("BOOTREQUEST hw=02:00:00:00:0a:01 xid=0x9 flags=broadcast");
    EXPECT_EQ(said(decision),
              "BOOTREPLY hw=02:00:00:00:0a:01 xid=0x9 flags=broadcast yiaddr=10.99.0.10 siaddr=10.99.0.1 "
              "file=\"image\" netmask=255.255.255.0 broadcast=10.99.0.255 router=10.99.0.1");
    EXPECT_FALSE(decision.reply->options.has(k_server_id));
    EXPECT_FALSE(decision.reply->options.has(k_lease_time));
    EXPECT_EQ(decision.reply_limit, 300U);
    EXPECT_EQ(rig.leases.find(ip("10.99.0.10"))->expires, k_never);
    EXPECT_EQ(build(*decision.reply, decision.reply_limit).bytes.size(), 300U);
    EXPECT_TRUE(build(*decision.reply, decision.reply_limit).left_out.empty());
}

TEST(Bootp, AnUnknownMachineGetsNothing) {
    Rig rig;
    EXPECT_EQ(said(rig.ask("BOOTREQUEST hw=02:00:00:00:0a:01")), "silence: bootp_without_host");
    EXPECT_EQ(said(rig.ask("BOOTREQUEST xid=0x1")), "silence: no_unique_id");
}

TEST(Bootp, IsATagAndSoIsTheFileItAsksFor) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.99.0.10"));
    auto for_bootp = boot_file("old-image"), for_name = boot_file("named-image");
    for_bootp.tests = {{"bootp", false}};
    for_name.tests = {{"special", false}};
    rig.policy.boots = {for_bootp, for_name};
    EXPECT_EQ(rig.ask("BOOTREQUEST hw=02:00:00:00:0a:01").reply->file, "old-image");
    EXPECT_EQ(rig.ask("BOOTREQUEST hw=02:00:00:00:0a:01 file=\"special\"").reply->file, "named-image");
}

TEST(Decide, WhatIsNoRequestIsNotAnswered) {
    Rig rig;
    EXPECT_EQ(said(rig.ask("OFFER hw=02:00:00:00:0a:01")), "silence: not_a_request");
    for (const std::string type : {"00", "02", "05", "06", "09", "12", "ff"}) {
        EXPECT_EQ(said(rig.ask("BOOTREQUEST hw=02:00:00:00:0a:01 53=hex:" + type)).substr(0, 8), "silence:")
            << type;
    }
}

}  // namespace
}  // namespace pxed::dhcp
