#include "io/file_root.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "skip.hpp"
#include "test_loop.hpp"

namespace {

using namespace pxed;
using io::FileRoot;
namespace fs = std::filesystem;

// A directory of its own:  root/ (served)  allowed/  outside/
class FileRootTest : public testing::Test {
 protected:
    FileRootTest() {
        std::string pattern = (fs::temp_directory_path() / "pxed-root-XXXXXX").string();
        top = fs::canonical(::mkdtemp(pattern.data()));
        for (const auto* name : {"root/sub", "allowed/iso", "outside"})
            fs::create_directories(top / name);
        write("root/file", "content");
        write("root/sub/inner", "inside");
        write("allowed/iso/kernel", "a kernel");
        write("outside/secret", "secret");
    }
    ~FileRootTest() override { fs::remove_all(top); }

    void write(const std::string& name, const std::string& text) const { std::ofstream{top / name} << text; }
    void link(const std::string& name, const fs::path& target) const {
        fs::create_symlink(target, top / "root" / name);
    }

    using Answer = Result<io::OpenFile, io::OpenError>;
    // Opens as the service does: at once if it can be, else through the disk thread.
    Answer open(io::Lookup lookup, const std::vector<std::string>& allowed = {}) {
        const FileRoot root{(top / "root").string(), allowed};
        io::OpenRoots anew{loop};
        if (auto now = root.open_now(lookup, anew)) return std::move(*now);
        return open_slowly(std::move(lookup), allowed);
    }
    Answer open_slowly(io::Lookup lookup, const std::vector<std::string>& allowed = {}) {
        std::optional<Answer> answer;
        {
            const FileRoot root{(top / "root").string(), allowed};
            root.open_later(std::move(lookup), disk, [&answer](Answer a) { answer = std::move(a); });
        }  // the answer comes after the root is gone
        loop.run_until([&] { return answer.has_value(); });
        return std::move(*answer);
    }
    // The kernel says "not now" also while somebody anywhere renames or mounts something, and for a link that
    // has not been followed since it was made (its access time has to be written).
    std::optional<Answer> opened_at_once(const FileRoot& root, const io::Lookup& lookup) {
        std::optional<Answer> answer;
        for (int attempt = 0; attempt < 1000 && !answer; ++attempt) {
            answer = root.open_now(lookup, roots);
            if (!answer) (void)root.open(lookup);
        }
        return answer;
    }
    Answer open_name(const std::string& name) { return open({{name}, "", {}}); }

    static std::string text_of(const Answer& answer) {
        if (!answer) return "refused: " + answer.error().detail;
        std::string text(answer->size, '\0');
        const auto got = ::pread(answer->descriptor.get(), text.data(), text.size(), 0);
        return got == static_cast<ssize_t>(text.size()) ? text : "short";
    }
    static Reason reason_of(const Answer& answer) { return answer ? Reason::none : answer.error().reason; }

    fs::path top;
    test::TestLoop loop;
    io::Disk disk{loop};
    io::OpenRoots roots{loop};
};

TEST_F(FileRootTest, OpensARegularFileAtOnceWhenItIsCached) {
    FileRoot root{(top / "root").string(), {}};
    ASSERT_TRUE(root.look());
    (void)open_slowly({{"sub/inner"}, "", {}});
    const auto answer = opened_at_once(root, {{"sub/inner"}, "", {}});
    ASSERT_TRUE(answer) << "the look-up was cached a moment ago";
    ASSERT_TRUE(*answer);
    EXPECT_EQ(text_of(*answer), "inside");
    EXPECT_EQ((**answer).name, "sub/inner");
    EXPECT_EQ((**answer).owner, ::geteuid());
}

// The kernel calls a name cached that a file server has to be asked about at each opening.
TEST_F(FileRootTest, NothingIsOpenedAtOnceWhereOpeningMayWait) {
    const FileRoot unknown{(top / "root").string(), {}};
    (void)open_slowly({{"file"}, "", {}});
    EXPECT_FALSE(unknown.open_now({{"file"}, "", {}}, roots)) << "nobody has looked what it lies on";

    const fs::path memory = "/dev/shm";
    if (!fs::is_directory(memory)) return test::skip("no tmpfs at /dev/shm");
    fs::create_directory_symlink("root", top / "current");
    FileRoot root{(top / "current").string(), {}};
    ASSERT_TRUE(root.look());
    ASSERT_TRUE(opened_at_once(root, {{"file"}, "", {}}));
    const auto elsewhere = memory / top.filename();
    fs::create_directory(elsewhere);
    std::ofstream{elsewhere / "file"} << "in memory";
    fs::create_directory_symlink(elsewhere, top / "next");
    fs::rename(top / "next", top / "current");
    (void)loop.turns_within(2 * io::OpenRoots::k_moment);
    const auto answer = root.open_now({{"file"}, "", {}}, roots);
    fs::remove_all(elsewhere);
    EXPECT_FALSE(answer) << "another file system has taken the place of the one that was looked at";
}

TEST_F(FileRootTest, ARootThatIsReplacedCountsAMomentLater) {
    fs::create_directory(top / "newer");
    write("newer/file", "newer content");
    fs::create_directory_symlink("root", top / "current");
    FileRoot root{(top / "current").string(), {}};
    ASSERT_TRUE(root.look());
    (void)open_slowly({{"file"}, "", {}});
    ASSERT_EQ(text_of(*opened_at_once(root, {{"file"}, "", {}})), "content");
    fs::create_directory_symlink("newer", top / "next");
    fs::rename(top / "next", top / "current");
    EXPECT_EQ(text_of(root.open({{"file"}, "", {}})), "newer content") << "the disk thread names it anew";
    (void)loop.turns_within(2 * io::OpenRoots::k_moment);
    EXPECT_EQ(text_of(*opened_at_once(root, {{"file"}, "", {}})), "newer content");
}

// Else nobody could unmount what pxed serves while machines boot now and then.
TEST_F(FileRootTest, NoRootStaysOpenWhenNobodyAsks) {
    FileRoot root{(top / "root").string(), {}};
    ASSERT_TRUE(root.look());
    const auto open_files = [] {
        return std::distance(fs::directory_iterator{"/proc/self/fd"}, fs::directory_iterator{});
    };
    (void)open_slowly({{"file"}, "", {}});
    const auto before = open_files();
    ASSERT_TRUE(opened_at_once(root, {{"file"}, "", {}}));
    EXPECT_EQ(open_files(), before + 1) << "held for the next one";
    (void)loop.turns_within(2 * io::OpenRoots::k_moment);
    EXPECT_EQ(open_files(), before);
}

TEST_F(FileRootTest, AFileSaysWhatItLiesOn) {
    EXPECT_EQ(open_name("file")->storage,
              io::storage_of(io::FileDescriptor{::open(top.c_str(), O_RDONLY)}.get()));
    const fs::path memory = "/dev/shm";
    if (!fs::is_directory(memory)) return test::skip("no tmpfs at /dev/shm");
    const FileRoot root{memory.string(), {}};
    std::ofstream{memory / top.filename()} << "in memory";
    const auto answer = root.open({{top.filename().string()}, "", {}});
    fs::remove(memory / top.filename());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->storage, io::Storage::memory);
}

TEST_F(FileRootTest, TheDiskThreadGivesTheSameAnswers) {
    EXPECT_EQ(text_of(open_slowly({{"file"}, "", {}})), "content");
    EXPECT_EQ(reason_of(open_slowly({{"nothing"}, "", {}})), Reason::file_not_found);
    EXPECT_EQ(reason_of(open_slowly({{"sub"}, "", {}})), Reason::not_a_file);
}

TEST_F(FileRootTest, TheFirstCandidateThatExistsCounts) {
    const auto answer = open({{"nothing", "sub/nothing", "file", "sub/inner"}, "", {}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->name, "file");
}

TEST_F(FileRootTest, AMissingFileIsNotFound) {
    EXPECT_EQ(reason_of(open_name("nothing")), Reason::file_not_found);
    EXPECT_EQ(reason_of(open_name("nothing/below")), Reason::file_not_found);
    EXPECT_EQ(reason_of(open_name("file/below")), Reason::file_not_found);
    EXPECT_EQ(reason_of(open_name(std::string(300, 'x'))), Reason::file_not_found);
}

TEST_F(FileRootTest, NoCandidateIsOutsideTheRoot) {
    EXPECT_EQ(reason_of(open({{}, "", {}})), Reason::outside_root);
}

TEST_F(FileRootTest, ParentDirectoriesDoNotLeadOutEvenIfAskedFor) {
    EXPECT_NE(text_of(open_name("../outside/secret")), "secret");
    EXPECT_NE(text_of(open_name("sub/../../outside/secret")), "secret");
    EXPECT_NE(text_of(open_name((top / "outside/secret").string())), "secret");
}

TEST_F(FileRootTest, OnlyRegularFilesAreServed) {
    ASSERT_EQ(::mkfifo((top / "root/fifo").c_str(), 0644), 0);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const auto path = (top / "root/socket").string();
    ASSERT_LT(path.size(), sizeof name.sun_path);
    path.copy(name.sun_path, path.size());
    ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
    ::close(listener);
    for (const auto* kind : {"sub", "fifo", "socket", "."})
        EXPECT_EQ(reason_of(open_name(kind)), Reason::not_a_file) << kind;
    link("null", "/dev/null");
    EXPECT_FALSE(open_name("null"));
    EXPECT_EQ(reason_of(open({{"null"}, "", {}}, {"/dev"})), Reason::not_a_file);
}

TEST_F(FileRootTest, RelativeLinksInsideAreFollowed) {
    link("alias", "sub/inner");
    link("sub/up", "../file");
    EXPECT_EQ(text_of(open_name("alias")), "inside");
    EXPECT_EQ(text_of(open_name("sub/up")), "content");
}

TEST_F(FileRootTest, AbsoluteLinksToBelowTheRootAreFollowed) {
    link("absolute", top / "root/sub/inner");
    link("directory", top / "root/sub");
    link("spelled", (top / "root").string() + "//./sub/../sub/inner");
    EXPECT_EQ(text_of(open_name("absolute")), "inside");
    EXPECT_EQ(text_of(open_name("directory/inner")), "inside");
    EXPECT_EQ(text_of(open_name("spelled")), "inside");
}

TEST_F(FileRootTest, ARelativeLinkThatLeavesAndComesBackIsFollowed) {
    link("around", "../root/file");
    EXPECT_EQ(text_of(open_name("around")), "content");
}

TEST_F(FileRootTest, ALinkThroughAnotherNameOfTheRootIsFollowed) {
    fs::create_directory_symlink(top / "root", top / "other-name");
    link("through", top / "other-name/file");
    EXPECT_EQ(text_of(open_name("through")), "content");
}

TEST_F(FileRootTest, ALinkThatLeavesNamesItselfItsTargetAndTheDirective) {
    link("out", top / "outside/secret");
    const auto answer = open_name("out");
    ASSERT_EQ(reason_of(answer), Reason::link_leaves_root);
    EXPECT_NE(answer.error().detail.find((top / "root/out").string()), std::string::npos);
    EXPECT_NE(answer.error().detail.find((top / "outside/secret").string()), std::string::npos);
    EXPECT_NE(answer.error().detail.find("tree-allow"), std::string::npos);
}

TEST_F(FileRootTest, EveryWayOutIsRefused) {
    link("relative", "../outside/secret");
    link("directory", top / "outside");
    link("two-steps", "relative");
    link("etc", "/etc/passwd");
    link("slash", "/");
    link("proc", "/proc/self/root/etc/passwd");
    link("dotdot", (top / "root/../outside/secret").string());
    for (const auto* name :
         {"relative", "directory/secret", "two-steps", "etc", "slash/etc/passwd", "proc", "dotdot"})
        EXPECT_EQ(reason_of(open_name(name)), Reason::link_leaves_root) << name;
}

TEST_F(FileRootTest, LinksLeadBelowAllowedDirectoriesOnly) {
    link("iso", top / "allowed/iso");
    link("kernel", "../allowed/iso/kernel");
    link("near", top / "allowed-too");
    fs::create_directories(top / "allowed-too");
    write("allowed-too/x", "x");
    fs::create_symlink(top / "outside/secret", top / "allowed/iso/escape");
    fs::create_symlink(top / "root/file", top / "allowed/iso/back");
    const std::vector<std::string> allowed{(top / "allowed").string()};
    EXPECT_EQ(text_of(open({{"iso/kernel"}, "", {}}, allowed)), "a kernel");
    EXPECT_EQ(text_of(open({{"kernel"}, "", {}}, allowed)), "a kernel");
    EXPECT_EQ(text_of(open({{"iso/back"}, "", {}}, allowed)), "content");
    EXPECT_EQ(reason_of(open({{"iso/escape"}, "", {}}, allowed)), Reason::link_leaves_root);
    EXPECT_EQ(reason_of(open({{"near/x"}, "", {}}, allowed)), Reason::link_leaves_root);
    EXPECT_EQ(reason_of(open({{"iso/nothing"}, "", {}}, allowed)), Reason::file_not_found);
}

TEST_F(FileRootTest, AnAllowedDirectoryThatIsMissingHarmsNothing) {
    link("iso", top / "allowed/iso");
    EXPECT_EQ(text_of(open({{"iso/kernel"}, "", {}}, {"/no/such/directory", (top / "allowed").string()})),
              "a kernel");
}

TEST_F(FileRootTest, EightLinksAreFollowedAndNoMore) {
    link("link1", top / "root/file");
    for (int i = 2; i <= 9; ++i)
        link("link" + std::to_string(i), top / "root" / ("link" + std::to_string(i - 1)));
    EXPECT_EQ(text_of(open_name("link8")), "content");
    EXPECT_EQ(reason_of(open_name("link9")), Reason::file_not_found);
}

TEST_F(FileRootTest, LinksInARingEnd) {
    link("ring", "ring");
    link("absolute-ring", top / "root/absolute-ring");
    EXPECT_EQ(reason_of(open_name("ring")), Reason::file_not_found);
    EXPECT_EQ(reason_of(open_name("absolute-ring")), Reason::file_not_found);
}

TEST_F(FileRootTest, ADirectoryOfOnesOwnIsTheOnlyPlaceWhenItExists) {
    fs::create_directories(top / "root/10.0.0.5");
    write("root/10.0.0.5/mine", "mine");
    EXPECT_EQ(text_of(open({{"mine"}, "10.0.0.5", {"10.0.0.5/mine"}})), "mine");
    EXPECT_EQ(reason_of(open({{"file"}, "10.0.0.5", {"10.0.0.5/file"}})), Reason::file_not_found);
    EXPECT_EQ(text_of(open({{"file"}, "10.0.0.6", {"10.0.0.6/file"}})), "content");
    EXPECT_EQ(text_of(open({{"file"}, "file", {"file/file"}})), "content");  // no directory
}

TEST_F(FileRootTest, ADirectoryOfOnesOwnMayBeAnAbsoluteLink) {
    write("root/sub/file", "mine");
    write("allowed/iso/file", "allowed");
    link("10.0.0.5", top / "root/sub");
    link("10.0.0.6", top / "allowed/iso");
    link("10.0.0.7", top / "outside");
    link("10.0.0.8", top / "root/nothing");
    link("10.0.0.9", top / "root/file");
    const std::vector<std::string> allowed{(top / "allowed").string()};
    const auto open_of = [&](const std::string& own) {
        return open({{"file"}, own, {own + "/file"}}, allowed);
    };
    EXPECT_EQ(text_of(open_of("10.0.0.5")), "mine");
    EXPECT_EQ(text_of(open_of("10.0.0.6")), "allowed");
    EXPECT_EQ(reason_of(open_of("10.0.0.7")), Reason::link_leaves_root);
    EXPECT_EQ(text_of(open_of("10.0.0.8")), "content");  // leads nowhere: the common one
    EXPECT_EQ(text_of(open_of("10.0.0.9")), "content");  // leads to no directory
}

TEST_F(FileRootTest, ARootThatIsSwitchedCountsAtOnceForTheDiskThread) {
    fs::create_directories(top / "release-1");
    fs::create_directories(top / "release-2");
    write("release-1/version", "one");
    write("release-2/version", "two");
    fs::create_directory_symlink("release-1", top / "current");
    const FileRoot root{(top / "current").string(), {}};
    const auto version = [&] {
        std::optional<Answer> answer;
        root.open_later({{"version"}, "", {}}, disk, [&answer](Answer a) { answer = std::move(a); });
        loop.run_until([&] { return answer.has_value(); });
        return text_of(*answer);
    };
    EXPECT_EQ(version(), "one");
    fs::create_directory_symlink("release-2", top / "next");
    fs::rename(top / "next", top / "current");
    EXPECT_EQ(version(), "two");
}

TEST_F(FileRootTest, AMissingRootIsASentence) {
    EXPECT_EQ(FileRoot("/no/such/root", {}).look().error(), "/no/such/root: No such file or directory");
    EXPECT_EQ(FileRoot((top / "root/file").string(), {}).look().error(),
              (top / "root/file").string() + ": Not a directory");
    EXPECT_TRUE(FileRoot((top / "root/").string(), {}).look());
}

TEST_F(FileRootTest, ANameSwappedForALinkNeverLeadsOut) {
    write("root/plain", "content");
    link("trap", top / "outside/secret");
    std::atomic<bool> stops = false;
    std::thread swapper{[&] {
        while (!stops) {
            fs::rename(top / "root/trap", top / "root/swap");
            fs::rename(top / "root/plain", top / "root/trap");
            fs::rename(top / "root/swap", top / "root/plain");
        }
    }};
    for (int i = 0; i < 2000; ++i) {
        EXPECT_NE(text_of(open_name("plain")), "secret");
        EXPECT_NE(text_of(open_name("trap")), "secret");
    }
    stops = true;
    swapper.join();
}

TEST_F(FileRootTest, ANameOfAnotherCaseIsFoundWhereTheVeryNameIsMissing) {
    fs::create_directories(top / "root/Boot/x64");
    write("root/Boot/BCD", "bcd");
    write("root/Boot/x64/wdsnbp.com", "loader");
    const auto folded = [this](const std::string& name) {
        return open(
            {.candidates = {name}, .subdirectory = {}, .within = {}, .folds_case = true, .beside = {}});
    };
    EXPECT_EQ(text_of(folded("boot/bcd")), "bcd");
    EXPECT_EQ(folded("boot/bcd")->name, "Boot/BCD");
    EXPECT_EQ(folded("BOOT/X64/WDSNBP.COM")->name, "Boot/x64/wdsnbp.com");
    EXPECT_EQ(open_name("boot/bcd").error().reason, Reason::file_not_found) << "only where it is asked for";
    EXPECT_EQ(folded("boot/none").error().reason, Reason::file_not_found);
    EXPECT_EQ(folded("FILE/x").error().reason, Reason::file_not_found) << "a file is no directory";
}

TEST_F(FileRootTest, OfSeveralSpellingsTheVeryOneCountsThenTheAlphabeticallyFirst) {
    for (const auto* name : {"b.efi", "B.efi", "B.EFI"})
        write(std::string{"root/"} + name, name);
    const auto folded = [this](const std::string& name) {
        return open(
            {.candidates = {name}, .subdirectory = {}, .within = {}, .folds_case = true, .beside = {}});
    };
    EXPECT_EQ(text_of(folded("b.efi")), "b.efi");
    EXPECT_EQ(text_of(folded("b.EFI")), "B.EFI");
}

TEST_F(FileRootTest, LettersOfAnotherCaseLeadNoFurtherThanTheNamesThemselves) {
    link("Out", top / "outside");
    link("Iso", top / "allowed/iso");
    const auto folded = [this](const std::string& name, const std::vector<std::string>& allowed = {}) {
        return open(
            {.candidates = {name}, .subdirectory = {}, .within = {}, .folds_case = true, .beside = {}},
            allowed);
    };
    EXPECT_FALSE(folded("out/secret"));
    EXPECT_FALSE(folded("OUT/SECRET"));
    EXPECT_FALSE(folded("iso/kernel"));
    EXPECT_EQ(text_of(folded("iso/KERNEL", {(top / "allowed").string()})), "a kernel");
}

TEST_F(FileRootTest, WhatIsBesideComesAfterWhatWasAskedForInAnySpelling) {
    write("root/sub/grubx64.efi", "beside");
    const auto asked = [this](const std::string& name, const std::string& beside) {
        return open(
            {.candidates = {name}, .subdirectory = {}, .within = {}, .folds_case = true, .beside = {beside}});
    };
    EXPECT_EQ(text_of(asked("grubx64.efi", "sub/grubx64.efi")), "beside");
    EXPECT_EQ(text_of(asked("GRUBX64.EFI", "sub/GRUBX64.EFI")), "beside");
    write("root/GrubX64.efi", "at the root");
    EXPECT_EQ(text_of(asked("grubx64.efi", "sub/grubx64.efi")), "at the root");
    const auto missing = asked("none", "sub/none");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().detail, (top / "root/none").string() + ": No such file or directory")
        << "the error is that of the name that was asked for";
}

}  // namespace
