#include "io/boot_files.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

using testing::HasSubstr;

// A root with a file in a directory, both for everybody; the reader is nobody in particular.
class BootFiles : public testing::Test {
 protected:
    void SetUp() override {
        std::filesystem::create_directories(path("root/efi"));
        write("root/efi/a.efi", "MZ");
        ::chmod(directory_.path().c_str(), 0755);
        ::chmod(path("root").c_str(), 0755);
        ::chmod(path("root/efi").c_str(), 0755);
        policy_.roots = {{path("root"), "", {}}};
    }
    [[nodiscard]] std::string path(const std::string& name) const { return directory_.path() + '/' + name; }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream{path(name)} << text;
        ::chmod(path(name).c_str(), 0644);
    }
    [[nodiscard]] std::string why(const std::string& name) const {
        const auto file = look_at_boot_file(name, policy_, reader_);
        EXPECT_EQ(file.is_readable, file.why.empty());
        return file.why;
    }

    TemporaryDirectory directory_;
    tftp::Policy policy_;
    Reader reader_{"nobody-here", 54321, {54321}};
};

TEST_F(BootFiles, AreFoundAsAClientWouldAskForThem) {
    EXPECT_EQ(why("efi/a.efi"), "");
    EXPECT_EQ(why("/efi//a.efi"), "");
    EXPECT_EQ(why("\\efi\\a.efi"), "");
    EXPECT_EQ(why(path("root/efi/a.efi")), "");
}

TEST_F(BootFiles, TheFirstMissingPartIsNamed) {
    EXPECT_EQ(why("efj/a.efi"), "there is no " + path("root/efj"));
    EXPECT_EQ(why("efi/b.efi"), "there is no " + path("root/efi/b.efi"));
    EXPECT_EQ(why("efi/A.EFI"), "there is no " + path("root/efi/A.EFI") + "; there is a.efi");
    EXPECT_EQ(why("efi/a.efi.0"), "there is no " + path("root/efi/a.efi.0") + "; there is a.efi, without .0");
    EXPECT_EQ(why("efi"), path("root/efi") + " is a directory");
    EXPECT_EQ(why("../x"), "it leads out of the directory that is served");
}

TEST_F(BootFiles, ADirectoryThatTheUserCannotSearchIsNamed) {
    ::chmod(path("root/efi").c_str(), 0700);
    EXPECT_THAT(why("efi/a.efi"), HasSubstr("directory " + path("root/efi") +
                                            " cannot be searched by the user nobody-here (mode 0700"));
    reader_.user = ::geteuid();
    EXPECT_EQ(why("efi/a.efi"), "");
}

TEST_F(BootFiles, AFileThatTheUserCannotReadIsNamed) {
    ::chmod(path("root/efi/a.efi").c_str(), 0640);
    EXPECT_THAT(why("efi/a.efi"),
                HasSubstr("file " + path("root/efi/a.efi") + " cannot be read by the user"));
    reader_.groups.push_back(::getegid());
    EXPECT_EQ(why("efi/a.efi"), "");
}

TEST_F(BootFiles, TftpSecureAsksForTheOwner) {
    policy_.is_secure = true;
    EXPECT_THAT(why("efi/a.efi"), HasSubstr("tftp-secure: file "));
    reader_.user = ::geteuid();
    EXPECT_EQ(why("efi/a.efi"), "");
}

TEST_F(BootFiles, ALinkOutOfTheRootHasToBeAllowed) {
    write("outside.efi", "MZ");
    std::filesystem::create_symlink(path("outside.efi"), path("root/link.efi"));
    EXPECT_THAT(why("link.efi"), HasSubstr("; tree-allow=" + directory_.path() + " lets it"));
    policy_.allowed_targets = {{directory_.path(), "", {}}};
    EXPECT_EQ(why("link.efi"), "");
}

TEST_F(BootFiles, AnyRootMayHaveTheFile) {
    std::filesystem::create_directories(path("other"));
    policy_.roots.insert(policy_.roots.begin(), {path("other"), "eth0", {}});
    EXPECT_EQ(why("efi/a.efi"), "");
}

TEST_F(BootFiles, ADirectoryForEachClientMayHaveTheFile) {
    policy_.unique_root = tftp::UniqueRoot::by_hardware;
    EXPECT_EQ(why("efi/b.efi"), "");
}

TEST_F(BootFiles, AHeadTellsWhatTheProgramIs) {
    write("root/x", "#!ipxe\n");
    EXPECT_EQ(look_at_boot_file("x", policy_, reader_).program.platform, tree::Platform::script);
}

TEST_F(BootFiles, WhatShimWantsIsLookedForBesideIt) {
    std::string shim(0x200, '\0');
    shim.replace(0, 2, "MZ");
    shim[0x3c] = '\x40';
    shim.replace(0x40, 2, "PE");
    shim.replace(0x44, 2, "\x64\x86");
    shim[0x40 + 24 + 68] = 10;
    write("root/efi/shim.efi", shim + "UEFI SHIM");
    write("root/efi/grubx64.efi", "");
    const auto file = look_at_boot_file("efi/shim.efi", policy_, reader_);
    EXPECT_TRUE(file.program.is_shim());
    EXPECT_THAT(file.missing_companions, testing::ElementsAre("mmx64.efi"));
}

TEST(FutureReader, IsTheNamedAccountWhereRootStarts) {
    if (::geteuid() != 0) GTEST_SKIP() << "not root";
    EXPECT_EQ(future_reader("root", "").user, 0U);
    EXPECT_EQ(future_reader("nobody", "").name, "nobody");
    EXPECT_NE(future_reader("nobody", "").user, 0U);
}

}  // namespace
}  // namespace pxed::io
