#include "io/pool_tally.hpp"

#include <gtest/gtest.h>

namespace pxed::io {
namespace {

dhcp::Range range(Ipv4 first, Ipv4 last) {
    dhcp::Range result;
    result.first = first;
    result.last = last;
    return result;
}

dhcp::Lease row(Ipv4 address, dhcp::Lease::State state = dhcp::Lease::State::bound) {
    dhcp::Lease lease;
    lease.address = address;
    lease.state = state;
    lease.expires = k_never;
    return lease;
}

TEST(PoolTally, CountsEachRangeByState) {
    ev::dynamic_loop loop{k_loop_flags};
    dhcp::LeaseTable leases;
    const dhcp::Lease rows[] = {row(Ipv4{10, 0, 0, 9}), row(Ipv4{10, 0, 0, 10}),
                                row(Ipv4{10, 0, 0, 20}, dhcp::Lease::State::declined),
                                row(Ipv4{10, 0, 1, 1})};
    leases.load(rows);
    PoolTally tally{loop, [&] { return &leases; }};
    EXPECT_TRUE(tally.pools().empty());
    auto proxy = range(Ipv4{10, 0, 2, 0}, Ipv4{10, 0, 2, 0});
    proxy.is_proxy = true;
    tally.refresh({range(Ipv4{10, 0, 0, 10}, Ipv4{10, 0, 0, 20}),
                   range(Ipv4{10, 0, 1, 0}, Ipv4{10, 0, 1, 255}), proxy});
    ASSERT_EQ(tally.pools().size(), 2U);
    EXPECT_EQ(tally.pools()[0].range, "10.0.0.10-10.0.0.20");
    EXPECT_EQ(tally.pools()[0].leased, 1U);
    EXPECT_EQ(tally.pools()[0].declined, 1U);
    EXPECT_EQ(tally.pools()[0].free, 9U);
    EXPECT_EQ(tally.pools()[1].leased, 1U);
    EXPECT_EQ(tally.pools()[1].free, 255U);
}

TEST(PoolTally, ALargeTableTakesSeveralTurnsAndTheOldFiguresStandMeanwhile) {
    ev::dynamic_loop loop{k_loop_flags};
    dhcp::LeaseTable leases;
    std::vector<dhcp::Lease> rows;
    const std::uint32_t count = 2 * PoolTally::k_rows + 1;
    const Ipv4 first{10, 0, 0, 0};
    for (std::uint32_t i = 0; i < count; ++i)
        rows.push_back(row(Ipv4{first.value() + i}));
    leases.load(rows);
    PoolTally tally{loop, [&] { return &leases; }};
    const std::vector ranges{range(first, Ipv4{10, 255, 255, 255})};
    tally.refresh(ranges);
    EXPECT_TRUE(tally.is_counting());
    int turns = 0;
    for (; tally.is_counting() && turns < 10; ++turns)
        loop.run(ev::ONCE);
    EXPECT_EQ(turns, 2);
    ASSERT_EQ(tally.pools().size(), 1U);
    EXPECT_EQ(tally.pools()[0].leased, count);
    tally.refresh(ranges);
    EXPECT_EQ(tally.pools()[0].leased, count) << "until the new count is done";
}

TEST(PoolTally, AServerWithoutLeasesHasNoPools) {
    ev::dynamic_loop loop{k_loop_flags};
    PoolTally tally{loop, [] { return nullptr; }};
    tally.refresh({range(Ipv4{10, 0, 0, 1}, Ipv4{10, 0, 0, 2})});
    EXPECT_FALSE(tally.is_counting());
    EXPECT_TRUE(tally.pools().empty());
}

}  // namespace
}  // namespace pxed::io
