#include "http/target.hpp"

#include <gtest/gtest.h>

namespace {

using namespace pxed::http;

Target target(std::string_view text) {
    const auto parsed = parse_target(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : Target{"refused", false};
}

TargetError error(std::string_view text) {
    const auto parsed = parse_target(text);
    EXPECT_FALSE(parsed) << text << " was taken as " << (parsed ? parsed->path : "");
    return parsed ? TargetError::too_long : parsed.error();
}

TEST(Target, IsAPathWithoutItsSlash) {
    EXPECT_EQ(target("/boot/grub.cfg"), (Target{"boot/grub.cfg", false}));
    EXPECT_EQ(target("/"), (Target{"", true}));
    EXPECT_EQ(target("/boot/"), (Target{"boot", true}));
}

TEST(Target, FoldsSlashesThatFirmwareDoubles) {
    EXPECT_EQ(target("//boot///grubx64.efi").path, "boot/grubx64.efi");
    EXPECT_EQ(target("/./boot/./x").path, "boot/x");
    EXPECT_EQ(target("/boot/."), (Target{"boot", true}));
}

TEST(Target, DecodesEscapesOnce) {
    EXPECT_EQ(target("/a%20b%C3%a4").path, "a b\xc3\xa4");
    EXPECT_EQ(target("/a%2541").path, "a%41");
}

TEST(Target, DropsTheQuery) {
    EXPECT_EQ(target("/boot.ipxe?mac=1&uuid=%00").path, "boot.ipxe");
    EXPECT_EQ(target("/a#b").path, "a");
}

TEST(Target, MayNameTheHost) {
    EXPECT_EQ(target("http://10.0.0.1:80/a/b").path, "a/b");
    EXPECT_EQ(target("HTTPS://boot/a?x").path, "a");
    EXPECT_EQ(target("http://boot").path, "");
    EXPECT_EQ(target("http://boot?x=/a").path, "");
}

TEST(Target, RefusesWhatIsNoPath) {
    EXPECT_EQ(error("*"), TargetError::not_a_path);
    EXPECT_EQ(error(""), TargetError::not_a_path);
    EXPECT_EQ(error("boot"), TargetError::not_a_path);
    EXPECT_EQ(error("ftp://x/a"), TargetError::not_a_path);
    EXPECT_EQ(error("host:443"), TargetError::not_a_path);
}

TEST(Target, RefusesEveryWayOut) {
    for (const auto* text : {"/..", "/../etc/passwd", "/a/../b", "/%2e%2e/x", "/.%2e", "/a/..", "/..\\x",
                             "/a%5c..%5cb", "/a\\..", "//..//x", "http://h/../x"})
        EXPECT_EQ(error(text), TargetError::leaves) << text;
    EXPECT_EQ(target("/..a").path, "..a");
    EXPECT_EQ(target("/...").path, "...");
}

TEST(Target, RefusesBytesThatNoFileNeeds) {
    EXPECT_EQ(error("/a%00.txt"), TargetError::control_character);
    EXPECT_EQ(error(std::string_view{"/a\0b", 4}), TargetError::control_character);
    EXPECT_EQ(error("/a%0d%0aSet-Cookie:x"), TargetError::control_character);
    EXPECT_EQ(error("/a\r\nb"), TargetError::control_character);
    EXPECT_EQ(error("/a%7f"), TargetError::control_character);
    EXPECT_EQ(error("/a%2fb"), TargetError::encoded_slash);
    EXPECT_EQ(error("/a%2Fb"), TargetError::encoded_slash);
}

// CVE-2013-7038: the end of the text within an escape.
TEST(Target, RefusesBrokenEscapes) {
    for (const auto* text : {"/%", "/%4", "/a%", "/a%4", "/%zz", "/%4g", "/%%41", "/% 41"})
        EXPECT_EQ(error(text), TargetError::broken_escape) << text;
}

TEST(Target, HasABound) {
    EXPECT_EQ(error("/" + std::string(5000, 'a')), TargetError::too_long);
    EXPECT_EQ(target("/" + std::string(4000, 'a')).path.size(), 4000U);
}

TEST(Target, IsEncodedBack) {
    for (const std::string path : {"a b", "x/%/?#", "\xc3\xa4", "a\"<>&b"})
        EXPECT_EQ(target("/" + encoded_path(path)).path, path);
}

TEST(Target, HasWordsForEachError) {
    for (int i = 0; i <= static_cast<int>(TargetError::too_long); ++i)
        EXPECT_FALSE(sentence(static_cast<TargetError>(i)).empty());
}

}  // namespace
