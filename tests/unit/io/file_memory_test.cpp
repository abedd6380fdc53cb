#include "io/file_memory.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "io/config_files.hpp"
#include "io/configuration.hpp"
#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::vector<std::string> texts_of(const std::vector<config::Problem>& problems) {
    std::vector<std::string> texts;
    for (const auto& problem : problems)
        texts.push_back(problem.text());
    return texts;
}

// A configuration with a hostsfile `h` and a watched directory `d`.
class Memory : public testing::Test {
 protected:
    Memory() {
        std::filesystem::create_directory(directory_.file("d"));
        directory_.write("h", "a,10.0.0.1\n");
        directory_.write("d/x", "b,10.0.0.2\n");
        configure("");
    }
    void configure(const std::string& more) const {
        directory_.write("conf", "dhcp-range=10.0.0.5,10.0.0.9\ndhcp-hostsfile=" + directory_.file("h") +
                                     "\ndhcp-hostsdir=" + directory_.file("d") + "\n" + more);
    }
    [[nodiscard]] ConfigurationSource source() const { return {directory_.file("conf"), false, {}}; }
    [[nodiscard]] FileChanges written(const std::string& name) const {
        return {.files = {directory_.file(name)},
                .maybe_files = {},
                .directories = {directory_.file("d")},
                .whole = {}};
    }
    // The names of the hosts after the changes; "same" when there is nothing new.
    std::string hosts_after(const FileChanges& changes) {
        auto config = read_changes(source(), memory_, changes);
        if (!config) return config.error().problems.front().text();
        if (!*config) return "same";
        warnings_ = texts_of(warnings_of(**config));
        std::string names;
        for (const auto& host : (*config)->dhcp.hosts)
            names += host.name;
        return names;
    }

    TemporaryDirectory directory_;
    FileMemory memory_;
    std::vector<std::string> warnings_;
};

TEST_F(Memory, LetsAChangeBeReadWithoutTheOtherFiles) {
    ASSERT_TRUE(read_configuration(source(), &memory_));
    directory_.write("conf", "half a configura");
    directory_.write("h", "c\n");
    directory_.write("d/y", "d\n");
    EXPECT_EQ(hosts_after(written("d/y")), "abd");
    std::filesystem::remove(directory_.file("d/x"));
    EXPECT_EQ(
        hosts_after({.files = {}, .maybe_files = {}, .directories = {directory_.file("d")}, .whole = {}}),
        "ad");
    std::filesystem::remove(directory_.file("conf"));
    directory_.write("d/z", "e\n");
    EXPECT_EQ(
        hosts_after({.files = {}, .maybe_files = {}, .directories = {}, .whole = {directory_.file("d")}}),
        "ade");
}

TEST_F(Memory, LeavesOutAFileThatIsBeingWritten) {
    ASSERT_TRUE(read_configuration(source(), &memory_));
    directory_.write("d/half", "c,10.0.");
    directory_.write("d/whole", "d\n");
    // By name of the file: half, whole, x.
    EXPECT_EQ(hosts_after(written("d/whole")), "adb");
    directory_.write("d/half", "c,10.0.0.3\n");
    EXPECT_EQ(hosts_after(written("d/half")), "acdb");
}

TEST_F(Memory, TellsAFileThatWasOnlyTouched) {
    ASSERT_TRUE(read_configuration(source(), &memory_));
    directory_.write("d/x", "b,10.0.0.2\n");
    EXPECT_EQ(hosts_after(written("d/x")), "same");
    directory_.write("d/x", "c\n");
    // Its mode was changed while somebody writes it; what it held is known.
    EXPECT_EQ(
        hosts_after({.files = {}, .maybe_files = {directory_.file("d/x")}, .directories = {}, .whole = {}}),
        "same");
}

TEST_F(Memory, KeepsWhatCannotBeReadAnyMore) {
    ASSERT_TRUE(read_configuration(source(), &memory_));
    std::filesystem::remove(directory_.file("d/x"));
    std::filesystem::create_directory(directory_.file("elsewhere"));
    std::filesystem::create_symlink("nowhere", directory_.file("d/y"));
    // Its listing still has it: the file went between the two.
    EXPECT_EQ(
        hosts_after({.files = {directory_.file("d/x")}, .maybe_files = {}, .directories = {}, .whole = {}}),
        "ab");
    EXPECT_THAT(warnings_,
                Contains(AllOf(HasSubstr("d/x: No such file or directory"), HasSubstr("stays in use"))));
    std::filesystem::remove_all(directory_.file("d"));
    std::filesystem::remove(directory_.file("h"));
    const auto config = read_configuration(source(), &memory_);
    ASSERT_TRUE(config);
    EXPECT_THAT(config->dhcp.hosts, SizeIs(2));
    // And for a second time.
    EXPECT_THAT(read_configuration(source(), &memory_)->dhcp.hosts, SizeIs(2));
}

TEST_F(Memory, IsNotChangedByAConfigurationThatIsRefused) {
    ASSERT_TRUE(read_configuration(source(), &memory_));
    configure("bogus\n");
    directory_.write("h", "c\n");
    EXPECT_FALSE(read_configuration(source(), &memory_));
    directory_.write("d/y", "d\n");
    EXPECT_EQ(hosts_after(written("d/y")), "abd");
}

TEST_F(Memory, ForgetsWhatNobodyNamesAnyMore) {
    ASSERT_TRUE(read_configuration(source(), &memory_));
    EXPECT_THAT(memory_.files, SizeIs(3));
    directory_.write("conf", "port=0\n");
    ASSERT_TRUE(read_configuration(source(), &memory_));
    EXPECT_THAT(memory_.files, SizeIs(1));
    EXPECT_THAT(memory_.directories, IsEmpty());
}

TEST_F(Memory, NeverWaitsForAFifoOrADevice) {
    ASSERT_EQ(::mkfifo(directory_.file("d/fifo").c_str(), 0600), 0);
    std::filesystem::create_symlink("/dev/zero", directory_.file("d/zero"));
    configure("dhcp-hostsfile=" + directory_.file("d/fifo") + "\ndhcp-optsfile=/dev/zero\n");
    const auto config = read_configuration(source(), &memory_);
    ASSERT_TRUE(config);
    EXPECT_THAT(config->dhcp.hosts, SizeIs(2));
    EXPECT_THAT(texts_of(warnings_of(*config)),
                AllOf(Contains(HasSubstr("fifo: it is not a regular file")),
                      Contains(HasSubstr("/dev/zero: it is not a regular file"))));
}

TEST_F(Memory, ReadsChangesThatWereRefusedWithTheNext) {
    ASSERT_TRUE(read_configuration(source(), &memory_));
    FileChanges refused = written("d/y");
    directory_.write("d/y", "c,10.0.0.3\n");
    directory_.write("d/z", "d,10.0.0.4\n");
    refused.add(written("d/z"));
    EXPECT_EQ(hosts_after(refused), "abcd");
    FileChanges all;
    EXPECT_TRUE(all.is_empty());
    all.add({.files = {"f"}, .maybe_files = {"m"}, .directories = {"d"}, .whole = {"w"}});
    all.add({.files = {"g"}, .maybe_files = {"n"}, .directories = {"e"}, .whole = {"x"}});
    EXPECT_THAT(all.files, SizeIs(2));
    EXPECT_THAT(all.maybe_files, SizeIs(2));
    EXPECT_THAT(all.directories, SizeIs(2));
    EXPECT_THAT(all.whole, SizeIs(2));
}

}  // namespace
}  // namespace pxed::io
