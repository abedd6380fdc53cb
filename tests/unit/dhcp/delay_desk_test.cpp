#include "dhcp/delay_desk.hpp"

#include <gtest/gtest.h>

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

constexpr Instant k_start{seconds{1000}};

DelayedReply reply(unsigned client, seconds due, std::uint32_t xid = 1) {
    DelayedReply reply;
    const std::array<std::uint8_t, 6> hardware{
        2, 0, 0, 0, static_cast<std::uint8_t>(client >> 8), static_cast<std::uint8_t>(client)};
    reply.question.arrival.message.hardware = HwAddr{k_ethernet, hardware};
    reply.question.arrival.message.xid = xid;
    reply.decision.send_at = k_start + due;
    return reply;
}

bool put(DelayDesk& desk, DelayedReply reply) {
    return desk.put(reply);
}

std::vector<std::uint32_t> due(DelayDesk& desk, seconds at) {
    std::vector<std::uint32_t> xids;
    for (const DelayedReply& reply : desk.take_due(k_start + at))
        xids.push_back(reply.question.arrival.message.xid);
    return xids;
}

using Xids = std::vector<std::uint32_t>;

TEST(DelayDesk, GivesRepliesInTheOrderOfTheirTimes) {
    DelayDesk desk;
    EXPECT_FALSE(desk.next_deadline());
    EXPECT_TRUE(put(desk, reply(1, seconds{5}, 1)));
    EXPECT_TRUE(put(desk, reply(2, seconds{2}, 2)));
    EXPECT_TRUE(put(desk, reply(3, seconds{5}, 3)));
    EXPECT_EQ(desk.next_deadline(), k_start + seconds{2});
    EXPECT_EQ(due(desk, seconds{1}), Xids{});
    EXPECT_EQ(due(desk, seconds{2}), Xids{2});
    EXPECT_EQ(due(desk, seconds{9}), (Xids{1, 3}));
    EXPECT_EQ(desk.waiting(), 0U);
}

TEST(DelayDesk, KeepsOneReplyAClient) {
    DelayDesk desk;
    EXPECT_TRUE(put(desk, reply(1, seconds{5}, 7)));
    EXPECT_TRUE(put(desk, reply(1, seconds{8}, 7)));
    EXPECT_EQ(desk.next_deadline(), k_start + seconds{5}) << "a repeated message waits no longer";
    EXPECT_TRUE(put(desk, reply(1, seconds{9}, 8)));
    EXPECT_EQ(desk.next_deadline(), k_start + seconds{9}) << "another exchange has its own time";
    EXPECT_EQ(desk.waiting(), 1U);
}

TEST(DelayDesk, ReplacesWhenItIsFullAndAddsNothing) {
    DelayDesk desk;
    for (unsigned client = 0; client < DelayDesk::k_most_waiting; ++client)
        ASSERT_TRUE(put(desk, reply(client, seconds{5})));
    auto one_more = reply(DelayDesk::k_most_waiting, seconds{5});
    EXPECT_FALSE(desk.put(one_more));
    EXPECT_TRUE(one_more.decision.send_at) << "what finds no room is left as it was";
    EXPECT_TRUE(put(desk, reply(17, seconds{5})));
    EXPECT_EQ(desk.waiting(), DelayDesk::k_most_waiting);
    desk.abandon();
    EXPECT_FALSE(desk.next_deadline());
}

}  // namespace
}  // namespace pxed::dhcp
