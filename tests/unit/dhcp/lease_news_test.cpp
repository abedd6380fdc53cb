#include "dhcp/lease_news.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using rig::hw;
using rig::ip;
using testing::ElementsAre;
using Kind = LeaseEvent::Kind;

constexpr auto k_one = "02:00:00:00:00:01";
constexpr auto k_two = "02:00:00:00:00:02";

Lease lease(std::string_view address, std::string_view hardware, std::string name = {}, int minute = 60) {
    Lease row;
    row.address = ip(address);
    row.hardware = hw(hardware);
    row.host_name = std::move(name);
    row.expires = Instant{} + seconds{60 * minute};
    return row;
}

StoredLease now_is(Lease row) {
    StoredLease stored;
    stored.address = row.address;
    stored.row = std::move(row);
    stored.interface = "eth0";
    return stored;
}

StoredLease ended(std::string_view address) {
    StoredLease stored;
    stored.address = ip(address);
    return stored;
}

std::string text(const LeaseEvent& event) {
    constexpr std::array k_names{"added", "changed", "lost", "deleted"};
    return std::string{k_names[static_cast<std::size_t>(event.kind)]} + ' ' + event.lease.address.text() +
           (event.lease.host_name.empty() ? "" : ' ' + event.lease.host_name);
}

std::vector<std::string> all(LeaseNews& news) {
    std::vector<std::string> texts;
    while (const auto event = news.next())
        texts.push_back(text(*event));
    return texts;
}

TEST(LeaseNews, TellsALeaseThatBeginsChangesItsNameAndEnds) {
    LeaseNews news;
    news.learn(now_is(lease("10.0.0.1", k_one, "alpha")));
    EXPECT_THAT(all(news), ElementsAre("added 10.0.0.1 alpha"));
    news.learn(now_is(lease("10.0.0.1", k_one, "beta")));
    EXPECT_THAT(all(news), ElementsAre("lost 10.0.0.1 alpha", "changed 10.0.0.1 beta"));
    news.learn(ended("10.0.0.1"));
    EXPECT_THAT(all(news), ElementsAre("deleted 10.0.0.1 beta"));
}

TEST(LeaseNews, HasNothingToTellOfNoLeases) {
    LeaseNews news;
    news.load({});
    EXPECT_EQ(news.waiting(), 0U);
}

TEST(LeaseNews, TellsARenewalOnlyWhenAskedTo) {
    LeaseNews news;
    news.learn(now_is(lease("10.0.0.1", k_one)));
    EXPECT_THAT(all(news), ElementsAre("added 10.0.0.1"));
    news.learn(now_is(lease("10.0.0.1", k_one, "", 90)));
    EXPECT_THAT(all(news), ElementsAre());
    news.tell_renewals(true);
    news.learn(now_is(lease("10.0.0.1", k_one, "", 120)));
    EXPECT_THAT(all(news), ElementsAre("changed 10.0.0.1"));
}

TEST(LeaseNews, MakesOneThingOfAllThatHappenedToALeaseMeanwhile) {
    LeaseNews news;
    news.tell_renewals(true);
    news.learn(now_is(lease("10.0.0.1", k_one, "alpha")));
    for (int minute = 61; minute < 80; ++minute)
        news.learn(now_is(lease("10.0.0.1", k_one, "beta", minute)));
    const auto event = news.next();
    ASSERT_TRUE(event);
    EXPECT_EQ(text(*event), "added 10.0.0.1 beta");
    EXPECT_EQ(event->lease.expires, Instant{} + seconds{60 * 79});
    EXPECT_FALSE(news.next());
}

TEST(LeaseNews, NeverTellsALeaseThatBeganAndEndedUnheard) {
    LeaseNews news;
    news.learn(now_is(lease("10.0.0.1", k_one)));
    news.learn(ended("10.0.0.1"));
    EXPECT_THAT(all(news), ElementsAre());
    EXPECT_EQ(news.waiting(), 0U);
}

TEST(LeaseNews, TellsTheEndBeforeTheNextClientsBeginning) {
    LeaseNews news;
    news.learn(now_is(lease("10.0.0.1", k_one, "alpha")));
    EXPECT_THAT(all(news), ElementsAre("added 10.0.0.1 alpha"));
    news.learn(now_is(lease("10.0.0.2", k_two, "other")));
    news.learn(now_is(lease("10.0.0.1", k_two, "beta")));
    EXPECT_THAT(all(news),
                ElementsAre("deleted 10.0.0.1 alpha", "added 10.0.0.2 other", "added 10.0.0.1 beta"));
}

TEST(LeaseNews, TellsTheLossOfANameBeforeSomebodyElseHasIt) {
    LeaseNews news;
    news.learn(now_is(lease("10.0.0.1", k_one, "alpha")));
    EXPECT_THAT(all(news), ElementsAre("added 10.0.0.1 alpha"));
    news.learn(now_is(lease("10.0.0.2", k_two, "alpha")));
    news.learn(now_is(lease("10.0.0.1", k_one)));
    EXPECT_THAT(all(news), ElementsAre("lost 10.0.0.1 alpha", "added 10.0.0.2 alpha", "changed 10.0.0.1"));
}

TEST(LeaseNews, TakesADeclinedAddressForOneNobodyHas) {
    LeaseNews news;
    news.learn(now_is(lease("10.0.0.1", k_one)));
    EXPECT_THAT(all(news), ElementsAre("added 10.0.0.1"));
    auto declined = lease("10.0.0.1", k_one);
    declined.state = Lease::State::declined;
    news.learn(now_is(declined));
    EXPECT_THAT(all(news), ElementsAre("deleted 10.0.0.1"));
    news.learn(ended("10.0.0.1"));
    EXPECT_THAT(all(news), ElementsAre());
}

TEST(LeaseNews, FollowsAClientByItsIdWhenItsHardwareAddressChanges) {
    LeaseNews news;
    auto row = lease("10.0.0.1", k_one);
    row.client_id = rig::id("me");
    news.learn(now_is(row));
    EXPECT_THAT(all(news), ElementsAre("added 10.0.0.1"));
    row.hardware = hw(k_two);
    news.learn(now_is(row));
    EXPECT_THAT(all(news), ElementsAre("changed 10.0.0.1"));
}

TEST(LeaseNews, TellsEveryLeaseAgainAfterAStartBehindWhatIsNew) {
    LeaseNews news;
    auto declined = lease("10.0.0.3", k_two);
    declined.state = Lease::State::declined;
    news.load(std::array{lease("10.0.0.2", k_two, "b"), lease("10.0.0.1", k_one, "a"), declined});
    news.learn(now_is(lease("10.0.0.9", "02:00:00:00:00:09")));
    EXPECT_THAT(all(news), ElementsAre("added 10.0.0.9", "changed 10.0.0.1 a", "changed 10.0.0.2 b"));
    news.repeat_all();
    EXPECT_THAT(all(news), ElementsAre("changed 10.0.0.1 a", "changed 10.0.0.2 b", "changed 10.0.0.9"));
}

TEST(LeaseNews, KeepsTheFactsUntilTheyAreToldAndTellsThemOnce) {
    LeaseNews news;
    auto first = now_is(lease("10.0.0.1", k_one));
    first.facts.emplace().vendor_class = "PXEClient";
    first.relay = ip("10.1.0.1");
    news.learn(std::move(first));
    news.learn(now_is(lease("10.0.0.1", k_one, "alpha")));
    const auto added = news.next();
    ASSERT_TRUE(added && added->facts);
    EXPECT_EQ(added->facts->vendor_class, "PXEClient");
    news.learn(now_is(lease("10.0.0.1", k_one, "beta")));
    while (const auto event = news.next()) {
        EXPECT_FALSE(event->facts);
        EXPECT_EQ(event->relay, ip("10.1.0.1"));
        EXPECT_EQ(event->interface, "eth0");
    }
}

TEST(LeaseNews, TellsLateWhatFoundNoRoomAndEveryEnding) {
    LeaseNews news;
    const auto address = [](std::size_t i) { return Ipv4{static_cast<std::uint32_t>(0x0a000000 + i)}; };
    const auto more = LeaseNews::k_most_waiting + 100;
    for (std::size_t i = 0; i < more; ++i) {
        auto row = lease("10.0.0.1", k_one);
        row.address = address(i);
        news.learn(now_is(row));
    }
    EXPECT_EQ(news.waiting(), LeaseNews::k_most_waiting);
    EXPECT_EQ(all(news).size(), more);
    EXPECT_EQ(news.lost(), 0U);
    for (std::size_t i = 0; i < more; ++i)
        news.learn(ended(address(i).text()));
    EXPECT_EQ(news.waiting(), more);
    EXPECT_EQ(news.lost(), 0U);
    EXPECT_EQ(all(news).size(), more);
}

TEST(LeaseNews, TellsALostNameBeforeTheEndOfItsLease) {
    LeaseNews news;
    news.learn(now_is(lease("10.0.0.1", k_one, "alpha")));
    EXPECT_EQ(all(news).size(), 1U);
    news.learn(now_is(lease("10.0.0.1", k_one)));
    news.learn(ended("10.0.0.1"));
    const auto first = news.next();
    const auto second = news.next();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->kind, LeaseEvent::Kind::lost_name);
    EXPECT_EQ(second->kind, LeaseEvent::Kind::deleted);
    EXPECT_FALSE(news.next());
}

}  // namespace
}  // namespace pxed::dhcp
