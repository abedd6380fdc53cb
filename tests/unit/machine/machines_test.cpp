#include "machine/machines.hpp"

#include <array>

#include <gtest/gtest.h>

namespace pxed::machine {
namespace {

HwAddr mac(std::uint8_t last) {
    return HwAddr{k_ethernet, std::array<std::uint8_t, 6>{2, 0, 0, 0, 0, last}};
}
Instant at(int second) {
    return Instant{seconds{second}};
}

Event event(Stage stage, std::uint8_t last_byte,
            std::string vendor_class = "PXEClient:Arch:00000:UNDI:002001") {
    Event result;
    result.stage = stage;
    result.machine = mac(last_byte);
    result.peer = Endpoint{Ipv4(10, 0, 0, last_byte), 68};
    result.vendor_class = std::move(vendor_class);
    return result;
}

TEST(Machines, RepeatedDiscoversBelongToOneBoot) {
    Machines machines;
    auto first = event(Stage::offer, 1);
    machines.observe(first, at(0));
    auto repeated = event(Stage::offer, 1);
    machines.observe(repeated, at(4));
    EXPECT_EQ(first.boot_id, 1U);
    EXPECT_EQ(repeated.boot_id, 1U);
}

TEST(Machines, WhatHasBootedIsNotBootingWhenItRenewsItsLease) {
    Machines machines;
    auto offer = event(Stage::offer, 1);
    machines.observe(offer, at(0));
    EXPECT_EQ(machines.booting_since(at(0)), 1U);
    auto file = event(Stage::tftp_sent, 1, "");
    machines.observe(file, at(30));
    EXPECT_EQ(machines.booting_since(at(20)), 1U) << "a transfer is a step of the boot";
    auto renewed = event(Stage::ack, 1, "Linux");
    machines.observe(renewed, at(4000));
    auto never_booted = event(Stage::ack, 2, "Linux");
    machines.observe(never_booted, at(4001));
    EXPECT_EQ(machines.booting_since(at(3990)), 0U);
    EXPECT_EQ(machines.size(), 2U);
}

TEST(Machines, CountsEachThatBootsOnceAndNoneThatItForgot) {
    Machines machines{2};
    for (const std::uint8_t number : {1, 2, 1, 3}) {  // the second one has to go
        auto offer = event(Stage::offer, number);
        machines.observe(offer, at(10 * number));
    }
    EXPECT_EQ(machines.booting_since(at(0)), 2U);
    EXPECT_EQ(machines.booting_since(at(10)), 2U);
    EXPECT_EQ(machines.booting_since(at(11)), 1U);
    EXPECT_EQ(machines.booting_since(at(31)), 0U);
    EXPECT_EQ(machines.booting_since(at(30) + milliseconds{900}), 1U) << "to the second";
}

Event offer_in(std::uint8_t shape) {
    auto offer = event(Stage::offer, 1);
    offer.arch = Arch::bios;
    offer.offer_shape = shape;
    return offer;
}

TEST(Machines, OffersInVainAreCountedThreeSecondsApart) {
    Machine machine;
    for (const int second : {0, 1, 2, 4, 12, 13})
        machine = observe(std::move(machine), offer_in(0), at(second), 1);
    EXPECT_EQ(machine.offering.unanswered, 3);
    EXPECT_EQ(machine.offering.last, at(12));
    machine = observe(std::move(machine), event(Stage::request, 1), at(14), 1);
    EXPECT_EQ(machine.offering.unanswered, 0);
}

TEST(Machines, OffersInOneFormAreNotCounted) {
    auto plain = event(Stage::offer, 1);
    const Machine machine = observe(Machine{}, plain, at(1), 1);
    EXPECT_EQ(machine.offering.unanswered, 0);
}

TEST(Machines, WhatWasTakenIsOfferedFirstAtTheNextBootAndWhatWasNotIsForgotten) {
    Machine machine = observe(Machine{}, offer_in(2), at(1), 1);
    auto ack = offer_in(2);
    ack.stage = Stage::ack;
    machine = observe(std::move(machine), ack, at(2), 1);
    EXPECT_EQ(machine.offering.worked, 2);
    // Another boot in which it went to another server after an offer in another shape.
    machine = observe(std::move(machine), offer_in(3), at(100), 2);
    machine = observe(std::move(machine), event(Stage::request, 1), at(101), 2);
    EXPECT_EQ(machine.offering.shape, 3);
    machine = observe(std::move(machine), event(Stage::discover, 1), at(200), 3);
    EXPECT_EQ(machine.offering.shape, 2);
}

TEST(Machines, AnotherArchitectureIsAnotherListOfForms) {
    Machine machine = observe(Machine{}, offer_in(2), at(1), 1);
    auto uefi = offer_in(0);
    uefi.arch = Arch::x64_efi;
    machine = observe(std::move(machine), uefi, at(5), 1);
    EXPECT_EQ(machine.offering.shape, 0);
    EXPECT_EQ(machine.offering.unanswered, 1);
}

TEST(Machines, DiscoversThatGetNoOfferAreOneBoot) {
    Machines machines;
    for (const int second : {0, 4, 12, 28}) {
        auto unanswered = event(Stage::discover, 1);
        machines.observe(unanswered, at(second));
        EXPECT_EQ(unanswered.boot_id, 1U) << second;
    }
    auto answered = event(Stage::offer, 1);
    machines.observe(answered, at(60));
    EXPECT_EQ(answered.boot_id, 1U);
}

TEST(Machines, ADiscoverAfterATransferBeginsTheNextBoot) {
    Machines machines;
    for (const auto stage : {Stage::offer, Stage::tftp_request}) {
        auto step = event(stage, 1);
        machines.observe(step, at(1));
    }
    auto again = event(Stage::offer, 1);
    machines.observe(again, at(30));
    EXPECT_EQ(again.boot_id, 2U);
}

TEST(Machines, ADiscoverAfterAnAckBeginsTheNextBoot) {
    Machines machines;
    for (const auto stage : {Stage::offer, Stage::ack}) {
        auto step = event(stage, 1);
        machines.observe(step, at(1));
    }
    auto again = event(Stage::offer, 1);
    machines.observe(again, at(30));
    EXPECT_EQ(again.boot_id, 2U);
}

TEST(Machines, ASilenceLongerThanAllRetriesEndsABoot) {
    Machines machines;
    auto first = event(Stage::offer, 1);
    machines.observe(first, at(0));
    auto later = event(Stage::offer, 1);
    machines.observe(later, at(200));
    EXPECT_EQ(later.boot_id, 2U);
}

// What firmware loads and asks again as iPXE: one boot, and the file it was told is what it runs.
TEST(Machines, IpxeGoesOnWithTheBootOfTheFirmwareThatLoadedIt) {
    Machines machines;
    auto offer = event(Stage::offer, 1);
    offer.file = "undionly.kpxe";
    auto ack = event(Stage::ack, 1);
    ack.file = "undionly.kpxe";
    machines.observe(offer, at(1));
    machines.observe(ack, at(2));
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), true, at(10)).program, "undionly.kpxe");
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), false, at(10)).program, "") << "the ROM's own REQUEST";
    auto again = event(Stage::offer, 1);
    again.is_ipxe = true;
    again.file = "boot.ipxe";
    machines.observe(again, at(10));
    EXPECT_EQ(again.boot_id, 1U);
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), false, at(11)).program, "undionly.kpxe");
    EXPECT_TRUE(before_ipxe(*machines.find(mac(1)), false, at(11)).firmware_loaded_it);
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), true, at(12)).program, "undionly.kpxe") << "a repeat";
    auto repeat = again;
    machines.observe(repeat, at(12));
    EXPECT_EQ(repeat.boot_id, 1U);
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), false, at(13)).program, "undionly.kpxe");
}

TEST(Machines, OfAnIpxeRomOnlyWhatItFetchedCounts) {
    Machines machines;
    auto offer = event(Stage::offer, 1);
    offer.is_ipxe = true;
    offer.file = "undionly.kpxe";
    auto ack = offer;
    ack.stage = Stage::ack;
    machines.observe(offer, at(1));
    machines.observe(ack, at(2));
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), true, at(3)).program, "") << "reset before it fetched";
    Event sent;
    sent.stage = Stage::tftp_sent;
    sent.peer = ack.peer;
    sent.file = "undionly.kpxe";
    machines.observe(sent, at(4));
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), true, at(5)).program, "undionly.kpxe");
    EXPECT_FALSE(before_ipxe(*machines.find(mac(1)), true, at(5)).firmware_loaded_it);
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), true, at(200)).program, "") << "another day";
}

TEST(Machines, TheFirmwaresNextDiscoverForgetsWhatIpxeRan) {
    Machines machines;
    auto first = event(Stage::offer, 1);
    first.file = "undionly.kpxe";
    machines.observe(first, at(1));
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), true, at(2)).program, "") << "it has not taken the offer";
    auto ipxe = event(Stage::offer, 1);
    ipxe.is_ipxe = true;
    machines.observe(ipxe, at(10));
    auto ack = event(Stage::ack, 1);
    machines.observe(ack, at(11));
    auto reset = event(Stage::offer, 1);
    machines.observe(reset, at(30));
    EXPECT_EQ(reset.boot_id, 2U);
    EXPECT_EQ(before_ipxe(*machines.find(mac(1)), true, at(40)).program, "");
}

TEST(Machines, AnOperatingSystemsDiscoverBeginsNoBoot) {
    Machines machines;
    auto step = event(Stage::offer, 1, "dhcpcd-9");
    machines.observe(step, at(0));
    EXPECT_EQ(step.boot_id, 0U);
}

TEST(Machines, ATransferIsTracedToItsMachineByTheAckedAddress) {
    Machines machines;
    auto ack = event(Stage::ack, 7);
    machines.observe(ack, at(0));
    Event sent;
    sent.stage = Stage::tftp_sent;
    sent.peer = Endpoint{Ipv4(10, 0, 0, 7), 2070};
    sent.file = "pxelinux.0";
    machines.observe(sent, at(1));
    EXPECT_EQ(sent.machine, mac(7));
    EXPECT_EQ(machines.find(Ipv4(10, 0, 0, 7))->boot_program, "pxelinux.0");
}

TEST(Machines, AnAddressGivenBackIsNoLongerTheMachines) {
    Machines machines;
    auto ack = event(Stage::ack, 7);
    machines.observe(ack, at(0));
    auto release = event(Stage::release, 7);
    machines.observe(release, at(1));
    EXPECT_EQ(machines.find(Ipv4(10, 0, 0, 7)), nullptr);
    EXPECT_NE(machines.find(mac(7)), nullptr);
}

TEST(Machines, AnAddressThatMovesToAnotherMachineIsTheNewOnes) {
    Machines machines;
    auto first = event(Stage::ack, 1);
    machines.observe(first, at(0));
    auto second = event(Stage::ack, 2);
    second.peer = first.peer;
    machines.observe(second, at(1));
    auto release = event(Stage::release, 1);
    machines.observe(release, at(2));
    ASSERT_NE(machines.find(Ipv4(10, 0, 0, 1)), nullptr);
    EXPECT_EQ(machines.find(Ipv4(10, 0, 0, 1))->hardware, mac(2));
}

TEST(Machines, AMachineThatLostItsAddressDoesNotTakeItBackByADiscover) {
    Machines machines;
    auto first = event(Stage::ack, 1);
    machines.observe(first, at(0));
    auto second = event(Stage::ack, 2);
    second.peer = first.peer;
    machines.observe(second, at(1));
    auto again = event(Stage::offer, 1);
    again.peer = Endpoint{Ipv4(10, 0, 0, 99), 68};
    machines.observe(again, at(2));
    ASSERT_NE(machines.find(Ipv4(10, 0, 0, 1)), nullptr);
    EXPECT_EQ(machines.find(Ipv4(10, 0, 0, 1))->hardware, mac(2));
}

TEST(Machines, TheTableIsBoundedAndForgetsTheOneUnseenForLongest) {
    Machines machines{2};
    for (const std::uint8_t last : {1, 2, 1, 3}) {
        auto step = event(Stage::ack, last);
        machines.observe(step, at(last));
    }
    EXPECT_EQ(machines.size(), 2U);
    EXPECT_NE(machines.find(mac(1)), nullptr);
    EXPECT_EQ(machines.find(mac(2)), nullptr);
    EXPECT_EQ(machines.find(Ipv4(10, 0, 0, 2)), nullptr);
}

}  // namespace

TEST(Machines, TheAddressTakenFromAnotherServerIsTheMachines) {
    Machines machines;
    auto request = event(Stage::request, 7);
    request.reason = Reason::proxy_only;
    machines.observe(request, at(0));
    ASSERT_NE(machines.find(Ipv4(10, 0, 0, 7)), nullptr);
    EXPECT_EQ(machines.find(Ipv4(10, 0, 0, 7))->hardware, mac(7));
    auto refused = event(Stage::request, 8);
    refused.reason = Reason::unknown_lease;
    machines.observe(refused, at(1));
    EXPECT_EQ(machines.find(Ipv4(10, 0, 0, 8)), nullptr) << "it was not given that one";
}

TEST(Machines, TheProgramAMachineRunsIsKeptUntilItBootsAnew) {
    Machines machines;
    auto ack = event(Stage::ack, 7);
    machines.observe(ack, at(0));
    Event request;
    request.stage = Stage::tftp_request;
    request.peer = Endpoint{Ipv4(10, 0, 0, 7), 2070};
    request.program = "debian/shimx64.efi";
    machines.observe(request, at(1));
    request.program.clear();
    request.file = "grub/command.lst";
    machines.observe(request, at(2));
    EXPECT_EQ(machines.find(mac(7))->program_path, "debian/shimx64.efi");
    auto anew = event(Stage::offer, 7);
    machines.observe(anew, at(200));
    EXPECT_EQ(machines.find(mac(7))->program_path, "");
}

TEST(Machines, TagsAreThoseOfTheLastAnswerThatHasThem) {
    Machines machines;
    auto ack = event(Stage::ack, 7);
    ack.tags = std::vector<std::string>{"eth0", "rescue"};
    machines.observe(ack, at(0));
    auto sent = event(Stage::tftp_sent, 7);
    machines.observe(sent, at(1));
    EXPECT_EQ(machines.find(mac(7))->tags, (std::vector<std::string>{"eth0", "rescue"}));
    ack.tags.emplace();
    machines.observe(ack, at(2));
    EXPECT_TRUE(machines.find(mac(7))->tags.empty());
}

}  // namespace pxed::machine
