#include "io/interfaces.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "netns.hpp"

namespace pxed::io {
namespace {

using test::in_own_network;
using test::run;

/// Runs the loop until `holds`; each turn waits for an event, and a deadline ends a wait for what never
/// comes.
template <typename Holds>
bool run_until(ev::dynamic_loop& loop, Holds&& holds) {
    ev::timer deadline{loop};
    bool is_late = false;
    struct Late {
        bool& flag;
        void ring(ev::timer&, int) { flag = true; }
    } late{is_late};
    deadline.set<Late, &Late::ring>(&late);
    deadline.start(20);
    while (!holds() && !is_late)
        loop.run(ev::ONCE);
    return !is_late;
}

TEST(Interfaces, reads_links_and_addresses_with_the_primary_one_first) {
    in_own_network([] {
        run("ip link add veth-a address 02:00:00:00:00:0a mtu 1400 type veth peer name veth-b");
        run("ip addr add 10.1.0.1/24 dev veth-a");
        run("ip addr add 10.1.0.2/24 dev veth-a");
        run("ip addr add 10.2.0.1/16 dev veth-a");
        run("ip link set veth-a up");
        ev::dynamic_loop loop{k_loop_flags};
        Interfaces interfaces{loop, [] {}};
        ASSERT_TRUE(interfaces.open());
        const auto* link = interfaces.find("veth-a");
        ASSERT_NE(link, nullptr);
        EXPECT_EQ(link, interfaces.find(link->index));
        EXPECT_EQ(link->hardware.text(), "02:00:00:00:00:0a");
        EXPECT_EQ(link->mtu, 1400U);
        EXPECT_TRUE(link->is_up);
        EXPECT_FALSE(link->is_loopback);
        ASSERT_EQ(link->addresses.size(), 3U);
        EXPECT_EQ(link->addresses[0], (Network{Ipv4{10, 1, 0, 1}, netmask_of(24)}));
        EXPECT_EQ(link->addresses[1], (Network{Ipv4{10, 2, 0, 1}, netmask_of(16)}));
        EXPECT_EQ(link->addresses[2].address, (Ipv4{10, 1, 0, 2}));
        EXPECT_TRUE(link->has_address(Ipv4{10, 1, 0, 2}));
        EXPECT_TRUE(link->is_on_link(Ipv4{10, 2, 200, 9}));
        EXPECT_FALSE(link->is_on_link(Ipv4{10, 3, 0, 1}));
        ASSERT_NE(interfaces.find("lo"), nullptr);
        EXPECT_TRUE(interfaces.find("lo")->is_loopback);
    });
}

TEST(Interfaces, follows_an_interface_that_comes_is_renamed_gets_an_address_and_goes) {
    in_own_network([] {
        ev::dynamic_loop loop{k_loop_flags};
        int changes = 0;
        Interfaces interfaces{loop, [&] { ++changes; }};
        ASSERT_TRUE(interfaces.open());
        ASSERT_EQ(interfaces.find("br0"), nullptr);

        run("ip link add br0 type bridge");
        ASSERT_TRUE(run_until(loop, [&] { return interfaces.find("br0") != nullptr; }));
        const auto first_index = interfaces.find("br0")->index;

        run("ip addr add 10.9.0.1/24 dev br0");
        ASSERT_TRUE(run_until(loop, [&] { return !interfaces.find("br0")->addresses.empty(); }));

        run("ip link set br0 name br1");
        ASSERT_TRUE(run_until(loop, [&] { return interfaces.find("br1") != nullptr; }));
        EXPECT_EQ(interfaces.find("br0"), nullptr);

        run("ip link del br1 && ip link add br1 type bridge");
        ASSERT_TRUE(run_until(loop, [&] {
            const auto* link = interfaces.find("br1");
            return link != nullptr && link->index != first_index;
        }));
        EXPECT_TRUE(interfaces.find("br1")->addresses.empty());
        EXPECT_GE(changes, 4);
    });
}

TEST(Interfaces, catching_up_sees_a_change_before_the_loop_does) {
    in_own_network([] {
        ev::dynamic_loop loop{k_loop_flags};
        int changes = 0;
        Interfaces interfaces{loop, [&] { ++changes; }};
        ASSERT_TRUE(interfaces.open());
        run("ip link add br0 type bridge");
        interfaces.catch_up();
        EXPECT_NE(interfaces.find("br0"), nullptr);
        EXPECT_EQ(changes, 1);
        interfaces.catch_up();
        EXPECT_EQ(changes, 1);
    });
}

TEST(Interfaces, finds_the_hardware_address_of_a_neighbour) {
    in_own_network([] {
        run("ip link add br0 type bridge && ip addr add 10.9.0.1/24 dev br0 && ip link set br0 up");
        run("ip neigh add 10.9.0.5 lladdr 02:00:00:00:00:05 dev br0");
        ev::dynamic_loop loop{k_loop_flags};
        Interfaces interfaces{loop, [] {}};
        ASSERT_TRUE(interfaces.open());
        const auto index = interfaces.find("br0")->index;
        const auto found = interfaces.neighbour(Ipv4{10, 9, 0, 5}, index);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->text(), "02:00:00:00:00:05");
        EXPECT_FALSE(interfaces.neighbour(Ipv4{10, 9, 0, 6}, index));
        // An unanswered question leaves the socket in step with the kernel.
        EXPECT_TRUE(interfaces.neighbour(Ipv4{10, 9, 0, 5}, index));
    });
}

}  // namespace
}  // namespace pxed::io
