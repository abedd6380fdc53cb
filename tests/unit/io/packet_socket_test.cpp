#include "io/packet_socket.hpp"

#include <array>
#include <poll.h>

#include <gtest/gtest.h>

#include "io/interfaces.hpp"
#include "netns.hpp"
#include "skip.hpp"
#include "wire/udp_frame.hpp"

namespace pxed::io {
namespace {

TEST(PacketSocket, sends_below_ip_and_is_deaf_until_told_otherwise) {
    test::in_own_network([] {
        test::run("ip link add va type veth peer name vb && ip link set va up && ip link set vb up");
        ev::dynamic_loop loop{k_loop_flags};
        Interfaces interfaces{loop, [] {}};
        ASSERT_TRUE(interfaces.open());
        auto speaker = PacketSocket::open();
        auto listener = PacketSocket::open(k_ether_type_arp);
        ASSERT_TRUE(speaker && listener);
        const auto* from = interfaces.find("va");
        const auto probe = build_arp_probe(from->hardware, Ipv4{10, 0, 0, 9});
        std::array<std::uint8_t, 128> memory{};

        ASSERT_TRUE(speaker->send(probe, k_ether_type_arp, from->index, {}));
        EXPECT_FALSE(listener->receive(memory));

        listener->set_deaf(false);
        ASSERT_TRUE(speaker->send(probe, k_ether_type_arp, from->index, {}));
        pollfd waits{listener->descriptor(), POLLIN, 0};
        ASSERT_EQ(::poll(&waits, 1, 10'000), 1);
        // The frame is seen leaving and arriving; both are the same bytes.
        const auto heard = listener->receive(memory);
        ASSERT_TRUE(heard);
        EXPECT_EQ((std::vector<std::uint8_t>{heard->packet.begin(), heard->packet.end()}), probe);
    });
}

TEST(PacketSocket, refuses_a_link_address_that_does_not_fit) {
    auto socket = PacketSocket::open();
    if (!socket) return test::skip(socket.error());
    const std::array<std::uint8_t, 16> long_address{};
    EXPECT_FALSE(socket->send(long_address, k_ether_type_ipv4, 1, HwAddr{32, long_address}));
}

}  // namespace
}  // namespace pxed::io
