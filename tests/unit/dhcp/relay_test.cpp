#include "dhcp/relay.hpp"

#include <gtest/gtest.h>

#include "rig.hpp"
#include "wire/relayed.hpp"

namespace pxed::dhcp {
namespace {

using rig::ip;

/// eth0 is the clients' network, eth1 the server's.
class RelayTest : public testing::Test {
 protected:
    RelayTest() {
        links.resize(2);
        links[0].name = "eth0";
        links[0].index = 2;
        links[0].addresses = {{ip("10.1.0.1"), netmask_of(24)}};
        links[1].name = "eth1";
        links[1].index = 3;
        links[1].addresses = {{ip("10.2.0.1"), netmask_of(24)}};
        Relay line;
        line.local = ip("10.1.0.1");
        line.server = ip("10.2.0.2");
        policy.relays.push_back(line);
    }

    std::optional<RelayDecision> pass(Bytes datagram, std::size_t link = 0) {
        return relay({.policy = policy,
                      .datagram = datagram,
                      .link = links[link],
                      .source = {},
                      .was_unicast = false,
                      .links = links,
                      .served = served});
    }
    std::optional<RelayDecision> pass(std::string_view text, std::size_t link = 0) {
        const auto message = message_from_text(text);
        EXPECT_TRUE(message) << text;
        return pass(build(message.value_or(Message{}), 1500).bytes, link);
    }

    Policy policy;
    std::vector<Link> links;
    std::set<unsigned> served{2, 3};
};

TEST_F(RelayTest, LeavesAReplyByteForByte) {
    auto datagram = build(*message_from_text("OFFER hw=02:00:00:00:0a:01 xid=0x1 hops=3 giaddr=10.1.0.1 "
                                             "yiaddr=10.1.0.50 server-identifier=10.2.0.2"),
                          1500)
                        .bytes;
    datagram.back() = 0x77;  // behind the end
    const auto decision = pass(datagram, 1);
    ASSERT_TRUE(decision);
    ASSERT_EQ(decision->forwarded.size(), 1U);
    EXPECT_EQ(decision->forwarded[0].datagram, datagram);
    EXPECT_EQ(decision->forwarded[0].interface, 2U);
}

TEST_F(RelayTest, PassesOnWhatItCannotRead) {
    auto datagram = build(*message_from_text("DISCOVER hw=02:00:00:00:0a:01 xid=0x1"), 1500).bytes;
    datagram.resize(240);
    datagram.insert(datagram.end(), {61, 200, 1});
    const auto decision = pass(datagram);
    ASSERT_TRUE(decision);
    ASSERT_EQ(decision->forwarded.size(), 1U);
    EXPECT_EQ(decision->forwarded[0].datagram, with_giaddr(datagram, 1, ip("10.1.0.1")));
    // Where option 82 has to go in, there is no telling where the options end.
    policy.relays[0].is_split = true;
    policy.relays[0].uplink = ip("10.2.0.1");
    const auto dropped = pass(datagram);
    ASSERT_TRUE(dropped);
    EXPECT_TRUE(dropped->forwarded.empty());
    EXPECT_EQ(dropped->events.front().reason, Reason::malformed);
}

TEST_F(RelayTest, LeavesTheRestToTheServer) {
    EXPECT_FALSE(pass("DISCOVER hw=02:00:00:00:0a:01 xid=0x1", 1)) << "a network without a line";
    EXPECT_FALSE(pass("OFFER hw=02:00:00:00:0a:01 xid=0x1 giaddr=10.7.0.1", 1)) << "another's reply";
    EXPECT_FALSE(pass("OFFER hw=02:00:00:00:0a:01 xid=0x1", 1)) << "nobody's reply";
    EXPECT_FALSE(pass(Bytes{}));
    served.erase(2);
    EXPECT_FALSE(pass("DISCOVER hw=02:00:00:00:0a:01 xid=0x1")) << "a network that is not served";
    policy.relays.clear();
    served.insert(2);
    EXPECT_FALSE(pass("DISCOVER hw=02:00:00:00:0a:01 xid=0x1"));
}

TEST_F(RelayTest, OneServerThatCannotBeReachedLeavesTheOthers) {
    Relay broken;
    broken.local = ip("10.1.0.1");
    broken.interface = "gone0";
    policy.relays.push_back(broken);
    const auto decision = pass("DISCOVER hw=02:00:00:00:0a:01 xid=0x1");
    ASSERT_TRUE(decision);
    EXPECT_EQ(decision->forwarded.size(), 1U);
    ASSERT_EQ(decision->events.size(), 2U);
    EXPECT_EQ(decision->events[0].reason, Reason::relay_without_interface);
    EXPECT_EQ(decision->events[1].reason, Reason::none);
}

TEST_F(RelayTest, AnEchoOfASubOptionThatIsNotOursStays) {
    policy.relays[0].is_split = true;
    policy.relays[0].interface = "eth1";
    // Link selection with another address was the switch's own.
    const auto decision = pass(
        "OFFER hw=02:00:00:00:0a:01 xid=0x1 giaddr=10.2.0.1 yiaddr=10.1.0.50 "
        "82=05:04:0a:01:00:01:0b:04:0a:09:09:09:01:01:07:0a:01:00",
        1);
    ASSERT_TRUE(decision);
    ASSERT_EQ(decision->forwarded.size(), 1U);
    const auto message = parse(decision->forwarded[0].datagram);
    ASSERT_TRUE(message);
    const auto left = message->options.find(k_relay_agent);
    ASSERT_TRUE(left);
    EXPECT_EQ(std::vector<std::uint8_t>(left->begin(), left->end()),
              (std::vector<std::uint8_t>{11, 4, 10, 9, 9, 9, 1, 1, 7}));
}

}  // namespace
}  // namespace pxed::dhcp
