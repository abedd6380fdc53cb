#include "wire/arch.hpp"

#include <array>

#include <gtest/gtest.h>

namespace pxed {
namespace {

using dhcp::Options;

Options with_archs(std::initializer_list<std::uint16_t> archs) {
    Options options;
    for (const auto arch : archs) {
        options.append(dhcp::k_client_arch,
                       std::array{static_cast<std::uint8_t>(arch >> 8), static_cast<std::uint8_t>(arch)});
    }
    return options;
}

TEST(Arch, IsTheFirstKnownOfTheList) {
    EXPECT_EQ(arch_of(with_archs({7})), Arch::x64_efi);
    EXPECT_EQ(arch_of(with_archs({0xffff, 11, 7})), Arch::arm64_efi);
    EXPECT_EQ(archs_of(with_archs({0xffff, 11})), (std::vector{static_cast<Arch>(0xffff), Arch::arm64_efi}));
}

TEST(Arch, AnOddTrailingByteIsIgnored) {
    auto options = with_archs({9});
    options.append(dhcp::k_client_arch, std::array<std::uint8_t, 1>{7});
    EXPECT_EQ(archs_of(options), std::vector{Arch::ebc_efi});
    options.set(dhcp::k_client_arch, std::array<std::uint8_t, 1>{7});
    EXPECT_TRUE(archs_of(options).empty());
    EXPECT_FALSE(arch_of(options));
}

TEST(Arch, ComesFromTheVendorClassWithoutOption93) {
    const auto of_class = [](std::string_view text) {
        Options options;
        options.set_text(dhcp::k_vendor_class, text);
        return arch_of(options);
    };
    EXPECT_EQ(of_class("PXEClient:Arch:00007:UNDI:003016"), Arch::x64_efi);
    EXPECT_EQ(of_class("HTTPClient:Arch:00016:UNDI:003001"), Arch::x64_http);
    EXPECT_EQ(of_class("PXEClient:Arch:00000"), Arch::bios);
    // A number nobody registered is kept: it can still be matched.
    EXPECT_EQ(of_class("PXEClient:Arch:65535:UNDI:003016"), static_cast<Arch>(0xffff));
    for (const auto* none : {"", "PXEClient", "PXEClient:Arch:", "PXEClient:Arch:x", "PXEClient:Arch:65536",
                             "MSFT 5.0", "pxeclient:Arch:00007", "PXEClient:Arch:-1"}) {
        EXPECT_FALSE(of_class(none)) << none;
    }
}

TEST(Arch, Option93OutweighsTheVendorClass) {
    auto options = with_archs({11});
    options.set_text(dhcp::k_vendor_class, "PXEClient:Arch:00007:UNDI:003016");
    EXPECT_EQ(arch_of(options), Arch::arm64_efi);
    auto unknown = with_archs({0xffff});
    unknown.set_text(dhcp::k_vendor_class, "PXEClient:Arch:00000:UNDI:002001");
    EXPECT_EQ(arch_of(unknown), Arch::bios);
}

TEST(Arch, HasANameOfItsOwnForEveryRegisteredNumber) {
    std::vector<std::string_view> names;
    for (std::uint16_t number = 0; number <= 41; ++number) {
        const auto name = name_of(static_cast<Arch>(number));
        EXPECT_FALSE(name.empty()) << number;
        EXPECT_EQ(std::ranges::count(names, name), 0) << name;
        names.push_back(name);
    }
    EXPECT_EQ(name_of(static_cast<Arch>(42)), "");
    EXPECT_EQ(name_of(static_cast<Arch>(0xffff)), "");
    EXPECT_EQ(name_of(Arch::arm_rpiboot), "arm-rpiboot");
}

}  // namespace
}  // namespace pxed
