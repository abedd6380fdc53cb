#include "dhcp/boot_url.hpp"

#include <gtest/gtest.h>

namespace pxed::dhcp {
namespace {

TEST(BootUrl, NamesTheAddressAndLeavesOutPort80) {
    EXPECT_EQ(http_url(Ipv4(10, 0, 0, 1), 80, "x64/grub.efi"), "http://10.0.0.1/x64/grub.efi");
    EXPECT_EQ(http_url(Ipv4(10, 0, 0, 1), 8080, "grub.efi"), "http://10.0.0.1:8080/grub.efi");
}

TEST(BootUrl, HasOneSlashBehindTheHostAndNoBackslash) {
    EXPECT_EQ(http_url(Ipv4(10, 0, 0, 1), 80, "//x64\\grub.efi"), "http://10.0.0.1/x64/grub.efi");
}

TEST(BootUrl, EscapesWhatEndsAPathOrIsNoText) {
    EXPECT_EQ(http_url(Ipv4(10, 0, 0, 1), 80, "a b?c#d%e\xc3\xa4"),
              "http://10.0.0.1/a%20b%3Fc%23d%25e%C3%A4");
    EXPECT_EQ(http_url(Ipv4(10, 0, 0, 1), 80, "a,b;c=d~"), "http://10.0.0.1/a,b;c=d~");
}

TEST(BootUrl, OnlyHttpAndHttpsAreForHttpBoot) {
    EXPECT_TRUE(is_http_url("http://10.0.0.1/x"));
    EXPECT_TRUE(is_http_url("HTTPS://boot.example"));
    EXPECT_FALSE(is_http_url("tftp://10.0.0.1/x"));
    EXPECT_FALSE(is_http_url("http:///x"));
    EXPECT_FALSE(is_http_url("http://"));
    EXPECT_FALSE(is_http_url("://x"));
    EXPECT_FALSE(is_http_url("x64/bootx64.efi"));
    EXPECT_TRUE(is_url("tftp://10.0.0.1/x"));
}

TEST(BootUrl, AUrlsPathIsWhatTheTreeCallsTheFile) {
    EXPECT_EQ(path_of("http://10.0.0.1/x/y.efi"), "x/y.efi");
    EXPECT_EQ(path_of("http://10.0.0.1"), "");
    EXPECT_EQ(path_of("\\Boot\\BCD"), "Boot/BCD");
    EXPECT_EQ(path_of("/"), "");
}

}  // namespace
}  // namespace pxed::dhcp
