#include "dhcp/lease_text.hpp"

#include <array>

#include <gtest/gtest.h>

namespace pxed::dhcp {
namespace {

constexpr Now k_now{Instant{seconds{5000}}, WallTime{seconds{1'700'000'000}}};

TEST(LeaseText, ReadsWhatDnsmasqWrote) {
    const auto read = parse_lease_text(
        "1700003600 52:54:00:00:00:01 192.168.1.132 node1 01:52:54:00:00:00:01\n"
        "0 06-00:11:22:33:44:55:66:77 192.168.1.133 * *\n",
        k_now);
    ASSERT_TRUE(read.bad.empty());
    ASSERT_EQ(read.leases.size(), 2U);
    const auto& first = read.leases[0];
    EXPECT_EQ(first.address, Ipv4(192, 168, 1, 132));
    EXPECT_EQ(first.hardware, HwAddr::parse("52:54:00:00:00:01"));
    EXPECT_EQ(first.host_name, "node1");
    EXPECT_EQ(first.client_id.text(), "01:52:54:00:00:00:01");
    EXPECT_EQ(first.expires, k_now.instant + seconds{3600});
    EXPECT_EQ(first.duration, seconds{3600});
    const auto& second = read.leases[1];
    EXPECT_EQ(second.hardware.type(), 6);
    EXPECT_EQ(second.hardware.bytes().size(), 8U);
    EXPECT_TRUE(second.host_name.empty());
    EXPECT_TRUE(second.client_id.is_empty());
    EXPECT_EQ(second.expires, k_never);
    EXPECT_EQ(second.duration, k_infinite);
}

TEST(LeaseText, SkipsAndCountsTheLeasesOfDhcpv6) {
    const auto read = parse_lease_text(
        "1700003600 52:54:00:00:00:01 10.0.0.1 * *\n"
        "duid 00:01:00:01:2c:aa:bb:cc:52:54:00:00:00:01\n"
        "1700003600 5505024 fd00::1234 node1 00:01:00:01:2c\n",
        k_now);
    EXPECT_EQ(read.leases.size(), 1U);
    EXPECT_EQ(read.ipv6_lines, 2U);
    EXPECT_TRUE(read.bad.empty());
}

TEST(LeaseText, NamesTheLineThatIsNotALeaseAndReadsOn) {
    const auto read = parse_lease_text(
        "1700003600 52:54:00:00:00:01 10.0.0.1 * *\n"
        "\n"
        "soon 52:54:00:00:00:02 10.0.0.2 * *\n"
        "1700003600 52:54:zz 10.0.0.3 * *\n"
        "1700003600 52:54:00:00:00:04 10.0.0.256 * *\n"
        "1700003600 52:54:00:00:00:05 10.0.0.5\n"
        "1700003600 52:54:00:00:00:06 10.0.0.6 * 0x\x1b\n"
        "18446744073709551615 52:54:00:00:00:07 10.0.0.7 * *\n"
        "1700003600 52:54:00:00:00:08 10.0.0.8 * *\r\n",
        k_now);
    ASSERT_EQ(read.leases.size(), 2U);
    EXPECT_EQ(read.leases[1].address, Ipv4(10, 0, 0, 8));
    ASSERT_EQ(read.bad.size(), 6U);
    EXPECT_EQ(read.bad[0].line, 3U);
    EXPECT_EQ(read.bad[0].what, "no expiry time: soon");
    EXPECT_EQ(read.bad[4].line, 7U);
    EXPECT_EQ(read.bad[4].what, "no client id: 0x\\x1b");
    EXPECT_EQ(read.bad[5].line, 8U);
}

TEST(LeaseText, LeavesOutWhatHasExpired) {
    const auto read = parse_lease_text("1699999999 52:54:00:00:00:01 10.0.0.1 * *\n", k_now);
    EXPECT_TRUE(read.leases.empty());
    EXPECT_EQ(read.expired, 1U);
}

TEST(LeaseText, TheLaterOfTwoLinesForOneAddressCounts) {
    const auto read = parse_lease_text(
        "1700003600 52:54:00:00:00:01 10.0.0.1 * *\n1700003600 52:54:00:00:00:02 10.0.0.1 * *\n", k_now);
    ASSERT_EQ(read.leases.size(), 1U);
    EXPECT_EQ(read.leases[0].hardware, HwAddr::parse("52:54:00:00:00:02"));
}

TEST(LeaseText, WhatIsWrittenReadsBackTheSame) {
    const std::string_view text =
        "1700003600 52:54:00:00:00:01 192.168.1.132 node1 01:52:54:00:00:00:01\n"
        "0 20-00:11 192.168.1.133 * *\n"
        "1700000001 01- 192.168.1.134 * ff:00\n";
    const auto read = parse_lease_text(text, k_now);
    ASSERT_TRUE(read.bad.empty());
    EXPECT_EQ(lease_text(read.leases, k_now), text);
}

TEST(LeaseText, AClientIdOf64KibReadsBack) {
    Lease lease;
    lease.address = Ipv4{10, 0, 0, 1};
    lease.hardware = *HwAddr::parse("52:54:00:00:00:01");
    lease.expires = k_never;
    lease.client_id = ClientId{std::vector<std::uint8_t>(64 * 1024, 0xab)};
    const auto read = parse_lease_text(lease_text(std::array{lease}, k_now), k_now);
    ASSERT_EQ(read.leases.size(), 1U);
    EXPECT_EQ(read.leases[0].client_id, lease.client_id);
}

TEST(LeaseText, ANameThatIsNotOneWordIsWrittenAsNone) {
    Lease lease;
    lease.address = Ipv4{10, 0, 0, 1};
    lease.hardware = *HwAddr::parse("52:54:00:00:00:01");
    lease.expires = k_never;
    for (const auto* name : {"two words", "line\nbreak", "esc\x1b", "*"}) {
        lease.host_name = name;
        EXPECT_EQ(lease_text(std::array{lease}, k_now), "0 52:54:00:00:00:01 10.0.0.1 * *\n");
    }
}

TEST(LeaseText, DeclinedAddressesAreNobodysLease) {
    Lease lease;
    lease.state = Lease::State::declined;
    EXPECT_EQ(lease_text(std::array{lease}, k_now), "");
}

TEST(LeaseText, AnExpiryBefore1970IsNotTheInfiniteZero) {
    Lease lease;
    lease.address = Ipv4{10, 0, 0, 1};
    lease.hardware = *HwAddr::parse("52:54:00:00:00:01");
    lease.expires = Instant{seconds{10}};
    const Now now{Instant{seconds{5000}}, WallTime{seconds{100}}};
    EXPECT_EQ(lease_text(std::array{lease}, now).substr(0, 2), "1 ");
}

}  // namespace
}  // namespace pxed::dhcp
