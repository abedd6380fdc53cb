#include "io/directory_watch.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/clock.hpp"
#include "temporary_directory.hpp"
#include "test_loop.hpp"

namespace pxed::io {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Watch : public testing::Test {
 protected:
    // The changes that are told next.
    FileChanges next() {
        const auto before = told_.size();
        loop_.run_until([&] { return told_.size() > before; });
        return told_.empty() ? FileChanges{} : told_.back();
    }
    // Watches the directory, and waits until nothing of that is told any more.
    void begin() {
        watch_.follow({directory_.path()});
        EXPECT_THAT(next().whole, ElementsAre(directory_.path()));
    }

    TemporaryDirectory directory_;
    test::TestLoop loop_;
    std::vector<FileChanges> told_;
    std::vector<std::string> warnings_;
    DirectoryWatch watch_{loop_,
                          {.changed = [this](const FileChanges& changes) { told_.push_back(changes); },
                           .warn = [this](std::string text) { warnings_.push_back(std::move(text)); }}};
};

TEST_F(Watch, TellsOfAFileWhenItsWriterClosesIt) {
    begin();
    {
        std::ofstream half{directory_.file("half")};
        half << "02:00" << std::flush;
        directory_.write("whole", "x");
        EXPECT_THAT(next().files, ElementsAre(directory_.file("whole")));
    }
    EXPECT_THAT(next().files, ElementsAre(directory_.file("half")));
}

TEST_F(Watch, TellsOfARenameIntoPlaceAndNotOfTheFileBefore) {
    begin();
    directory_.write(".a.swp", "x");
    directory_.write("a~", "x");
    std::filesystem::rename(directory_.file(".a.swp"), directory_.file("a"));
    EXPECT_THAT(next().files, ElementsAre(directory_.file("a")));
}

TEST_F(Watch, TellsOfLinks) {
    TemporaryDirectory elsewhere;
    elsewhere.write("x", "x");
    begin();
    std::filesystem::create_symlink(elsewhere.file("x"), directory_.file("symbolic"));
    std::filesystem::create_hard_link(elsewhere.file("x"), directory_.file("hard"));
    EXPECT_THAT(next().files, ElementsAre(directory_.file("hard"), directory_.file("symbolic")));
}

TEST_F(Watch, TellsOfARemovalByTheDirectory) {
    directory_.write("a", "x");
    begin();
    std::filesystem::remove(directory_.file("a"));
    const auto changes = next();
    EXPECT_THAT(changes.files, IsEmpty());
    EXPECT_THAT(changes.directories, ElementsAre(directory_.path()));
}

TEST_F(Watch, TellsManyChangesTogether) {
    begin();
    for (int i = 0; i < 100; ++i)
        directory_.write(std::to_string(i), "x");
    EXPECT_EQ(next().files.size(), 100U);
}

TEST_F(Watch, ReadsAllWhenALinkOfKubernetesIsExchanged) {
    begin();
    std::filesystem::create_directory(directory_.file("..2"));
    std::filesystem::create_symlink("..2", directory_.file("..data_tmp"));
    std::filesystem::rename(directory_.file("..data_tmp"), directory_.file("..data"));
    EXPECT_THAT(next().whole, ElementsAre(directory_.path()));
}

TEST_F(Watch, SaysWhenADirectoryIsMissingAndFindsItLater) {
    const auto late = directory_.file("late");
    watch_.follow({late});
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("cannot watch " + late + ": No such file or directory")));
    std::filesystem::create_directory(late);
    watch_.retry();
    EXPECT_THAT(next().whole, ElementsAre(late));
    watch_.retry();
    directory_.write("late/a", "x");
    EXPECT_THAT(next().files, ElementsAre(late + "/a"));
    EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(Watch, OutlivesADirectoryThatIsReplaced) {
    std::filesystem::create_directory(directory_.file("d"));
    const auto path = directory_.file("d");
    watch_.follow({path});
    EXPECT_THAT(next().whole, ElementsAre(path));
    std::filesystem::rename(path, directory_.file("old"));
    EXPECT_THAT(next().directories, ElementsAre(path));
    std::filesystem::create_directory(path);
    watch_.retry();
    EXPECT_THAT(next().whole, ElementsAre(path));
    // The old one is nobody's business any more.
    directory_.write("old/x", "x");
    directory_.write("d/a", "x");
    EXPECT_THAT(next().files, ElementsAre(path + "/a"));
}

TEST_F(Watch, KnowsADirectoryByBothItsNames) {
    const auto link = directory_.file("link");
    std::filesystem::create_directory(directory_.file("d"));
    std::filesystem::create_directory_symlink("d", link);
    watch_.follow({directory_.file("d"), link});
    EXPECT_THAT(next().whole, ElementsAre(directory_.file("d"), link));
    directory_.write("d/a", "x");
    EXPECT_THAT(next().files, ElementsAre(directory_.file("d/a"), link + "/a"));
    watch_.follow({link});
    directory_.write("d/a", "y");
    EXPECT_THAT(next().files, ElementsAre(link + "/a"));
}

TEST_F(Watch, FollowsALinkToAnotherDirectory) {
    const auto link = directory_.file("current");
    std::filesystem::create_directory(directory_.file("1"));
    std::filesystem::create_directory(directory_.file("2"));
    std::filesystem::create_directory_symlink("1", link);
    watch_.follow({link});
    EXPECT_THAT(next().whole, ElementsAre(link));
    for (const auto* target : {"2", "1"}) {
        std::filesystem::create_directory_symlink(target, directory_.file("new"));
        std::filesystem::rename(directory_.file("new"), link);
        target == std::string{"2"} ? watch_.follow({link}) : watch_.retry();
        EXPECT_THAT(next().whole, ElementsAre(link));
    }
    // The one that was left is nobody's business any more.
    directory_.write("2/x", "x");
    directory_.write("1/a", "x");
    EXPECT_THAT(next().files, ElementsAre(link + "/a"));
}

TEST_F(Watch, ReadsADirectoryThatIsExchangedForAnotherAtOnce) {
    const auto path = directory_.file("d");
    std::filesystem::create_directory(path);
    std::filesystem::create_directory(directory_.file("new"));
    watch_.follow({path});
    EXPECT_THAT(next().whole, ElementsAre(path));
    std::filesystem::rename(path, directory_.file("old"));
    std::filesystem::rename(directory_.file("new"), path);
    EXPECT_THAT(next().whole, ElementsAre(path));
    directory_.write("d/a", "x");
    EXPECT_THAT(next().files, ElementsAre(path + "/a"));
}

TEST_F(Watch, FindsADirectoryThatComesBackByItself) {
    const auto path = directory_.file("d");
    std::filesystem::create_directory(path);
    watch_.follow({path});
    EXPECT_THAT(next().whole, ElementsAre(path));
    std::filesystem::remove(path);
    EXPECT_THAT(next().whole, IsEmpty());
    std::filesystem::create_directory(path);
    EXPECT_THAT(next().whole, ElementsAre(path));
}

// More events than the kernel keeps (fs.inotify.max_queued_events): it drops them and says so.
TEST_F(Watch, ReadsAllWhenEventsWereLost) {
    begin();
    told_.clear();
    std::size_t limit = 0;
    std::ifstream{"/proc/sys/fs/inotify/max_queued_events"} >> limit;
    if (limit == 0 || limit > 100000) GTEST_SKIP() << "the queue holds too many events to fill it";
    // Two names in turn: the kernel joins events that are alike.
    for (std::size_t i = 0; i <= limit / 2 + 1; ++i) {
        directory_.write("a", "");
        directory_.write("b", "");
    }
    // Perhaps told after the files themselves: to read as many events takes a loaded machine its time.
    FileChanges all;
    loop_.run_until([&] {
        for (const auto& changes : std::exchange(told_, {}))
            all.add(changes);
        return !all.whole.empty();
    });
    EXPECT_THAT(all.whole, ElementsAre(directory_.path()));
}

TEST(WatchRest, IsLongerWhenTellingTakesLong) {
    TemporaryDirectory directory;
    test::TestLoop loop;
    std::vector<Instant> told;
    DirectoryWatch watch{loop,
                         {.changed =
                              [&](const FileChanges&) {
                                  std::this_thread::sleep_for(milliseconds{50});
                                  told.push_back(read_clocks().instant);
                              },
                          .warn = [](const std::string&) {}}};
    watch.follow({directory.path()});
    loop.run_until([&] { return told.size() == 1; });
    directory.write("a", "x");
    loop.run_until([&] { return told.size() == 2; });
    EXPECT_GE(told[1] - told[0], milliseconds{500});
}

}  // namespace
}  // namespace pxed::io
