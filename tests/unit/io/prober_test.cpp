#include "io/prober.hpp"

#include <map>

#include <gtest/gtest.h>

#include "netns.hpp"

namespace pxed::io {
namespace {

using test::in_own_network;
using test::run;

struct Answers {
    std::map<Ipv4, std::pair<bool, HwAddr>> given;
    Prober::Answer taker() {
        return [this](Ipv4 address, bool is_in_use, const HwAddr& hardware) {
            EXPECT_FALSE(given.contains(address)) << "answered twice: " << address.text();
            given[address] = {is_in_use, hardware};
        };
    }
};

TEST(Prober, finds_a_host_by_arp_and_says_who_it_is) {
    in_own_network([] {
        // A bridge answers for the address on it; the question goes in through the veth that ends in it.
        run("ip link add va address 02:00:00:00:00:aa type veth peer name vb");
        run("ip link add br0 address 02:00:00:00:00:bb type bridge && ip link set vb master br0");
        run("ip addr add 10.7.0.1/24 dev va && ip addr add 10.7.0.50/24 dev br0");
        run("for i in va vb br0; do ip link set $i up; done");
        ev::dynamic_loop loop{k_loop_flags};
        Interfaces interfaces{loop, [] {}};
        ASSERT_TRUE(interfaces.open());
        Answers answers;
        Prober prober{loop, answers.taker()};
        ASSERT_TRUE(prober.open());
        prober.probe(Ipv4{10, 7, 0, 50}, *interfaces.find("va"));
        prober.probe(Ipv4{10, 7, 0, 51}, *interfaces.find("va"));
        prober.probe(Ipv4{10, 7, 0, 51}, *interfaces.find("va"));
        EXPECT_EQ(prober.running(), 2U);
        while (prober.running() > 0)
            loop.run(ev::ONCE);
        ASSERT_EQ(answers.given.size(), 2U);
        EXPECT_TRUE(answers.given[(Ipv4{10, 7, 0, 50})].first);
        EXPECT_EQ(answers.given[(Ipv4{10, 7, 0, 50})].second.text(), "02:00:00:00:00:bb");
        EXPECT_FALSE(answers.given[(Ipv4{10, 7, 0, 51})].first);
    });
}

TEST(Prober, asks_by_icmp_where_arp_cannot_reach) {
    in_own_network([] {
        run("ip link set lo up && ip addr add 10.7.0.50/32 dev lo");
        ev::dynamic_loop loop{k_loop_flags};
        Interfaces interfaces{loop, [] {}};
        ASSERT_TRUE(interfaces.open());
        Answers answers;
        Prober prober{loop, answers.taker()};
        ASSERT_TRUE(prober.open());
        prober.probe(Ipv4{10, 7, 0, 50}, *interfaces.find("lo"));
        prober.probe(Ipv4{192, 0, 2, 1}, *interfaces.find("lo"));  // no route: nobody there
        while (prober.running() > 0)
            loop.run(ev::ONCE);
        EXPECT_TRUE(answers.given[(Ipv4{10, 7, 0, 50})].first);
        EXPECT_TRUE(answers.given[(Ipv4{10, 7, 0, 50})].second.is_empty());
        EXPECT_FALSE(answers.given[(Ipv4{192, 0, 2, 1})].first);
    });
}

TEST(Prober, an_abandoned_test_is_never_answered) {
    in_own_network([] {
        run("ip link set lo up");
        ev::dynamic_loop loop{k_loop_flags};
        Interfaces interfaces{loop, [] {}};
        ASSERT_TRUE(interfaces.open());
        Answers answers;
        Prober prober{loop, answers.taker()};
        ASSERT_TRUE(prober.open());
        prober.probe(Ipv4{127, 0, 0, 1}, *interfaces.find("lo"));
        prober.abandon();
        EXPECT_EQ(prober.running(), 0U);
        prober.probe(Ipv4{127, 0, 0, 2}, *interfaces.find("lo"));
        while (prober.running() > 0)
            loop.run(ev::ONCE);
        EXPECT_FALSE(answers.given.contains(Ipv4{127, 0, 0, 1}));
        EXPECT_TRUE(answers.given[(Ipv4{127, 0, 0, 2})].first);
    });
}

}  // namespace
}  // namespace pxed::io
