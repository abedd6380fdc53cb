#include "io/udp_socket.hpp"

#include <algorithm>
#include <poll.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/text.hpp"
#include "skip.hpp"

namespace {

using namespace pxed;
using io::UdpSocket;

const Endpoint k_loopback{Ipv4{127, 0, 0, 1}, 0};

UdpSocket opened(const Endpoint& local = k_loopback, const io::UdpOptions& options = {}) {
    auto socket = UdpSocket::open(local, options);
    EXPECT_TRUE(socket) << (socket ? "" : socket.error());
    return std::move(*socket);
}

void wait_for_datagram(const UdpSocket& socket) {
    pollfd waiting{socket.descriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&waiting, 1, 5000), 1);
}

io::Route to(const UdpSocket& socket, Ipv4 address = Ipv4{127, 0, 0, 1}) {
    return {Endpoint{address, socket.local_port()}, {}, 0};
}

TEST(UdpSocket, SaysWhereADatagramCameFromAndWentTo) {
    auto server = opened(Endpoint{Ipv4{}, 0});
    auto client = opened();
    ASSERT_TRUE(client.send(as_bytes("hello"), to(server, Ipv4{127, 0, 0, 9})));
    wait_for_datagram(server);
    const auto got = server.receive();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(as_text(got[0].payload), "hello");
    EXPECT_EQ(got[0].from.address_text(), "127.0.0.1");
    EXPECT_EQ(got[0].from.port(), client.local_port());
    EXPECT_EQ(got[0].to.address_text(), "127.0.0.9");
    EXPECT_EQ(got[0].from.interface(), 1U);  // lo
    EXPECT_FALSE(got[0].was_broadcast);
}

TEST(UdpSocket, TellsABroadcastFromADatagramToUs) {
    auto server = opened(Endpoint{Ipv4{}, 0});
    auto client = opened(k_loopback, {.interface = "", .is_shared = false, .sends_broadcast = true});
    ASSERT_TRUE(client.send(as_bytes("all"), to(server, Ipv4{127, 255, 255, 255})));
    wait_for_datagram(server);
    const auto got = server.receive();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_TRUE(got[0].was_broadcast);
    EXPECT_EQ(got[0].to.address_text(), "127.255.255.255");
}

TEST(UdpSocket, AnswersFromTheAddressThatWasAsked) {
    auto server = opened(Endpoint{Ipv4{}, 0});
    auto client = opened();
    io::Route route = to(client);
    route.from = Endpoint{Ipv4{127, 0, 0, 9}, 0};
    ASSERT_TRUE(server.send(as_bytes("x"), route));
    wait_for_datagram(client);
    EXPECT_EQ(client.receive()[0].from.address_text(), "127.0.0.9");
}

TEST(UdpSocket, ADualStackWildcardHearsAndAnswersIpv4) {
    auto server = UdpSocket::open(Endpoint{Endpoint::V6{}, 0}, {});
    if (!server) return test::skip("no IPv6 here: " + server.error());
    auto client = opened();
    ASSERT_TRUE(client.send(as_bytes("four"), to(*server, Ipv4{127, 0, 0, 7})));
    wait_for_datagram(*server);
    const auto got = server->receive();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_TRUE(got[0].from.is_ipv4());
    EXPECT_EQ(got[0].to.address_text(), "127.0.0.7");
    EXPECT_FALSE(got[0].was_broadcast);
    ASSERT_TRUE(server->send(as_bytes("back"), {got[0].from, got[0].to, 0}));
    wait_for_datagram(client);
    EXPECT_EQ(client.receive()[0].from.address_text(), "127.0.0.7");
}

TEST(UdpSocket, SixtyFourDatagramsComeInOneCall) {
    auto server = opened();
    auto client = opened();
    for (int i = 0; i < 70; ++i)
        ASSERT_TRUE(client.send(as_bytes(std::to_string(i)), to(server)));
    const auto first = server.receive();
    ASSERT_EQ(first.size(), 64U);
    EXPECT_EQ(as_text(first[63].payload), "63");
    EXPECT_EQ(server.receive().size(), 6U);
    EXPECT_TRUE(server.receive().empty());
}

TEST(UdpSocket, OneInboxServesManySockets) {
    io::Inbox inbox{16};
    auto first = opened();
    auto second = opened();
    auto client = opened();
    ASSERT_TRUE(client.send(as_bytes("one"), to(first)));
    ASSERT_TRUE(client.send(as_bytes("twenty-two characters!"), to(second)));
    EXPECT_EQ(as_text(first.receive(inbox)[0].payload), "one");
    EXPECT_EQ(as_text(second.receive(inbox)[0].payload), "twenty-two chara");  // cut
}

TEST(UdpSocket, OneDatagramAtATimeComesInOrderAndSaysWhoSentIt) {
    auto server = opened();
    auto client = opened();
    std::vector<std::uint8_t> memory(4);
    EXPECT_FALSE(server.receive_one(memory)) << "none waits";
    ASSERT_TRUE(client.send(as_bytes("1st, and cut"), to(server)));
    ASSERT_TRUE(client.send(as_bytes("2nd"), to(server)));
    const auto first = server.receive_one(memory);
    ASSERT_TRUE(first);
    EXPECT_EQ(as_text(first->payload), "1st,");
    EXPECT_EQ(first->from.text(), "127.0.0.1:" + std::to_string(client.local_port()));
    const auto second = server.receive_one(memory);
    ASSERT_TRUE(second);
    EXPECT_EQ(as_text(second->payload), "2nd");
    EXPECT_FALSE(server.receive_one(memory));
}

TEST(UdpSocket, ARefusedDatagramDoesNotCostTheNextOne) {
    auto client = opened();
    std::optional<io::Route> nobody;
    {
        const auto gone = opened();
        nobody = to(gone);
        ASSERT_TRUE(client.connect(nobody->to));
    }
    // What ICMP says of the first is reported in the second one's place, which has to leave all the same.
    EXPECT_TRUE(client.send(as_bytes("first"), *nobody));
    EXPECT_TRUE(client.send(as_bytes("second"), *nobody));
}

TEST(UdpSocket, SegmentsArriveAsSingleDatagrams) {
    for (const std::uint16_t segment : {12, 516, 1472, 8196}) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{segment}, segment * std::size_t{3} + 5,
                                       segment * std::size_t{20}}) {
            auto server = opened();
            auto client = opened();
            std::vector<std::uint8_t> payload(size);
            for (std::size_t i = 0; i < size; ++i)
                payload[i] = static_cast<std::uint8_t>(i * 7 / 3);
            const std::size_t expected = (size + segment - 1) / segment;
            ASSERT_EQ(client.send_segments(payload, segment, to(server)), expected);
            std::vector<std::uint8_t> got;
            std::size_t datagrams = 0;
            io::Inbox inbox{65536};
            for (auto batch = server.receive(inbox); !batch.empty(); batch = server.receive(inbox)) {
                for (const auto& datagram : batch) {
                    EXPECT_LE(datagram.payload.size(), segment);
                    got.insert(got.end(), datagram.payload.begin(), datagram.payload.end());
                    ++datagrams;
                }
            }
            EXPECT_EQ(datagrams, expected) << segment << ' ' << size;
            EXPECT_TRUE(got == payload);
        }
    }
}

TEST(UdpSocket, ARunOfMoreThan64SegmentsIsCut) {
    auto server = opened();
    auto client = opened();
    const std::vector<std::uint8_t> payload(12 * 100 + 1);
    EXPECT_EQ(client.send_segments(payload, 12, to(server)), 101U);
    EXPECT_EQ(server.receive().size() + server.receive().size(), 101U);
}

TEST(UdpSocket, DatagramsToManyPeersLeaveTogetherInTheirOrder) {
    auto first = opened();
    auto second = opened();
    auto sender = opened();
    std::vector<std::string> texts;
    for (int i = 0; i < 150; ++i)
        texts.push_back("datagram " + std::to_string(i));
    std::vector<io::Packet> packets;
    for (std::size_t i = 0; i < texts.size(); ++i)
        packets.push_back({as_bytes(texts[i]), to(i % 2 == 0 ? first : second)});
    EXPECT_EQ(sender.send_each(packets), packets.size());
    std::size_t next = 0;
    for (auto batch = first.receive(); !batch.empty(); batch = first.receive()) {
        for (const auto& datagram : batch)
            EXPECT_EQ(as_text(datagram.payload), texts[2 * next++]);
    }
    EXPECT_EQ(next, 75U);
    EXPECT_EQ(second.receive().size(), 64U);
}

TEST(UdpSocket, OfDatagramsToManyPeersThoseBeforeTheRefusedOneHaveLeft) {
    auto server = opened();
    auto sender = opened();
    const std::vector<std::uint8_t> too_long(70000);
    const std::vector<io::Packet> packets{
        {as_bytes("one"), to(server)}, {too_long, to(server)}, {as_bytes("three"), to(server)}};
    EXPECT_EQ(sender.send_each(packets), 1U);
    EXPECT_EQ(server.receive().size(), 1U);
}

TEST(UdpSocket, AFullSendBufferIsSaidNotWaitedFor) {
    auto server = opened();
    auto client = opened();
    const std::vector<std::uint8_t> payload(65000);
    // Nobody reads: at some point the receiver's buffer drops or the sender's fills; no call blocks.
    for (int i = 0; i < 200; ++i)
        EXPECT_LE(client.send_segments(payload, 65000, to(server)), 1U);
}

TEST(UdpSocket, AnAddressThatIsTakenIsNamed) {
    const auto first = opened();
    const auto second = UdpSocket::open(Endpoint{Ipv4{127, 0, 0, 1}, first.local_port()}, {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(),
              "127.0.0.1:" + std::to_string(first.local_port()) + ": cannot bind: Address already in use");
}

TEST(UdpSocket, AConnectedSocketHearsItsPeerOnly) {
    auto server = opened();
    auto peer = opened();
    auto stranger = opened();
    ASSERT_TRUE(server.connect(Endpoint{Ipv4{127, 0, 0, 1}, peer.local_port()}));
    ASSERT_TRUE(stranger.send(as_bytes("stranger"), to(server)));
    ASSERT_TRUE(peer.send(as_bytes("peer"), to(server)));
    wait_for_datagram(server);
    const auto got = server.receive();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(as_text(got[0].payload), "peer");
}

TEST(UdpSocket, AdoptsAUdpSocketAndNothingElse) {
    EXPECT_TRUE(UdpSocket::adopt(io::FileDescriptor{::socket(AF_INET, SOCK_DGRAM, 0)}));
    EXPECT_FALSE(UdpSocket::adopt(io::FileDescriptor{::socket(AF_INET, SOCK_STREAM, 0)}));
    EXPECT_FALSE(UdpSocket::adopt(io::FileDescriptor{::dup(0)}));
}

}  // namespace
