#include "wire/relayed.hpp"

#include <gtest/gtest.h>

#include "wire/dhcp_text.hpp"

namespace pxed::dhcp {
namespace {

using Datagram = std::vector<std::uint8_t>;

Datagram datagram_of(std::string_view text) {
    const auto message = message_from_text(text);
    EXPECT_TRUE(message) << text;
    return message ? build(*message, 1500).bytes : Datagram{};
}

std::string text_of_bytes(const std::optional<Datagram>& datagram) {
    if (!datagram) return "none";
    const auto message = parse(*datagram);
    return message ? text_of(*message) : "malformed";
}

const Datagram k_agent{1, 2, 0xaa, 0xbb};

TEST(Relayed, ChangesHopsAndGiaddrAndNothingElse) {
    auto datagram = datagram_of("DISCOVER hw=02:00:00:00:0a:01 xid=0x1 200=07:08");
    // What no parser keeps: padding inside, an option twice, bytes behind the end.
    datagram.insert(datagram.begin() + 240, {0, 0, 0, 200, 1, 9});
    datagram.back() = 0x77;
    const auto changed = with_giaddr(datagram, 9, Ipv4{10, 1, 0, 1});
    ASSERT_EQ(changed.size(), datagram.size());
    for (std::size_t i = 0; i < changed.size(); ++i) {
        const bool may_differ = i == 3 || (i >= 24 && i < 28);
        EXPECT_TRUE(may_differ || changed[i] == datagram[i]) << i;
    }
    const auto message = parse(changed);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->hops, 9);
    EXPECT_EQ(message->giaddr, (Ipv4{10, 1, 0, 1}));
}

TEST(Relayed, OptionsThatLieDoNotHideTheHeader) {
    auto datagram = datagram_of("DISCOVER hw=02:00:00:00:0a:01 xid=0x1");
    datagram.resize(240);
    datagram.insert(datagram.end(), {61, 200, 1});
    EXPECT_FALSE(parse(datagram));
    const auto message = read_relayed(datagram);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->xid, 1U);
    datagram.resize(235);
    EXPECT_FALSE(read_relayed(datagram));
}

TEST(Relayed, AddsOption82LastAndUsesThePadding) {
    const auto datagram = datagram_of("DISCOVER hw=02:00:00:00:0a:01 xid=0x1 200=07:08");
    const auto changed = with_relay_agent(datagram, k_agent);
    EXPECT_EQ(text_of_bytes(changed), "DISCOVER hw=02:00:00:00:0a:01 xid=0x1 200=07:08 agent-id=01:02:aa:bb");
    EXPECT_EQ(changed->size(), datagram.size());
}

TEST(Relayed, ReplacesAndRemovesOption82) {
    const auto datagram = datagram_of("DISCOVER hw=02:00:00:00:0a:01 xid=0x1 82=01:01:07 200=07:08");
    EXPECT_EQ(text_of_bytes(with_relay_agent(datagram, k_agent)),
              "DISCOVER hw=02:00:00:00:0a:01 xid=0x1 200=07:08 agent-id=01:02:aa:bb");
    EXPECT_EQ(text_of_bytes(with_relay_agent(datagram, {})),
              "DISCOVER hw=02:00:00:00:0a:01 xid=0x1 200=07:08");
}

TEST(Relayed, GrowsWhereThereIsNoPadding) {
    auto datagram = datagram_of("DISCOVER hw=02:00:00:00:0a:01 xid=0x1");
    datagram.resize(244);  // cookie, option 53, end
    const auto changed = with_relay_agent(datagram, Datagram(255, 1));
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->size(), 244U + 257U);
    EXPECT_EQ(parse(*changed)->options.find(k_relay_agent)->size(), 255U);
}

TEST(Relayed, RefusesWhatLeavesNoRoomForOption82) {
    auto datagram = datagram_of("DISCOVER hw=02:00:00:00:0a:01 xid=0x1");
    EXPECT_FALSE(with_relay_agent(datagram, Datagram(256, 1))) << "longer than an option";
    datagram.resize(240);
    datagram.insert(datagram.end(), {61, 200, 1});
    EXPECT_FALSE(with_relay_agent(datagram, k_agent)) << "an option past the end";
    datagram.resize(239);
    EXPECT_FALSE(with_relay_agent(datagram, k_agent)) << "half a cookie";
    EXPECT_FALSE(with_relay_agent(Datagram(300, 0), k_agent)) << "no cookie";
    EXPECT_FALSE(with_relay_agent({}, k_agent));
}

}  // namespace
}  // namespace pxed::dhcp
