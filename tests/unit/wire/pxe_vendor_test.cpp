#include "wire/pxe_vendor.hpp"

#include <gtest/gtest.h>

#include "wire/dhcp_options.hpp"

namespace pxed::pxe {
namespace {

std::vector<std::uint8_t> from_hex(std::string_view hex) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(std::string{hex.substr(i, 2)}, nullptr, 16)));
    return bytes;
}

VendorOptions one_service() {
    VendorOptions options;
    options.discovery_control = k_no_broadcast | k_no_multicast;
    options.prompt = MenuPrompt{0, "PXE"};
    options.servers = {{0x8000, {Ipv4{0x0a630001}}}};
    options.menu = {{0x8000, "Boot BIOS"}};
    return options;
}

// Vector G0: what dnsmasq 2.90 sends, without the end.
constexpr std::string_view k_one_service = "0601030a040050584508078000010a630001090c800009426f6f742042494f53";

TEST(PxeVendor, A_menu_has_the_bytes_of_dnsmasq) {
    EXPECT_EQ(build(one_service()), from_hex(k_one_service));
}

TEST(PxeVendor, A_menu_comes_back_from_its_bytes) {
    EXPECT_EQ(parse(from_hex(k_one_service)), one_service());
    EXPECT_EQ(parse(from_hex(std::string{k_one_service} + "ff4704")), one_service())
        << "nothing follows the end";
}

TEST(PxeVendor, A_boot_item_is_said_back) {
    VendorOptions options;
    options.boot_item = BootItem{0x8001, 2};
    EXPECT_EQ(build(options), from_hex("470480010002"));
    EXPECT_EQ(parse(from_hex("470480010002ff")).boot_item, (BootItem{0x8001, 2}));
}

TEST(PxeVendor, A_boot_item_is_found_behind_others_and_with_more_than_its_four_bytes) {
    EXPECT_EQ(boot_item_of(from_hex("060108470480000001")), (BootItem{0x8000, 1}));
    EXPECT_EQ(boot_item_of(from_hex("4706800000000102ff")), (BootItem{0x8000, 0}));
    EXPECT_FALSE(boot_item_of(from_hex("47028000ff"))) << "half an item is none";
    EXPECT_FALSE(boot_item_of(from_hex("060108ff470480000000")))
        << "what stands behind the end does not count";
}

TEST(PxeVendor, The_high_bit_of_the_layer_asks_for_credentials) {
    EXPECT_TRUE((BootItem{1, 0x8000}.asks_for_credentials()));
    EXPECT_FALSE((BootItem{1, 0x7fff}.asks_for_credentials()));
}

TEST(PxeVendor, An_element_that_does_not_fit_ends_its_list) {
    // Two servers are counted and one is there.
    EXPECT_TRUE(parse(from_hex("080780000201020304")).servers.empty());
    const auto menu = parse(from_hex("0909800001418001094242")).menu;
    ASSERT_EQ(menu.size(), 1U);
    EXPECT_EQ(menu.front().text, "A");
}

TEST(PxeVendor, A_menu_of_253_bytes_is_the_longest) {
    VendorOptions options;
    options.menu = {{0, std::string(250, 'x')}};
    ASSERT_TRUE(build(options));
    EXPECT_EQ(build(options)->size(), 255U);
    options.menu = {{0, std::string(251, 'x')}};
    EXPECT_FALSE(build(options));
    options.menu = {{0, std::string(300, 'x')}};
    EXPECT_FALSE(build(options));
}

TEST(PxeVendor, Nothing_gives_nothing) {
    EXPECT_EQ(build({}), std::vector<std::uint8_t>{});
    EXPECT_EQ(parse({}), VendorOptions{});
}

}  // namespace
}  // namespace pxed::pxe
