#include "io/udp_tap.hpp"

#include <array>
#include <poll.h>

#include <gtest/gtest.h>

#include "io/interfaces.hpp"
#include "io/packet_socket.hpp"
#include "io/raw_ip_socket.hpp"
#include "io/udp_socket.hpp"
#include "netns.hpp"

namespace pxed::io {
namespace {

constexpr UdpTap::Wanted k_requests{.to_port = 67};
constexpr UdpTap::Wanted k_replies{.to_port = 68, .from_port = 67, .is_only_broadcast = true};

/// A cable from `va`, where things are sent, to `vb`, where they are heard.
struct Cable {
    Cable() {
        test::run("ip link add va type veth peer name vb && ip link set va up && ip link set vb up");
        test::run("ip addr add 10.9.0.1/24 dev va");
        EXPECT_TRUE(interfaces.open());
        auto opened = PacketSocket::open();
        EXPECT_TRUE(opened);
        if (opened) speaker.emplace(std::move(*opened));
    }
    [[nodiscard]] unsigned index(const char* name) const {
        return interfaces.find(std::string_view{name})->index;
    }

    bool send(std::vector<std::uint8_t> packet, const HwAddr& to = {}) {
        return speaker->send(packet, k_ether_type_ipv4, index("va"), to);
    }
    bool send(std::uint16_t from, std::uint16_t to, const HwAddr& hardware = {}) {
        return send(build_udp_frame({{}, from, k_limited_broadcast, to, k_payload}), hardware);
    }

    static constexpr std::array<std::uint8_t, 5> k_payload{'h', 'e', 'l', 'l', 'o'};
    ev::dynamic_loop loop{k_loop_flags};
    Interfaces interfaces{loop, [] {}};
    std::optional<PacketSocket> speaker;
};

std::optional<UdpTap::Heard> next(UdpTap& tap, int patience = 10'000) {
    static thread_local std::array<std::uint8_t, 2048> memory{};
    pollfd waits{tap.descriptor(), POLLIN, 0};
    ::poll(&waits, 1, patience);
    std::size_t most = 64;
    return tap.receive(memory, most);
}

TEST(UdpTap, HearsWhatGoesToItsPortWithoutHavingIt) {
    test::in_own_network([] {
        Cable cable;
        auto tap = UdpTap::open(cable.index("vb"), k_requests);
        ASSERT_TRUE(tap) << tap.error();
        // Others' ports, a fragment, a frame to another machine, one that goes out: none of them wakes
        // anybody.
        auto fragment = build_udp_frame({{}, 68, k_limited_broadcast, 67, Cable::k_payload});
        fragment[6] = 0x20;
        ASSERT_TRUE(cable.send(68, 69) && cable.send(67, 68) && cable.send(fragment));
        ASSERT_TRUE(cable.send(68, 67, *HwAddr::parse("02:00:00:00:99:99")));
        const auto outgoing = build_udp_frame({{}, 68, k_limited_broadcast, 67, Cable::k_payload});
        ASSERT_TRUE(cable.speaker->send(outgoing, k_ether_type_ipv4, cable.index("vb"), {}));
        ASSERT_TRUE(cable.send(1068, 67));
        const auto heard = next(*tap);
        ASSERT_TRUE(heard);
        EXPECT_EQ(heard->datagram.source_port, 1068);
        EXPECT_EQ(heard->datagram.destination, k_limited_broadcast);
        EXPECT_EQ(heard->sender, cable.interfaces.find(std::string_view{"va"})->hardware);
        EXPECT_FALSE(next(*tap, 0));
    });
}

TEST(UdpTap, TakesDatagramsWhoseChecksumNoCardHasFilledYet) {
    test::in_own_network([] {
        Cable cable;
        auto tap = UdpTap::open(cable.index("vb"), k_requests);
        ASSERT_TRUE(tap) << tap.error();
        // The kernel leaves the checksum to the card; that of a veth never does it, because nothing can go
        // wrong.
        auto socket = UdpSocket::open(Endpoint{Ipv4{}, 68}, {.interface = "va", .sends_broadcast = true});
        ASSERT_TRUE(socket) << socket.error();
        ASSERT_TRUE(socket->send(Cable::k_payload, {.to = Endpoint{k_limited_broadcast, 67}}));
        EXPECT_TRUE(next(*tap));
        // A checksum that is there and wrong is not believed.
        auto broken = build_udp_frame({{}, 68, k_limited_broadcast, 67, Cable::k_payload});
        broken.back() ^= 1;
        ASSERT_TRUE(cable.send(broken));
        EXPECT_FALSE(next(*tap, 300));
    });
}

TEST(UdpTap, HearsOfOtherServersOnlyWhatTheySendToEverybody) {
    test::in_own_network([] {
        Cable cable;
        auto tap = UdpTap::open(cable.index("vb"), k_replies);
        ASSERT_TRUE(tap) << tap.error();
        const auto to_us = cable.interfaces.find(std::string_view{"vb"})->hardware;
        ASSERT_TRUE(cable.send(68, 67) && cable.send(68, 68) && cable.send(67, 68, to_us));
        ASSERT_TRUE(cable.send(67, 68));
        ASSERT_TRUE(next(*tap));
        EXPECT_FALSE(next(*tap, 0));
    });
}

TEST(RawIpSocket, SendsFromAPortThatAnotherHas) {
    test::in_own_network([] {
        Cable cable;
        test::run("ip link set lo up");
        const auto owner = UdpSocket::open(Endpoint{Ipv4{10, 9, 0, 1}, 67}, {});
        auto client = UdpSocket::open(Endpoint{Ipv4{10, 9, 0, 1}, 1068}, {});
        auto raw = RawIpSocket::open();
        ASSERT_TRUE(owner && client && raw);
        ASSERT_TRUE(raw->send({Ipv4{10, 9, 0, 1}, 67, Ipv4{10, 9, 0, 1}, 1068, Cable::k_payload}, 0));
        pollfd waits{client->descriptor(), POLLIN, 0};
        ASSERT_EQ(::poll(&waits, 1, 10'000), 1);
        const auto datagrams = client->receive();
        ASSERT_EQ(datagrams.size(), 1U);
        EXPECT_EQ(datagrams.front().from.port(), 67);
        EXPECT_EQ(datagrams.front().payload.size(), Cable::k_payload.size());
    });
}

}  // namespace
}  // namespace pxed::io
