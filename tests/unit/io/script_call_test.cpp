#include "io/script_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed::io {
namespace {

using dhcp::LeaseEvent;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

LeaseEvent event(LeaseEvent::Kind kind, std::string name = "alpha") {
    LeaseEvent result;
    result.kind = kind;
    result.lease.address = Ipv4{10, 0, 0, 1};
    result.lease.hardware = HwAddr::parse("02:00:00:00:00:01").value();
    result.lease.host_name = std::move(name);
    result.lease.expires = Instant{} + seconds{3700};
    result.interface = "eth0";
    return result;
}

ScriptScene scene() {
    return {.path = "/s",
            .domain = "lab.example",
            .interface = "eth9",
            .now = {Instant{} + seconds{100}, WallTime{seconds{1000000}}}};
}

TEST(ScriptCall, OfALeaseThatChangedSaysThatNothingIsKnownOfItsClient) {
    const auto call = call_of(event(LeaseEvent::Kind::changed), scene());
    EXPECT_EQ(call.path, "/s");
    EXPECT_THAT(call.arguments, ElementsAre("old", "02:00:00:00:00:01", "10.0.0.1", "alpha"));
    EXPECT_THAT(call.environment,
                UnorderedElementsAre(StartsWith("PATH=/"), "DNSMASQ_INTERFACE=eth0",
                                     "DNSMASQ_LEASE_EXPIRES=1003600", "DNSMASQ_TIME_REMAINING=3600",
                                     "DNSMASQ_DOMAIN=lab.example", "DNSMASQ_DATA_MISSING=1"));
}

TEST(ScriptCall, OfALostNameHasTheNameInItsEnvironmentOnly) {
    const auto call = call_of(event(LeaseEvent::Kind::lost_name), scene());
    EXPECT_THAT(call.arguments, ElementsAre("old", "02:00:00:00:00:01", "10.0.0.1"));
    EXPECT_THAT(call.environment, Contains("DNSMASQ_OLD_HOSTNAME=alpha"));
}

TEST(ScriptCall, OfAnEndHasNoTimeRemaining) {
    const auto call = call_of(event(LeaseEvent::Kind::deleted), scene());
    EXPECT_THAT(call.arguments, ElementsAre("del", "02:00:00:00:00:01", "10.0.0.1", "alpha"));
    EXPECT_THAT(call.environment, Not(Contains(StartsWith("DNSMASQ_TIME_REMAINING"))));
}

TEST(ScriptCall, OfALeaseForEverSaysSoByAZero) {
    auto forever = event(LeaseEvent::Kind::added, "");
    forever.lease.expires = k_never;
    const auto call = call_of(forever, scene());
    EXPECT_THAT(call.environment, Contains("DNSMASQ_LEASE_EXPIRES=0"));
    EXPECT_THAT(call.environment, Not(Contains(StartsWith("DNSMASQ_TIME_REMAINING"))));
    // A machine without a name has no domain either.
    EXPECT_THAT(call.environment, Not(Contains(StartsWith("DNSMASQ_DOMAIN"))));
    EXPECT_EQ(call.arguments.size(), 3U);
}

TEST(ScriptCall, TakesANameAndItsDomainApart) {
    const auto call = call_of(event(LeaseEvent::Kind::added, "alpha.far.example"), scene());
    EXPECT_EQ(call.arguments.back(), "alpha");
    EXPECT_THAT(call.environment, Contains("DNSMASQ_DOMAIN=far.example"));
}

TEST(ScriptCall, NamesTheTypeOfHardwareThatIsNotEthernet) {
    auto ring = event(LeaseEvent::Kind::added);
    ring.lease.hardware = HwAddr{6, HwAddr::parse("02:00:00:00:00:01")->bytes()};
    EXPECT_EQ(call_of(ring, scene()).arguments[1], "06-02:00:00:00:00:01");
    ring.lease.hardware = HwAddr{};
    EXPECT_THAT(call_of(ring, scene()).arguments[1], testing::EndsWith("-"));
}

TEST(ScriptCall, TellsTheFactsWithTheTagSetLastInFront) {
    auto added = event(LeaseEvent::Kind::added);
    auto& facts = added.facts.emplace();
    facts.tags = {"eth0", "pxe", "known"};
    facts.requested_options = {1, 3, 66};
    facts.user_classes = {"iPXE", "b=c"};
    facts.vendor_class = "two\nlines\x7f";
    added.relay = Ipv4{10, 1, 0, 1};
    added.lease.client_id = ClientId{std::vector<std::uint8_t>{1, 0xab}};
    auto at = scene();
    at.logs_dhcp = true;
    const auto call = call_of(added, at);
    for (const auto* variable :
         {"TAGS=known pxe eth0", "REQUESTED_OPTIONS=1,3,66", "USER_CLASS0=iPXE", "USER_CLASS1=b=c",
          "VENDOR_CLASS=two\\x0alines\\x7f", "RELAY_ADDRESS=10.1.0.1", "CLIENT_ID=01:ab", "LOG_DHCP=1"})
        EXPECT_THAT(call.environment, Contains(std::string{"DNSMASQ_"} + variable));
    EXPECT_THAT(call.environment, Not(Contains("DNSMASQ_DATA_MISSING=1")));
}

TEST(ScriptCall, HasTheWholeOfTheLongestClientId) {
    auto added = event(LeaseEvent::Kind::added);
    const std::vector<std::uint8_t> longest(255, 0x5a);
    added.lease.client_id = ClientId{longest};
    EXPECT_THAT(call_of(added, scene()).environment, Contains("DNSMASQ_CLIENT_ID=" + hex_text(longest)));
}

TEST(ScriptCall, FindsTheInterfaceOfALeaseThatIsOlderThanTheStart) {
    auto old = event(LeaseEvent::Kind::changed);
    old.interface.clear();
    EXPECT_THAT(call_of(old, scene()).environment, Contains("DNSMASQ_INTERFACE=eth9"));
}

}  // namespace
}  // namespace pxed::io
