#include "dhcp/host_list.hpp"

#include <gmock/gmock.h>

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using rig::exactly;
using rig::host_with_address;
using rig::hw;
using rig::id;
using rig::ip;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Host named(std::string_view name) {
    Host host;
    host.name = name;
    return host;
}

TEST(HostList, FindsALineByEachOfItsKeys) {
    Host host = host_with_address("02:00:00:00:00:01", "10.0.0.1");
    host.hardware.push_back(exactly("02:00:00:00:00:02"));
    host.client_ids = {id("pc")};
    host.name = "Node.lab";
    const HostList hosts{named("other"), host};
    EXPECT_THAT(hosts.known_by(hw("02:00:00:00:00:01"), {}), ElementsAre(1U));
    EXPECT_THAT(hosts.known_by(hw("02:00:00:00:00:02"), {}), ElementsAre(1U));
    EXPECT_THAT(hosts.known_by(hw("02:00:00:00:00:03"), {}), IsEmpty());
    EXPECT_THAT(hosts.known_by({}, id("pc")), ElementsAre(1U));
    EXPECT_THAT(hosts.known_by({}, id(std::string_view{"\0pc", 3})), ElementsAre(1U));
    EXPECT_THAT(hosts.known_by({}, {}), IsEmpty());
    EXPECT_EQ(hosts.keeper_of(ip("10.0.0.1")), &hosts[1]);
    EXPECT_EQ(hosts.keeper_of(ip("10.0.0.2")), nullptr);
    EXPECT_THAT(hosts.named("node"), ElementsAre(1U));
    EXPECT_THAT(hosts.known_by_name("node"), IsEmpty());  // it has a hardware address to be known by
    EXPECT_THAT(hosts.known_by_name("OTHER"), ElementsAre(0U));
}

TEST(HostList, FindsPatternsOfEveryShape) {
    HwPattern vendor = exactly("02:00:00:00:00:00");
    vendor.wildcards = 0b111000;
    HwPattern token_ring = exactly("06-02:00:00:00:00:01");
    Host by_vendor;
    by_vendor.hardware = {vendor};
    Host by_type;
    by_type.hardware = {token_ring};
    const HostList hosts{by_vendor, host_with_address("02:00:00:00:00:01", "10.0.0.1"), by_type};
    EXPECT_THAT(hosts.known_by(hw("02:00:00:00:00:01"), {}), UnorderedElementsAre(0U, 1U));
    EXPECT_THAT(hosts.known_by(hw("02:00:00:aa:bb:cc"), {}), ElementsAre(0U));
    EXPECT_THAT(hosts.known_by(hw("02:00:01:aa:bb:cc"), {}), IsEmpty());
    EXPECT_THAT(hosts.known_by(hw("06-02:00:00:00:00:01"), {}), ElementsAre(2U));
}

TEST(HostList, OfTwoLinesTheFirstKeepsTheAddress) {
    const HostList hosts{host_with_address("02:00:00:00:00:01", "10.0.0.1"),
                         host_with_address("02:00:00:00:00:02", "10.0.0.1")};
    EXPECT_EQ(hosts.keeper_of(ip("10.0.0.1")), &hosts[0]);
}

TEST(HostList, KeepsItsKeysWhenItIsCopiedOrChanged) {
    HostList hosts{host_with_address("02:00:00:00:00:01", "10.0.0.1")};
    const HostList copy = hosts;
    auto lines = hosts.take();
    EXPECT_TRUE(hosts.empty());
    EXPECT_EQ(hosts.keeper_of(ip("10.0.0.1")), nullptr);
    lines[0].address = ip("10.0.0.2");
    hosts = HostList{std::move(lines)};
    EXPECT_EQ(hosts.keeper_of(ip("10.0.0.1")), nullptr);
    EXPECT_EQ(hosts.keeper_of(ip("10.0.0.2")), &hosts[0]);
    EXPECT_EQ(copy.keeper_of(ip("10.0.0.1")), &copy[0]);
}

// What a decision looks at is its own machine's lines, however many there are.
TEST(HostList, OneOfAHundredThousandIsOneLine) {
    HostList hosts;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        Host host = host_with_address("02:00:00:00:00:00", "10.0.0.0");
        host.address = Ipv4{host.address->value() + i};
        for (std::size_t byte = 0; byte < 4; ++byte)
            host.hardware[0].bytes[2 + byte] = static_cast<std::uint8_t>(i >> (8 * byte));
        host.name = "host" + std::to_string(i);
        hosts.push_back(std::move(host));
    }
    EXPECT_THAT(hosts.known_by(hw("02:00:9f:86:01:00"), {}), ElementsAre(99'999U));
    EXPECT_THAT(hosts.named("host99999"), ElementsAre(99'999U));
    EXPECT_EQ(hosts.keeper_of(ip("10.1.134.159")), &hosts.back());
}

}  // namespace
}  // namespace pxed::dhcp
