#include "dhcp/offer_shape.hpp"

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

constexpr std::string_view k_uefi = "vendor-class=\"PXEClient:Arch:00007:UNDI:003016\" client-arch=7";
constexpr std::string_view k_bios = "vendor-class=\"PXEClient:Arch:00000:UNDI:002001\" client-arch=0";

// The rig with a machine that has seen so many offers in vain, the last one so long ago.
class OfferShapes : public ::testing::Test {
 protected:
    OfferShapes() {
        rig_.policy.boots.push_back(boot_file("boot.file"));
        rig_.machine = &machine_;
    }
    void was_offered(Arch arch, std::uint8_t shape, std::uint8_t unanswered, seconds ago = seconds{8}) {
        machine_.offering = {
            .arch = arch, .shape = shape, .unanswered = unanswered, .last = rig_.now.instant - ago};
    }
    std::optional<std::uint8_t> shape_of(std::string_view packet) {
        const Decision decision = rig_.decide(packet);
        return decision.events.empty() ? std::nullopt : decision.events.front().offer_shape;
    }

    machine::Machine machine_;
    Rig rig_;
};

TEST_F(OfferShapes, TheFirstTwoAreAsConfigured) {
    EXPECT_EQ(shape_of(discover(k_uefi)), 0);
    was_offered(Arch::x64_efi, 0, 1);
    EXPECT_EQ(shape_of(discover(k_uefi)), 0);
    was_offered(Arch::x64_efi, 0, 2);
    EXPECT_EQ(shape_of(discover(k_uefi)), 1);
}

TEST_F(OfferShapes, WhatComesWithinThreeSecondsIsTheSameDiscover) {
    was_offered(Arch::x64_efi, 1, 3, seconds{2});
    EXPECT_EQ(shape_of(discover(k_uefi)), 1);
    was_offered(Arch::x64_efi, 0, 2, seconds{2});
    EXPECT_EQ(shape_of(discover(k_uefi)), 0);
}

TEST_F(OfferShapes, AShapeThatNeedsTheBootServerIsLeftOutWherePort4011IsClosed) {
    // Behind 1 come "without 43", which needs port 4011, and plain DHCP, which is what is configured.
    was_offered(Arch::x64_efi, 1, 3);
    EXPECT_EQ(shape_of(discover(k_uefi)), 0);
    EXPECT_FALSE(rig_.decide(discover(k_uefi)).reply->options.has(k_vendor_class));
}

TEST_F(OfferShapes, NothingButADiscoverChangesTheShape) {
    was_offered(Arch::bios, 1, 5);
    const Decision ack = rig_.decide(
        request(std::string{k_bios} + " requested-address=10.99.0.60 server-identifier=10.99.0.1"));
    ASSERT_EQ(ack.reply->type(), MessageType::ack) << said(ack);
    EXPECT_EQ(ack.events.front().offer_shape, 1);
    EXPECT_EQ(ack.reply->options.text(k_vendor_class), "PXEClient");
}

TEST_F(OfferShapes, AMachineThatChangedItsFirmwareBeginsAgain) {
    was_offered(Arch::bios, 1, 5);
    EXPECT_EQ(shape_of(discover(k_uefi)), 0);
}

TEST_F(OfferShapes, WithoutAFileThereIsNothingToSayInOtherWords) {
    rig_.policy.boots.clear();
    was_offered(Arch::bios, 0, 5);
    EXPECT_EQ(shape_of(discover(k_bios)), std::nullopt);
}

TEST_F(OfferShapes, TheFileStaysInTheHeaderWhereTheFileSaysSo) {
    rig_.policy.keeps_header = true;
    was_offered(Arch::bios, 1, 5);
    EXPECT_EQ(shape_of(discover(k_bios)), 0);
}

TEST_F(OfferShapes, WhatTheFileSaysInOption43IsNotReworded) {
    auto option = text_option(k_vendor_options, "x");
    rig_.policy.options.push_back(option);
    was_offered(Arch::bios, 0, 5);
    EXPECT_EQ(shape_of(discover(k_bios)), std::nullopt);
}

TEST_F(OfferShapes, IpxeAndHttpBootKnowOneForm) {
    was_offered(Arch::bios, 0, 5);
    EXPECT_EQ(shape_of(discover(std::string{k_bios} + " user-class=69:50:58:45")), std::nullopt);
    EXPECT_EQ(shape_of(discover("vendor-class=\"HTTPClient:Arch:00016:UNDI:003016\" client-arch=16")),
              std::nullopt);
}

TEST_F(OfferShapes, ASwitchTurnsItOff) {
    rig_.policy.adapts_offers = false;
    was_offered(Arch::bios, 0, 5);
    EXPECT_EQ(shape_of(discover(k_bios)), std::nullopt);
}

TEST_F(OfferShapes, EveryListSaysWhatItsShapesAre) {
    for (const auto kind : {OfferKind::bios, OfferKind::uefi, OfferKind::proxy_bios, OfferKind::proxy_uefi}) {
        EXPECT_FALSE(shapes_of(kind).empty());
        for (const OfferShape& shape : shapes_of(kind))
            EXPECT_FALSE(shape.words.empty());
    }
}

}  // namespace
}  // namespace pxed::dhcp
