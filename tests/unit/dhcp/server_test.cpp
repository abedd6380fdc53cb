#include "dhcp/server.hpp"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.hpp"
#include "scripted_store.hpp"

namespace pxed::dhcp {
namespace {

using rig::hw;
using rig::ip;
using test::ScriptedStore;
using Pace = ScriptedStore::Pace;
using Which = ScriptedStore::Which;

/// Remembers what each commit brought.
class RecordingStore : public ScriptedStore {
 public:
    using ScriptedStore::ScriptedStore;
    void commit(std::vector<Change> changes, Done done) override {
        brought.push_back(changes);
        ScriptedStore::commit(std::move(changes), std::move(done));
    }
    std::vector<std::vector<Change>> brought;
};

/// A server at 10.99.0.1 with a pool, a store, and everything it says kept.
class ServerTest : public testing::Test, protected Surroundings {
 protected:
    explicit ServerTest(Pace pace = Pace::at_once) : store(pace), server(policy, store, *this) {
        Link link;
        link.name = "br0";
        link.index = 3;
        link.addresses = {{ip("10.99.0.1"), netmask_of(24)}};
        links.push_back(link);
        policy.ranges.push_back(rig::pool("10.99.0.50", "10.99.0.150"));
        policy.probes = false;
        now.instant = Instant{} + seconds{1000};
    }

    Arrival arrival(std::string_view packet) const {
        auto message = message_from_text(packet);
        EXPECT_TRUE(message) << packet;
        Arrival arrived;
        arrived.message = message.value_or(Message{});
        arrived.link = &links.front();
        arrived.source_port = k_client_port;
        arrived.received = now.instant;
        return arrived;
    }
    void receive(std::initializer_list<std::string> packets) {
        std::vector<Arrival> batch;
        for (const std::string& packet : packets)
            batch.push_back(arrival(packet));
        server.follow(links);
        server.receive(std::move(batch), now);
    }
    static std::string request_of(unsigned client, std::string_view address) {
        return "REQUEST hw=" + mac(client) +
               " xid=0x1 server-identifier=10.99.0.1 requested-address=" + std::string{address};
    }
    static std::string discover_of(unsigned client) { return "DISCOVER hw=" + mac(client) + " xid=0x1"; }
    static std::string mac(unsigned client) {
        const std::uint8_t high = static_cast<std::uint8_t>(client >> 8);
        const std::uint8_t low = static_cast<std::uint8_t>(client);
        const std::array<std::uint8_t, 6> bytes{2, 0, 0, 0, high, low};
        return HwAddr{k_ethernet, bytes}.text();
    }
    /// The types of the replies so far, in order; they count as seen.
    std::string replies() {
        std::string text;
        for (const Outgoing& outgoing : sent) {
            const std::string line = text_of(outgoing.message);
            text += (text.empty() ? "" : " ") + line.substr(0, line.find(' '));
        }
        sent.clear();
        return text;
    }
    std::size_t told(Reason reason) const {
        return static_cast<std::size_t>(std::ranges::count(events, reason, &machine::Event::reason));
    }

    void send(const Outgoing& outgoing) override { sent.push_back(outgoing); }
    void probe(Ipv4 address, unsigned) override { probed.push_back(address); }
    void tell(machine::Event event) override { events.push_back(std::move(event)); }
    void trace(const std::string& text) override { traced.push_back(text); }
    [[nodiscard]] const machine::Machine* machine_of(const HwAddr&) const override { return nullptr; }
    [[nodiscard]] Now time() const override { return now; }
    void deadline_changed() override { deadline_told = server.next_deadline(); }

    Policy policy;
    std::vector<Link> links;
    Now now;
    RecordingStore store;
    Server server;
    std::vector<Outgoing> sent;
    std::vector<Ipv4> probed;
    std::vector<machine::Event> events;
    std::vector<std::string> traced;
    std::optional<Instant> deadline_told;
};

class LateServerTest : public ServerTest {
 protected:
    LateServerTest() : ServerTest(Pace::late) {}
};

TEST_F(LateServerTest, AcknowledgesOnlyWhenTheStoreHasTheLease) {
    receive({request_of(1, "10.99.0.60")});
    EXPECT_EQ(replies(), "");
    EXPECT_EQ(server.waiting(), 1U);
    ASSERT_TRUE(store.answer(Which::oldest));
    EXPECT_EQ(replies(), "ACK");
    EXPECT_EQ(server.waiting(), 0U);
}

TEST_F(LateServerTest, OffersWhileTheStoreHangs) {
    receive({request_of(1, "10.99.0.60"), discover_of(2)});
    EXPECT_EQ(replies(), "OFFER");
}

TEST_F(LateServerTest, TellsOfAnAcknowledgementNoEarlierThanTheClient) {
    receive({request_of(1, "10.99.0.60")});
    EXPECT_TRUE(events.empty());
    store.answer_all(Which::oldest);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events.front().stage, machine::Stage::ack);
}

TEST_F(LateServerTest, CountsTheWaitForTheDiskInTheDurationOfAnAck) {
    receive({request_of(1, "10.99.0.60")});
    now.instant += seconds{3};
    store.answer_all(Which::oldest);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events.front().duration, seconds{3});
}

TEST_F(LateServerTest, SaysWhenItWantsToTryAgainToStoreThatALeaseEnded) {
    receive({request_of(1, "10.99.0.60")});
    store.answer_all(Which::oldest);
    store.fail_next(1, "no space");
    now.instant += seconds{28800};
    server.on_time(now);
    EXPECT_EQ(server.next_deadline(), std::nullopt) << "nothing to do before the store answers";
    now.instant += seconds{20};
    store.answer_all(Which::oldest);
    EXPECT_EQ(deadline_told, now.instant + Server::k_expiry_pause);
}

TEST_F(ServerTest, CommitsABatchAsOneTransaction) {
    std::vector<Arrival> batch;
    for (unsigned client = 0; client < 64; ++client) {
        batch.push_back(arrival(request_of(client, "10.99.0." + std::to_string(60 + client))));
    }
    server.follow(links);
    server.receive(std::move(batch), now);
    EXPECT_EQ(sent.size(), 64U);
    ASSERT_EQ(store.brought.size(), 1U);
    EXPECT_EQ(store.brought.front().size(), 64U);
}

TEST_F(ServerTest, AsksNothingOfTheStoreWhenNothingChanges) {
    receive({discover_of(1), request_of(2, "10.99.0.200")});
    EXPECT_EQ(replies(), "OFFER NAK");
    EXPECT_TRUE(store.brought.empty());
}

TEST_F(ServerTest, CommitsOneStepForAnAddressThatChangesTwiceInABatch) {
    receive({request_of(1, "10.99.0.60"), request_of(1, "10.99.0.60")});
    EXPECT_EQ(replies(), "ACK ACK");
    ASSERT_EQ(store.brought.size(), 1U);
    ASSERT_EQ(store.brought.front().size(), 1U);
    const Change& change = store.brought.front().front();
    EXPECT_EQ(change.replaces, 0U);
    ASSERT_TRUE(change.row);
    EXPECT_EQ(change.row->version, server.leases().find(ip("10.99.0.60"))->version);
}

TEST_F(ServerTest, CommitsOneStepWhenARowIsDeletedAndMadeAnewInABatch) {
    receive({request_of(1, "10.99.0.60")});
    receive({request_of(1, "10.99.0.60")});
    store.brought.clear();
    receive({"RELEASE hw=" + mac(1) + " xid=0x2 ciaddr=10.99.0.60 server-identifier=10.99.0.1",
             request_of(2, "10.99.0.60")});
    ASSERT_EQ(store.brought.size(), 1U);
    ASSERT_EQ(store.brought.front().size(), 1U);
    EXPECT_EQ(store.rows().at(ip("10.99.0.60")), *server.leases().find(ip("10.99.0.60")));
    EXPECT_EQ(store.rows().at(ip("10.99.0.60")).hardware, hw(mac(2)));
}

TEST_F(ServerTest, KeepsTheOfferedAddressForAClientWhoseLeaseCouldNotBeStored) {
    receive({discover_of(1)});
    const Ipv4 offered = sent.front().message.yiaddr;
    sent.clear();
    store.fail_next(1, "no space");
    receive({request_of(1, offered.text())});
    EXPECT_EQ(replies(), "");
    EXPECT_EQ(server.leases().find(offered), nullptr);
    ASSERT_NE(server.leases().find_hold(offered), nullptr);
    EXPECT_EQ(server.leases().find_hold(offered)->hardware, hw(mac(1)));
    receive({request_of(1, offered.text())});
    EXPECT_EQ(replies(), "ACK");
}

TEST_F(ServerTest, SaysWhyALeaseWasNotStored) {
    store.fail_next(1, "no space");
    receive({request_of(1, "10.99.0.60")});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events.front().stage, machine::Stage::request);
    EXPECT_EQ(events.front().reason, Reason::store_failed);
    EXPECT_EQ(events.front().detail, "no space");
    EXPECT_EQ(events.front().machine, hw(mac(1)));
}

TEST_F(ServerTest, DoesNotFillTheLogWhenTheStoreIsBroken) {
    store.fail_next(1000, "no space");
    for (unsigned client = 0; client < 100; ++client)
        receive({request_of(client, "10.99.0.60")});
    EXPECT_EQ(told(Reason::store_failed), 8U);
    events.clear();
    now.instant += seconds{11};
    receive({request_of(1, "10.99.0.60")});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events.front().detail, "no space (and 92 more before this one)");
}

TEST_F(ServerTest, TakesTheStoresRowInAConflictAndDecidesAgain) {
    Lease others;
    others.address = ip("10.99.0.60");
    others.hardware = hw(mac(9));
    others.expires = now.instant + seconds{3600};
    store.write_behind(others.address, others);
    receive({request_of(1, "10.99.0.60")});
    EXPECT_EQ(replies(), "NAK");
    ASSERT_NE(server.leases().find(others.address), nullptr);
    EXPECT_EQ(server.leases().find(others.address)->hardware, hw(mac(9)));
}

TEST_F(ServerTest, AnswersThoseWhoSharedATransactionWithADisputedRow) {
    Lease others;
    others.address = ip("10.99.0.60");
    others.hardware = hw(mac(9));
    others.expires = now.instant + seconds{3600};
    store.write_behind(others.address, others);
    receive({request_of(1, "10.99.0.61"), request_of(2, "10.99.0.60"), request_of(3, "10.99.0.62")});
    EXPECT_EQ(replies(), "ACK NAK ACK");
}

TEST_F(ServerTest, GivesUpOnAStoreThatDisputesEverything) {
    store.conflict_next(1000);
    receive({request_of(1, "10.99.0.60")});
    EXPECT_EQ(replies(), "");
    EXPECT_EQ(store.brought.size(), Server::k_most_attempts);
    EXPECT_EQ(told(Reason::store_failed), 1U);
    EXPECT_EQ(server.leases().find(ip("10.99.0.60")), nullptr);
}

TEST_F(LateServerTest, DecidesAgainWhatRestedOnARowThatWasNeverStored) {
    store.fail_next(1, "no space");
    receive({request_of(1, "10.99.0.60")});
    receive({request_of(1, "10.99.0.60")});
    ASSERT_TRUE(store.answer(Which::oldest));
    EXPECT_EQ(replies(), "") << "the first was not stored";
    ASSERT_TRUE(store.answer(Which::oldest));
    EXPECT_EQ(replies(), "") << "the second rested on the first";
    ASSERT_TRUE(store.answer(Which::oldest)) << "and was decided again";
    EXPECT_EQ(replies(), "ACK");
    EXPECT_EQ(store.rows().at(ip("10.99.0.60")), *server.leases().find(ip("10.99.0.60")));
}

TEST_F(LateServerTest, DropsWhatWouldMakeTheQueueBeforeTheStoreTooLong) {
    policy.ranges = {rig::pool("10.99.0.2", "10.99.0.254")};
    for (std::size_t i = 0; i < Server::k_most_waiting; ++i)
        receive({request_of(1, "10.99.0.60")});
    EXPECT_EQ(server.waiting(), Server::k_most_waiting);
    receive({request_of(2, "10.99.0.61")});
    EXPECT_EQ(server.waiting(), Server::k_most_waiting);
    EXPECT_EQ(told(Reason::overloaded), 1U);
    EXPECT_EQ(server.leases().find(ip("10.99.0.61")), nullptr);
    receive({discover_of(3)});
    EXPECT_EQ(replies(), "OFFER") << "offers cost the store nothing";
}

TEST_F(LateServerTest, LearnsWhatBecameOfItsRowsAfterItAbandonedTheReplies) {
    receive({request_of(1, "10.99.0.60")});
    server.abandon();
    EXPECT_EQ(server.waiting(), 0U);
    store.answer_all(Which::oldest);
    EXPECT_EQ(replies(), "");
    EXPECT_FALSE(server.leases().is_unstored(ip("10.99.0.60")));
}

TEST_F(ServerTest, EndsLeasesInBoundedTransactions) {
    std::vector<Lease> rows;
    for (unsigned i = 0; i < 600; ++i) {
        Lease lease;
        lease.address = Ipv4{ip("10.99.4.0").value() + i};
        lease.hardware = hw(mac(i));
        lease.expires = now.instant + seconds{10};
        lease.version = 1;
        rows.push_back(lease);
        store.load(lease);
    }
    server.load(rows);
    ASSERT_EQ(server.next_deadline(), now.instant + seconds{10});
    now.instant += seconds{10};
    unsigned calls = 0;
    while (server.next_deadline() && *server.next_deadline() <= now.instant) {
        server.on_time(now);
        ASSERT_LT(++calls, 10U);
    }
    ASSERT_EQ(store.brought.size(), 3U);
    EXPECT_EQ(store.brought.front().size(), Server::k_expiry_batch);
    EXPECT_TRUE(store.rows().empty());
    EXPECT_EQ(events.size(), 600U);
}

TEST_F(ServerTest, PausesBeforeItTriesAgainToStoreThatALeaseEnded) {
    receive({request_of(1, "10.99.0.60")});
    events.clear();
    store.fail_next(1, "no space");
    now.instant += seconds{28800};
    server.on_time(now);
    EXPECT_TRUE(events.empty());
    ASSERT_EQ(server.next_deadline(), now.instant + Server::k_expiry_pause);
    now.instant += Server::k_expiry_pause;
    server.on_time(now);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events.front().stage, machine::Stage::lease_expired);
    EXPECT_TRUE(store.rows().empty());
}

TEST_F(ServerTest, ProbesOnceForAClientThatAsksTwiceAndAnswersItsLastMessage) {
    policy.probes = true;
    receive({"DISCOVER hw=" + mac(1) + " xid=0x1"});
    receive({"DISCOVER hw=" + mac(1) + " xid=0x2"});
    ASSERT_EQ(probed.size(), 1U);
    EXPECT_EQ(server.waiting(), 1U);
    server.on_probe_answer(probed.front(), false, now);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent.front().message.xid, 2U);
}

TEST_F(ServerTest, TriesTheNextAddressWhenOneIsInUse) {
    policy.probes = true;
    receive({discover_of(1)});
    ASSERT_EQ(probed.size(), 1U);
    server.on_probe_answer(probed[0], true, now);
    ASSERT_EQ(probed.size(), 2U);
    EXPECT_NE(probed[0], probed[1]);
    server.on_probe_answer(probed[1], false, now);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent.front().message.yiaddr, probed[1]);
}

TEST_F(ServerTest, OffersUntestedWhenTooManyProbesRun) {
    policy.probes = true;
    for (unsigned client = 0; client < ProbeDesk::k_most_probes; ++client)
        receive({discover_of(client)});
    EXPECT_EQ(probed.size(), ProbeDesk::k_most_probes);
    EXPECT_EQ(replies(), "");
    receive({discover_of(1000)});
    EXPECT_EQ(probed.size(), ProbeDesk::k_most_probes);
    EXPECT_EQ(replies(), "OFFER");
}

TEST_F(ServerTest, CountsALostProbeAsFree) {
    policy.probes = true;
    receive({discover_of(1)});
    ASSERT_EQ(server.next_deadline(), now.instant + ProbeDesk::k_longest_probe);
    now.instant += ProbeDesk::k_longest_probe;
    server.on_time(now);
    EXPECT_EQ(replies(), "OFFER");
    EXPECT_EQ(server.next_deadline(), std::nullopt);
}

TEST_F(ServerTest, AnswersNobodyWhenTheInterfaceWentAwayDuringTheProbe) {
    policy.probes = true;
    receive({discover_of(1)});
    ASSERT_EQ(probed.size(), 1U);
    server.follow({});
    server.on_probe_answer(probed.front(), false, now);
    EXPECT_EQ(replies(), "");
    EXPECT_EQ(told(Reason::wrong_interface), 1U);
    EXPECT_EQ(server.waiting(), 0U);
}

TEST_F(ServerTest, TracesDecisionsOnlyWhenAskedTo) {
    receive({discover_of(1), request_of(2, "10.99.0.200")});
    EXPECT_TRUE(traced.empty());
    server.trace_decisions(true);
    receive({discover_of(1), request_of(2, "10.99.0.200")});
    EXPECT_EQ(traced.size(), 2U);
}

TEST_F(ServerTest, ServesANewConfigurationToTheNextMessage) {
    receive({discover_of(1)});
    sent.clear();
    Policy other = policy;
    other.ranges = {rig::pool("10.99.0.200", "10.99.0.210")};
    server.use(other);
    receive({discover_of(2)});
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_GE(sent.front().message.yiaddr, ip("10.99.0.200"));
}

/// Anything may happen: messages in batches, failures, disputes, another server's writes, answers in any
/// order. Two things hold at each moment: nothing is acknowledged that a power cut would take back, and
/// nobody is acknowledged what another client was acknowledged and still has.
class Storm : public ServerTest, public testing::WithParamInterface<std::tuple<unsigned, Pace>> {
 protected:
    Storm() : ServerTest(std::get<1>(GetParam())), random(std::get<0>(GetParam())) {
        policy.ranges = {rig::pool("10.99.0.50", "10.99.0.55")};
        policy.is_authoritative = true;
    }
    unsigned below(unsigned bound) { return static_cast<unsigned>(random() % bound); }
    std::string any_address() { return "10.99.0." + std::to_string(50 + below(6)); }

    std::string any_message() {
        const std::string client = mac(below(8));
        switch (below(6)) {
            case 0:
                return "DISCOVER hw=" + client + " xid=0x1";
            case 1:
                return "REQUEST hw=" + client + " xid=0x1 requested-address=" + any_address();
            case 2:
                return "REQUEST hw=" + client + " xid=0x1 ciaddr=" + any_address();
            case 3:
                return "RELEASE hw=" + client +
                       " xid=0x1 server-identifier=10.99.0.1 ciaddr=" + any_address();
            case 4:
                return "DECLINE hw=" + client +
                       " xid=0x1 server-identifier=10.99.0.1 requested-address=" + any_address();
            default:
                break;
        }
        return "REQUEST hw=" + client +
               " xid=0x1 server-identifier=10.99.0.1 requested-address=" + any_address();
    }
    void any_step() {
        switch (below(10)) {
            case 0:
                store.fail_next(1 + below(3), "no space");
                break;
            case 1:
                store.conflict_next(1);
                break;
            case 2:
                store.answer(Which::newest);
                break;
            case 3:
                store.answer(Which::oldest);
                break;
            case 4:
                now.instant += seconds{below(4000)};
                break;
            default:
                break;
        }
        std::vector<Arrival> batch;
        for (unsigned i = below(5); i > 0; --i)
            batch.push_back(arrival(any_message()));
        server.follow(links);
        server.receive(std::move(batch), now);
    }
    void send(const Outgoing& outgoing) override {
        const Message& reply = outgoing.message;
        if (reply.type() != MessageType::ack || reply.yiaddr.is_zero()) return;
        ++acknowledged;
        const auto row = store.rows().find(reply.yiaddr);
        ASSERT_NE(row, store.rows().end()) << "acknowledged, not stored: " << text_of(reply);
        EXPECT_EQ(row->second.hardware, reply.hardware) << text_of(reply);
    }

    std::minstd_rand random;
    unsigned acknowledged = 0;
};

TEST_P(Storm, AcknowledgesNothingThatIsNotStored) {
    for (unsigned step = 0; step < 400; ++step)
        any_step();
    // The weather clears: what is under way comes to an end, and memory and disk say the same.
    store.fail_next(0, "");
    store.conflict_next(0);
    store.answer_all(Which::oldest);
    EXPECT_EQ(server.waiting(), 0U);
    EXPECT_EQ(server.leases().leases(), store.rows());
    EXPECT_GT(acknowledged, 0U);
    for (const auto& [address, lease] : store.rows())
        EXPECT_FALSE(server.leases().is_unstored(address));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Storm,
                         testing::Combine(testing::Range(1U, 41U),
                                          testing::Values(Pace::at_once, Pace::late, Pace::reordered)));

}  // namespace
}  // namespace pxed::dhcp
