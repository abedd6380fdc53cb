#include <gtest/gtest.h>

#include "base/endpoint.hpp"
#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"

namespace pxed {
namespace {

TEST(Ipv4, ReadsAndWritesDottedQuads) {
    const auto address = Ipv4::parse("192.168.1.50");
    ASSERT_TRUE(address);
    EXPECT_EQ(*address, Ipv4(192, 168, 1, 50));
    EXPECT_EQ(address->text(), "192.168.1.50");
    for (const auto* bad : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1..2.3", "a.b.c.d", "1.2.3.4 ",
                            "0001.2.3.4", "300.1.1.1"}) {
        EXPECT_FALSE(Ipv4::parse(bad)) << bad;
    }
}

TEST(Ipv4, ANetworkKnowsItsEnds) {
    const Network network{Ipv4(10, 99, 0, 7), netmask_of(24)};
    EXPECT_TRUE(network.contains(Ipv4(10, 99, 0, 200)));
    EXPECT_FALSE(network.contains(Ipv4(10, 99, 1, 1)));
    EXPECT_EQ(network.base(), Ipv4(10, 99, 0, 0));
    EXPECT_EQ(network.broadcast(), Ipv4(10, 99, 0, 255));
    EXPECT_EQ(netmask_of(0), Ipv4{});
    EXPECT_EQ(netmask_of(32), Ipv4(255, 255, 255, 255));
    EXPECT_TRUE(is_contiguous(Ipv4(255, 255, 240, 0)));
    EXPECT_FALSE(is_contiguous(Ipv4(255, 0, 255, 0)));
}

TEST(HwAddr, ReadsEthernetAndOtherTypes) {
    const auto plain = HwAddr::parse("02:00:00:00:0A:1");
    ASSERT_TRUE(plain);
    EXPECT_TRUE(plain->is_ethernet());
    EXPECT_EQ(plain->text(), "02:00:00:00:0a:01");
    const auto token_ring = HwAddr::parse("06-02:00:00:00:0a:01");
    ASSERT_TRUE(token_ring);
    EXPECT_EQ(token_ring->type(), 6);
    EXPECT_EQ(token_ring->text(), "06-02:00:00:00:0a:01");
    EXPECT_NE(*plain, *token_ring);
    for (const auto* bad : {"", "zz:zz", "02-00-00-00-0a-01", "0:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:10"}) {
        EXPECT_FALSE(HwAddr::parse(bad)) << bad;
    }
}

TEST(Endpoint, AMappedAddressIsIpv4) {
    const Endpoint::V6 mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
    const Endpoint endpoint{mapped, 69};
    EXPECT_EQ(endpoint, Endpoint(Ipv4(10, 0, 0, 1), 69));
    EXPECT_EQ(endpoint.text(), "10.0.0.1:69");
}

TEST(Endpoint, WritesIpv6AsRfc5952Says) {
    EXPECT_EQ(Endpoint(Endpoint::V6{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 69).text(),
              "[fe80::1]:69");
    EXPECT_EQ(Endpoint(Endpoint::V6{}, 1).address_text(), "::");
    EXPECT_EQ(
        Endpoint(Endpoint::V6{0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, 1).address_text(),
        "2001:db8:0:1::1");
}

}  // namespace
}  // namespace pxed
