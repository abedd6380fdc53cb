#include "dhcp/lease_table.hpp"

#include <array>
#include <map>
#include <random>

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

const HwAddr k_a = hw("02:00:00:00:0a:01");
const HwAddr k_b = hw("02:00:00:00:0a:02");
const Instant k_now = Instant{} + seconds{1000};

Lease row(std::string_view address, const HwAddr& hardware, std::uint64_t version = 1) {
    Lease lease;
    lease.address = ip(address);
    lease.hardware = hardware;
    lease.expires = k_now + seconds{600};
    lease.version = version;
    return lease;
}

Change put(const Lease& lease, std::uint64_t replaces) {
    return {.address = lease.address, .row = lease, .replaces = replaces};
}

Change erasing(std::string_view address, std::uint64_t replaces) {
    return {.address = ip(address), .row = std::nullopt, .replaces = replaces};
}

std::vector<Change> just(Change change) {
    return {std::move(change)};
}

TEST(LeaseTable, FindsAClientByItsIdElseByItsHardwareIfEitherLacksAnId) {
    LeaseTable table;
    auto with_id = row("10.0.0.1", k_a);
    with_id.client_id = id("one");
    table.load(std::vector{with_id, row("10.0.0.2", k_b)});
    EXPECT_EQ(table.find(k_b, id("one"))->address, ip("10.0.0.1"));
    EXPECT_EQ(table.find(k_a, ClientId{})->address, ip("10.0.0.1"));
    EXPECT_EQ(table.find(k_a, id("two")), nullptr);
    EXPECT_EQ(table.find(k_b, id("two"))->address, ip("10.0.0.2"));
    EXPECT_EQ(table.find(HwAddr{}, ClientId{}), nullptr);
}

TEST(LeaseTable, WhatFirmwareTookIsFoundByItsHardwareWhateverTheId) {
    LeaseTable table;
    auto netbooted = row("10.0.0.1", k_a);
    netbooted.client_id = id("rom");
    netbooted.was_netbooted = true;
    auto ordinary = row("10.0.0.2", k_b);
    ordinary.client_id = id("its system");
    table.load(std::vector{netbooted, ordinary});
    EXPECT_EQ(table.find(k_a, id("system")), nullptr);
    EXPECT_EQ(table.find(k_a, id("system"), Recognition::netbooted)->address, ip("10.0.0.1"));
    EXPECT_EQ(table.find(k_b, id("other"), Recognition::netbooted), nullptr);
    EXPECT_EQ(table.find(k_b, id("rom of it"), Recognition::hardware_alone)->address, ip("10.0.0.2"));
    EXPECT_FALSE(table.is_free_for(ip("10.0.0.1"), k_a, id("system"), k_now));
    EXPECT_TRUE(table.is_free_for(ip("10.0.0.1"), k_a, id("system"), k_now, Recognition::netbooted));
    EXPECT_FALSE(table.is_free_for(ip("10.0.0.1"), k_b, id("system"), k_now, Recognition::hardware_alone));
}

TEST(LeaseTable, ARowOfTheClientsOwnIdGoesBeforeWhatFirmwareTook) {
    LeaseTable table;
    auto netbooted = row("10.0.0.1", k_a);
    netbooted.client_id = id("rom");
    netbooted.was_netbooted = true;
    netbooted.expires += seconds{600};
    auto own = row("10.0.0.2", k_a);
    own.client_id = id("system");
    table.load(std::vector{netbooted, own});
    EXPECT_EQ(table.find(k_a, id("system"), Recognition::netbooted)->address, ip("10.0.0.2"));
    EXPECT_EQ(table.find(k_a, id("installer"), Recognition::netbooted)->address, ip("10.0.0.1"));
}

TEST(LeaseTable, WhatFirmwareTookIsRememberedForAllStagesAfterItEnded) {
    LeaseTable table;
    auto netbooted = row("10.0.0.1", k_a);
    netbooted.client_id = id("installer");
    netbooted.was_netbooted = true;
    table.load(std::vector{netbooted});
    table.apply(just(erasing("10.0.0.1", 1)), 1);
    EXPECT_EQ(table.previous_of(k_a, id("system")), std::nullopt);
    EXPECT_EQ(table.previous_of(k_a, id("system"), Recognition::netbooted), ip("10.0.0.1"));
}

TEST(LeaseTable, OfSeveralRowsTheOneThatLastsLongestIsTheClients) {
    LeaseTable table;
    auto longer = row("10.0.0.1", k_a);
    longer.expires += seconds{60};
    table.load(std::vector{row("10.0.0.2", k_a), longer, row("10.0.0.3", k_a)});
    EXPECT_EQ(table.find(k_a, ClientId{})->address, ip("10.0.0.1"));
}

TEST(LeaseTable, DeclinedRowsAreNobodysLease) {
    LeaseTable table;
    auto declined = row("10.0.0.1", k_a);
    declined.state = Lease::State::declined;
    table.load(std::vector{declined});
    EXPECT_EQ(table.find(k_a, ClientId{}), nullptr);
    EXPECT_NE(table.find(ip("10.0.0.1")), nullptr);
    EXPECT_EQ(table.bound_count(), 0U);
    EXPECT_EQ(table.lease_count(), 1U);
    EXPECT_EQ(table.declined_by(k_a).size(), 1U);
    EXPECT_FALSE(table.is_free_for(ip("10.0.0.1"), k_a, ClientId{}, k_now));
    EXPECT_TRUE(table.is_free_for(ip("10.0.0.1"), k_a, ClientId{}, k_now + seconds{600}));
}

TEST(LeaseTable, AnAppliedRowIsUnstoredUntilTheStoreHasIt) {
    LeaseTable table;
    table.apply(just(put(row("10.0.0.1", k_a, 0), 0)), 1);
    EXPECT_EQ(table.find(ip("10.0.0.1"))->version, 1U);
    EXPECT_TRUE(table.is_unstored(ip("10.0.0.1")));
    table.apply(just(put(row("10.0.0.1", k_a, 0), 1)), 2);
    table.settle(1, Stored{});
    EXPECT_TRUE(table.is_unstored(ip("10.0.0.1")));
    table.settle(2, Stored{});
    EXPECT_FALSE(table.is_unstored(ip("10.0.0.1")));
    EXPECT_EQ(table.find(ip("10.0.0.1"))->version, 2U);
}

TEST(LeaseTable, AFailedCommitBringsTheFormerRowsBack) {
    LeaseTable table;
    table.load(std::vector{row("10.0.0.1", k_a, 3), row("10.0.0.2", k_b, 1)});
    const std::vector changes{put(row("10.0.0.1", k_b), 3), erasing("10.0.0.2", 1),
                              put(row("10.0.0.3", k_b), 0)};
    table.apply(changes, 1);
    EXPECT_EQ(table.lease_count(), 2U);
    table.settle(1, Failed{"disk full"});
    EXPECT_EQ(table.find(ip("10.0.0.1"))->hardware, k_a);
    EXPECT_EQ(table.find(ip("10.0.0.1"))->version, 3U);
    EXPECT_EQ(table.find(k_b, ClientId{})->address, ip("10.0.0.2"));
    EXPECT_EQ(table.find(ip("10.0.0.3")), nullptr);
    EXPECT_FALSE(table.is_unstored(ip("10.0.0.1")));
}

TEST(LeaseTable, ARowChangedTwiceUnderOneTicketFallsBackToTheFirst) {
    LeaseTable table;
    table.load(std::vector{row("10.0.0.1", k_a, 3)});
    table.apply(just(put(row("10.0.0.1", k_b), 3)), 1);
    table.apply(just(erasing("10.0.0.1", 4)), 1);
    table.settle(1, Failed{""});
    EXPECT_EQ(table.find(ip("10.0.0.1"))->hardware, k_a);
    EXPECT_FALSE(table.is_unstored(ip("10.0.0.1")));
}

TEST(LeaseTable, ALaterChangeOutlivesTheFailureOfAnEarlierOneButFallsBackBehindIt) {
    LeaseTable table;
    table.load(std::vector{row("10.0.0.1", k_a, 3)});
    auto second = row("10.0.0.1", k_b), third = row("10.0.0.1", k_b);
    second.host_name = "second";
    third.host_name = "third";
    table.apply(just(put(second, 3)), 1);
    table.apply(just(put(third, 4)), 2);
    table.settle(1, Failed{""});
    EXPECT_EQ(table.find(ip("10.0.0.1"))->host_name, "third");
    EXPECT_TRUE(table.is_unstored(ip("10.0.0.1")));
    table.settle(2, Failed{""});
    EXPECT_EQ(table.find(ip("10.0.0.1"))->hardware, k_a);  // what the store has, not "second"
    EXPECT_EQ(table.find(ip("10.0.0.1"))->version, 3U);
}

TEST(LeaseTable, AConflictTakesTheStoresRow) {
    LeaseTable table;
    table.apply(std::vector{put(row("10.0.0.1", k_a, 0), 0), put(row("10.0.0.2", k_a, 0), 0)}, 1);
    table.settle(1, Conflict{ip("10.0.0.1"), row("10.0.0.1", k_b, 7)});
    EXPECT_EQ(table.find(ip("10.0.0.1"))->hardware, k_b);
    EXPECT_EQ(table.find(ip("10.0.0.1"))->version, 7U);
    EXPECT_EQ(table.find(ip("10.0.0.2")), nullptr);  // one commit: all or nothing
    table.apply(just(put(row("10.0.0.1", k_a), 7)), 2);
    table.settle(2, Conflict{ip("10.0.0.1"), std::nullopt});
    EXPECT_EQ(table.find(ip("10.0.0.1")), nullptr);
    EXPECT_EQ(table.find(k_b, ClientId{}), nullptr);
}

TEST(LeaseTable, ExpiryGoesByTimeAndLeavesInfiniteLeasesAlone) {
    LeaseTable table;
    auto soon = row("10.0.0.9", k_a), never = row("10.0.0.1", k_b, 5);
    soon.expires = k_now + seconds{1};
    never.expires = k_never;
    table.load(std::vector{never, soon, row("10.0.0.2", k_b, 2)});
    EXPECT_EQ(table.next_expiry(), k_now + seconds{1});
    EXPECT_TRUE(table.expired(k_now, 10).empty());
    auto changes = table.expired(k_now + seconds{3600}, 1);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].address, ip("10.0.0.9"));
    EXPECT_FALSE(changes[0].row);
    changes = table.expired(k_now + seconds{3600}, 10);
    ASSERT_EQ(changes.size(), 2U);
    EXPECT_EQ(changes[1].replaces, 2U);
    table.apply(changes, 1);
    EXPECT_EQ(table.next_expiry(), std::nullopt);
}

// Only its end moves, and a row that is no renewal leaves nothing of the one before.
TEST(LeaseTable, ARenewedRowEndsLaterAndAFailureBringsItsFormerEndBack) {
    LeaseTable table;
    auto lease = row("10.0.0.1", k_a);
    lease.client_id = id("01:02");
    lease.host_name = "Rack7";
    table.load(std::vector{lease});
    auto renewed = lease;
    renewed.expires += seconds{600};
    renewed.duration = seconds{1200};
    table.apply(just(put(renewed, 1)), 1);
    EXPECT_EQ(table.next_expiry(), renewed.expires);
    EXPECT_TRUE(table.expired(lease.expires, 10).empty());
    EXPECT_EQ(table.expired(renewed.expires, 10).size(), 1U);
    for (const auto* found : {table.find(k_a, ClientId{}), table.find(k_b, id("01:02"))}) {
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->duration, seconds{1200});
        EXPECT_EQ(found->version, 2U);
    }
    EXPECT_EQ(table.named("rack7").size(), 1U);
    table.settle(1, Failed{"disk full"});
    EXPECT_EQ(table.next_expiry(), lease.expires);
    EXPECT_EQ(table.find(k_a, ClientId{})->version, 1U);

    auto others = lease;
    others.hardware = k_b;
    others.client_id = id("01:03");
    others.host_name = "rack8";
    table.apply(just(put(others, 1)), 2);
    EXPECT_EQ(table.find(k_a, ClientId{}), nullptr);
    EXPECT_EQ(table.find(k_a, id("01:02")), nullptr);
    EXPECT_TRUE(table.named("rack7").empty());
    EXPECT_EQ(table.find(k_b, id("01:03"))->address, ip("10.0.0.1"));
}

TEST(LeaseTable, RemembersWhatAClientHadUntilTooManyCameAfterIt) {
    LeaseTable table;
    table.load(std::vector{row("10.0.0.1", k_a, 1)});
    table.apply(just(erasing("10.0.0.1", 1)), 1);
    EXPECT_EQ(table.previous_of(k_a, ClientId{}), ip("10.0.0.1"));
    EXPECT_EQ(table.previous_of(k_b, ClientId{}), std::nullopt);
    std::uint64_t ticket = 2;
    for (std::size_t i = 0; i < LeaseTable::k_most_remembered; ++i) {
        const std::array<std::uint8_t, 6> bytes = {
            4, 0, 0, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
        table.apply(just(put(row("10.0.0.2", HwAddr{k_ethernet, bytes}), 0)), ticket);
        table.apply(just(erasing("10.0.0.2", 1)), ticket);
        table.settle(ticket++, Stored{});
    }
    EXPECT_EQ(table.previous_of(k_a, ClientId{}), std::nullopt);
}

TEST(LeaseTable, HighestLeaseIsLookedForWithinTheRange) {
    LeaseTable table;
    table.load(std::vector{row("10.0.0.5", k_a), row("10.0.0.9", k_b), row("10.0.1.1", k_b)});
    EXPECT_EQ(table.highest_between(ip("10.0.0.1"), ip("10.0.0.99")), ip("10.0.0.9"));
    EXPECT_EQ(table.highest_between(ip("10.0.0.1"), ip("10.0.0.8")), ip("10.0.0.5"));
    EXPECT_EQ(table.highest_between(ip("10.0.0.6"), ip("10.0.0.8")), std::nullopt);
}

TEST(LeaseTable, FindsTheFirstAddressNobodyHasOrWasPromised) {
    LeaseTable table;
    auto ended = row("10.0.0.4", k_a);
    ended.expires = k_now;
    table.load(std::vector{row("10.0.0.1", k_a), row("10.0.0.2", k_b), ended});
    table.hold({.address = ip("10.0.0.3"), .hardware = k_a, .client_id = {}, .expires = k_now + seconds{1}});
    EXPECT_EQ(table.first_vacant(ip("10.0.0.0"), ip("10.0.0.9"), k_now), ip("10.0.0.0"));
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.9"), k_now), ip("10.0.0.4"));
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.3"), k_now), std::nullopt);
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.3"), k_now + seconds{1}), ip("10.0.0.3"));
    table.load(std::vector{row("255.255.255.255", k_a)});
    EXPECT_EQ(table.first_vacant(ip("255.255.255.255"), ip("255.255.255.255"), k_now), std::nullopt);
}

TEST(LeaseTable, PassesOverWhatIsSetAsideUntilItNoLongerIs) {
    LeaseTable table;
    table.set_aside(std::vector{ip("10.0.0.1"), ip("10.0.0.2")});
    table.load(std::vector{row("10.0.0.2", k_a)});
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.9"), k_now), ip("10.0.0.3"));
    EXPECT_EQ(table.find(ip("10.0.0.1")), nullptr);
    table.set_aside(std::vector{ip("10.0.0.3")});
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.9"), k_now), ip("10.0.0.1"));
    EXPECT_EQ(table.first_vacant(ip("10.0.0.2"), ip("10.0.0.9"), k_now), ip("10.0.0.4"));
}

TEST(LeaseTable, AnEndedLeaseIsInNobodysWayWhetherOrNotTheTableWasToldTheTime) {
    LeaseTable table;
    auto first = row("10.0.0.1", k_a);
    auto second = row("10.0.0.2", k_b);
    first.expires = k_now + seconds{10};
    second.expires = k_now + seconds{20};
    table.load(std::vector{first, second});
    table.pass_time(k_now);
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.2"), k_now), std::nullopt);
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.2"), k_now + seconds{10}), ip("10.0.0.1"));
    table.pass_time(k_now + seconds{10});
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.2"), k_now + seconds{10}), ip("10.0.0.1"));
    EXPECT_EQ(table.first_vacant(ip("10.0.0.2"), ip("10.0.0.2"), k_now + seconds{20}), ip("10.0.0.2"));
    // A hold on it, or a lease anew, is in the way again.
    table.hold({.address = ip("10.0.0.1"), .hardware = k_b, .client_id = {}, .expires = k_now + seconds{15}});
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.2"), k_now + seconds{10}), std::nullopt);
    table.pass_time(k_now + seconds{20});
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.2"), k_now + seconds{20}), ip("10.0.0.1"));
    first.expires = k_now + seconds{90};
    first.version = 2;
    table.apply(just(put(first, 1)), 1);
    EXPECT_EQ(table.first_vacant(ip("10.0.0.1"), ip("10.0.0.2"), k_now + seconds{20}), ip("10.0.0.2"));
}

// Against a walk over all of them, the way it was before.
TEST(LeaseTable, FirstVacantSaysWhatALookAtEachAddressSays) {
    std::mt19937 random{11};
    LeaseTable table;
    Instant now = k_now;
    std::uint64_t ticket = 0;
    std::uint64_t version = 1;
    const auto address = [&] {
        return Ipv4{ip("10.0.0.0").value() + static_cast<std::uint32_t>(random() % 24)};
    };
    for (int i = 0; i < 4000; ++i) {
        const Ipv4 at = address();
        const HwAddr client{k_ethernet,
                            std::array<std::uint8_t, 2>{1, static_cast<std::uint8_t>(random() % 40)}};
        const Lease* before = table.find(at);
        const std::uint64_t replaces = before == nullptr ? 0 : before->version;
        Lease lease = row("10.0.0.0", client, ++version);
        lease.address = at;
        lease.expires = now + seconds{random() % 9};
        switch (random() % 5) {
            case 0:
                table.apply(just(put(lease, replaces)), ++ticket);
                table.settle(ticket, random() % 4 == 0 ? CommitResult{Failed{}} : CommitResult{Stored{}});
                break;
            case 1:
                if (before == nullptr) break;
                table.apply(just({.address = at, .row = std::nullopt, .replaces = replaces}), ++ticket);
                table.settle(ticket, Stored{});
                break;
            case 2:
                table.hold({.address = at,
                            .hardware = client,
                            .client_id = {},
                            .expires = now + seconds{random() % 9}});
                break;
            case 3:
                now += seconds{random() % 3};
                if (random() % 2 == 0) table.pass_time(now);
                break;
            case 4:
                table.set_aside(std::vector{address()});
                break;
        }
        const Ipv4 aside = address();
        table.set_aside(std::vector{aside});
        std::optional<Ipv4> expected;
        for (std::uint32_t offset = 0; offset < 24 && !expected; ++offset) {
            const Ipv4 each{ip("10.0.0.0").value() + offset};
            const Lease* row = table.find(each);
            const Hold* hold = table.find_hold(each);
            const bool is_occupied = (row != nullptr && row->expires > now) ||
                                     (hold != nullptr && hold->expires > now) || each == aside;
            if (!is_occupied) expected = each;
        }
        ASSERT_EQ(table.first_vacant(ip("10.0.0.0"), ip("10.0.0.23"), now), expected) << i;
    }
}

// ---- holds ----

Hold hold_of(std::string_view address, const HwAddr& hardware, seconds until) {
    return {.address = ip(address), .hardware = hardware, .client_id = {}, .expires = k_now + until};
}

TEST(Hold, KeepsAnAddressFromEverybodyElseUntilItEnds) {
    LeaseTable table;
    table.hold(hold_of("10.0.0.1", k_a, seconds{60}));
    EXPECT_TRUE(table.is_free_for(ip("10.0.0.1"), k_a, ClientId{}, k_now));
    EXPECT_FALSE(table.is_free_for(ip("10.0.0.1"), k_b, ClientId{}, k_now));
    EXPECT_TRUE(table.is_free_for(ip("10.0.0.1"), k_b, ClientId{}, k_now + seconds{60}));
    table.pass_time(k_now + seconds{59});
    EXPECT_EQ(table.hold_count(), 1U);
    table.pass_time(k_now + seconds{60});
    EXPECT_EQ(table.hold_count(), 0U);
    EXPECT_EQ(table.find_hold(k_a, ClientId{}), nullptr);
}

TEST(Hold, TheFirstToEndIsFoundInEachPartOfTheAddresses) {
    std::mt19937 random{5};
    LeaseTable table;
    std::map<Ipv4, Instant> ends;
    for (int i = 0; i < 1500; ++i) {
        const Ipv4 at{ip("10.0.0.0").value() + static_cast<std::uint32_t>(random() % 200)};
        if (random() % 3 == 0) {
            table.release_hold(at);
            ends.erase(at);
        } else {
            const auto number = static_cast<std::uint32_t>(i);
            const HwAddr client{k_ethernet,
                                std::array{std::uint8_t{1}, static_cast<std::uint8_t>(number >> 8),
                                           static_cast<std::uint8_t>(number)}};
            ends[at] = k_now + seconds{random() % 50};
            table.hold({.address = at, .hardware = client, .client_id = {}, .expires = ends[at]});
        }
        const Ipv4 first{ip("10.0.0.0").value() + static_cast<std::uint32_t>(random() % 200)};
        const Ipv4 last{first.value() + static_cast<std::uint32_t>(random() % 60)};
        std::optional<std::pair<Instant, Ipv4>> expected;
        for (const auto& [address, end] : ends) {
            if (address < first || last < address) continue;
            if (!expected || std::pair{end, address} < *expected) expected = {end, address};
        }
        const Hold* found = table.oldest_hold_between(first, last);
        ASSERT_EQ(found != nullptr, expected.has_value());
        if (!expected) continue;
        ASSERT_EQ(found->address, expected->second);
    }
}

TEST(Hold, IsOneAClientAndTheNewestCounts) {
    LeaseTable table;
    table.hold(hold_of("10.0.0.1", k_a, seconds{60}));
    table.hold(hold_of("10.0.0.2", k_a, seconds{60}));
    EXPECT_EQ(table.hold_count(), 1U);
    EXPECT_EQ(table.find_hold(k_a, ClientId{})->address, ip("10.0.0.2"));
    table.hold(hold_of("10.0.0.2", k_b, seconds{60}));
    EXPECT_EQ(table.find_hold(k_a, ClientId{}), nullptr);
    EXPECT_EQ(table.find_hold(ip("10.0.0.2"))->hardware, k_b);
}

TEST(Hold, TwoIdsOnOneHardwareAreTwoClients) {
    LeaseTable table;
    Hold rom = hold_of("10.0.0.1", k_a, seconds{60}), system = hold_of("10.0.0.2", k_a, seconds{60});
    rom.client_id = id("rom");
    system.client_id = id("system");
    table.hold(rom);
    table.hold(system);
    EXPECT_EQ(table.hold_count(), 2U);
    EXPECT_EQ(table.find_hold(k_a, id("rom"))->address, ip("10.0.0.1"));
    EXPECT_EQ(table.find_hold(k_a, id("system"))->address, ip("10.0.0.2"));
    EXPECT_FALSE(table.is_free_for(ip("10.0.0.1"), k_a, id("system"), k_now));
}

TEST(Hold, WhatFirmwareWasOfferedIsNotInTheWayOfWhatItStarts) {
    LeaseTable table;
    Hold rom = hold_of("10.0.0.1", k_a, seconds{60});
    rom.client_id = id("rom");
    rom.was_netbooted = true;
    table.hold(rom);
    EXPECT_EQ(table.find_hold(k_a, id("system")), nullptr);
    EXPECT_EQ(table.find_hold(k_a, id("system"), Recognition::netbooted)->address, ip("10.0.0.1"));
    EXPECT_TRUE(table.is_free_for(ip("10.0.0.1"), k_a, id("system"), k_now, Recognition::netbooted));
}

TEST(Hold, TheOldestOfARangeIsFound) {
    LeaseTable table;
    table.hold(hold_of("10.0.1.1", k_a, seconds{10}));
    table.hold(hold_of("10.0.0.1", k_b, seconds{20}));
    EXPECT_EQ(table.oldest_hold_between(ip("10.0.0.0"), ip("10.0.0.9"))->address, ip("10.0.0.1"));
    EXPECT_EQ(table.oldest_hold_between(ip("10.0.0.0"), ip("10.0.9.9"))->address, ip("10.0.1.1"));
    EXPECT_EQ(table.oldest_hold_between(ip("10.0.2.0"), ip("10.0.9.9")), nullptr);
}

TEST(Hold, ThereAreNoMoreThanTheTableTakes) {
    LeaseTable table;
    for (std::uint32_t i = 0; i <= LeaseTable::k_most_holds; ++i) {
        const std::array<std::uint8_t, 6> bytes = {2,
                                                   0,
                                                   0,
                                                   static_cast<std::uint8_t>(i >> 16),
                                                   static_cast<std::uint8_t>(i >> 8),
                                                   static_cast<std::uint8_t>(i)};
        table.hold({.address = Ipv4{0x0a000000 + i},
                    .hardware = HwAddr{k_ethernet, bytes},
                    .client_id = {},
                    .expires = k_now + seconds{60 + i}});
    }
    EXPECT_EQ(table.hold_count(), LeaseTable::k_most_holds);
    EXPECT_EQ(table.find_hold(ip("10.0.0.0")), nullptr);
    EXPECT_NE(table.find_hold(ip("10.0.0.1")), nullptr);
}

}  // namespace
}  // namespace pxed::dhcp
