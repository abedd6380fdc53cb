#include "dhcp/quirk.hpp"

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

constexpr std::string_view k_pi =
    "DISCOVER hw=b8:27:eb:00:0a:01 vendor-class=\"PXEClient:Arch:00000:UNDI:002001\" client-arch=0 ";

Quirk raspberry_pi() {
    HwPattern ours = exactly("b8:27:eb:00:00:00");
    ours.wildcards = 0b111000;
    PxeService item;
    item.arch = Arch::arm_rpiboot;
    item.text = "Raspberry Pi Boot   ";
    Quirk quirk;
    quirk.name = "pi";
    quirk.matches = {{.hardware = ours, .arch = Arch::bios, .vendor_class = ""},
                     {.hardware = {}, .arch = Arch::arm_rpiboot, .vendor_class = "PXEClient"}};
    quirk.arch = Arch::arm_rpiboot;
    quirk.pxe.services = {item};
    return quirk;
}

class Quirks : public ::testing::Test {
 protected:
    Quirks() {
        policy_.quirks = {raspberry_pi()};
        policy_.serves_tftp = true;
    }
    bool has_one(std::string_view packet) {
        const auto message = message_from_text(packet);
        EXPECT_TRUE(message) << packet;
        return message && find_quirk(policy_, *message) != nullptr;
    }
    Policy policy_;
};

TEST_F(Quirks, AllConditionsOfOneMatchHaveToHold) {
    EXPECT_TRUE(has_one(k_pi));
    EXPECT_FALSE(has_one("DISCOVER hw=b8:27:ec:00:0a:01 vendor-class=\"PXEClient\" client-arch=0"));
    EXPECT_FALSE(has_one("DISCOVER hw=b8:27:eb:00:0a:01 vendor-class=\"PXEClient\" client-arch=11"));
    EXPECT_TRUE(has_one("DISCOVER hw=02:00:00:00:0a:01 vendor-class=\"PXEClient\" client-arch=41"));
    EXPECT_FALSE(has_one("DISCOVER hw=02:00:00:00:0a:01 vendor-class=\"HTTPClient\" client-arch=41"));
}

TEST_F(Quirks, AreForFirmwareAlone) {
    EXPECT_FALSE(has_one("DISCOVER hw=b8:27:eb:00:0a:01 client-arch=0"));
    EXPECT_FALSE(has_one("DISCOVER hw=b8:27:eb:00:0a:01 vendor-class=\"dhcpcd\" client-arch=0"));
    EXPECT_FALSE(has_one(std::string{k_pi} + "user-class=69:50:58:45"));
}

TEST_F(Quirks, NeedSomethingToBootHere) {
    policy_.serves_tftp = false;
    EXPECT_FALSE(has_one(k_pi));
    policy_.boots.push_back(boot_file("x"));
    EXPECT_TRUE(has_one(k_pi));
}

TEST_F(Quirks, AreOffWhereTheFileHasTheMenuItselfWithOrWithoutBlanks) {
    PxeService service;
    service.arch = Arch::bios;
    service.text = "Install";
    policy_.pxe.services = {service};
    EXPECT_TRUE(has_one(k_pi));
    service.text = "Raspberry Pi Boot";
    policy_.pxe.services.push_back(service);
    EXPECT_FALSE(has_one(k_pi));
    // That line is for arch 0; a Pi that says 41 is not served by it.
    EXPECT_TRUE(has_one("DISCOVER hw=02:00:00:00:0a:01 vendor-class=\"PXEClient\" client-arch=41"));
}

}  // namespace
}  // namespace pxed::dhcp
