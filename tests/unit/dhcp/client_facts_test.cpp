#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using rig::request;
using testing::ElementsAre;

class Facts : public testing::Test {
 protected:
    /// Of a client that takes its first lease with these options.
    ClientFacts of(std::string_view options) {
        rig_.tells_leases = true;
        auto decision = rig_.decide(request("50=10.99.0.60 54=10.99.0.1 " + std::string{options}));
        EXPECT_TRUE(decision.facts) << rig::said(decision);
        return decision.facts.value_or(ClientFacts{});
    }
    rig::Rig rig_;
};

TEST_F(Facts, AreNotGatheredWhenNobodyFollowsTheLeases) {
    EXPECT_FALSE(rig_.decide(request("50=10.99.0.60 54=10.99.0.1")).facts);
}

TEST_F(Facts, NameWhatTheClientSays) {
    const auto facts = of("12=\"Given.Name\" 60=\"PXEClient\" 55=1,3,6 161=\"https://m/\" ");
    EXPECT_EQ(facts.supplied_name, "Given.Name");
    EXPECT_EQ(facts.vendor_class, "PXEClient");
    EXPECT_EQ(facts.mud_url, "https://m/");
    EXPECT_THAT(facts.requested_options, ElementsAre(1, 3, 6));
    EXPECT_THAT(facts.tags, ElementsAre("br0"));
}

TEST_F(Facts, ReadUserClassesCountedAndPlain) {
    EXPECT_THAT(of("77=04:69:50:58:45:01:62").user_classes, ElementsAre("iPXE", "b"));
    EXPECT_THAT(of("77=\"iPXE\"").user_classes, ElementsAre("iPXE"));
}

TEST_F(Facts, ReadWhatTheRelayAgentSaysUpToANul) {
    const auto facts = of("82=01:03:65:74:68:02:03:00:04:41:06:03:61:00:62");
    EXPECT_EQ(facts.circuit_id, "eth");
    EXPECT_EQ(facts.remote_id, "");
    EXPECT_EQ(facts.subscriber_id, "a");
}

TEST_F(Facts, FindTheGatewayInOption125BehindOtherEnterprises) {
    const auto facts = of("125=00:00:00:09:03:01:01:78:00:00:0d:e9:06:01:01:4f:02:01:53");
    EXPECT_EQ(facts.cpewan_oui, "O");
    EXPECT_EQ(facts.cpewan_serial, "S");
    EXPECT_EQ(facts.cpewan_class, "");
}

TEST_F(Facts, ReadNothingFromAnOption125ThatIsCutShort) {
    EXPECT_EQ(of("125=00:00:0d:e9:20:01:01:4f").cpewan_oui, "");
}

TEST_F(Facts, AreOfTheRequestThatMadeTheLeaseNotOfRenewals) {
    rig_.tells_leases = true;
    EXPECT_TRUE(rig_.ask(request("50=10.99.0.60 54=10.99.0.1 12=\"a\"")).facts);
    const auto renewal =
        rig_.ask(request("ciaddr=10.99.0.60 12=\"b\""), {.source = "10.99.0.60", .was_unicast = true});
    ASSERT_TRUE(renewal.reply && renewal.reply->type() == MessageType::ack) << rig::said(renewal);
    EXPECT_FALSE(renewal.facts);
    EXPECT_TRUE(rig_.ask(request("50=10.99.0.60 54=10.99.0.1 12=\"a\"")).facts);
}

}  // namespace
}  // namespace pxed::dhcp
