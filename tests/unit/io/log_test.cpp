#include "io/log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.hpp"
#include "io/file_descriptor.hpp"
#include "io/log_sinks.hpp"
#include "temporary_directory.hpp"
#include "test_loop.hpp"

namespace pxed::io {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Standard error leads into a pipe while this lives.
class StderrPipe {
 public:
    StderrPipe() : saved_(::dup(STDERR_FILENO)) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
        read_ = FileDescriptor{ends[0]};
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[1]);
    }
    ~StderrPipe() { restore(); }
    StderrPipe(const StderrPipe&) = delete;
    StderrPipe& operator=(const StderrPipe&) = delete;

    // After this the pipe has no writer, unless a thread hangs in it.
    void restore() { ::dup2(saved_.get(), STDERR_FILENO); }
    void fill() const {
        const std::string block(4096, '.');
        ::fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK);
        while (::write(STDERR_FILENO, block.data(), block.size()) > 0) {
        }
        ::fcntl(STDERR_FILENO, F_SETFL, 0);
    }
    // With a rest after each 4 KiB, for a reader that is slow.
    [[nodiscard]] std::string read_to_end(std::chrono::milliseconds rest = {}) const {
        std::string text;
        std::array<char, 4096> block{};
        for (ssize_t got = 0; (got = ::read(read_.get(), block.data(), block.size())) > 0;) {
            text.append(block.data(), static_cast<std::size_t>(got));
            std::this_thread::sleep_for(rest);
        }
        return text;
    }
    int take_reader() { return ::dup(read_.get()); }

 private:
    FileDescriptor saved_;
    FileDescriptor read_;
};

config::LogTarget target_of(config::LogTarget::Kind kind, std::string path = {}) {
    config::LogTarget target;
    target.kind = kind;
    target.path = std::move(path);
    return target;
}

TEST(Log, BeforeItIsOpenedLinesGoToStandardErrorAtOnce) {
    StderrPipe pipe;
    Log log;
    log.warning("no configuration yet");
    pipe.restore();
    EXPECT_EQ(pipe.read_to_end(), "pxed: no configuration yet\n");
}

TEST(Log, LinesInTheForegroundBeginWithTheServiceAsDnsmasqs) {
    StderrPipe pipe;
    {
        Log log;
        ASSERT_TRUE(log.open(target_of(config::LogTarget::Kind::stderr_stream), 0));
        log.write(Level::info, "DHCPACK(br0) 192.168.1.132 52:54:00:00:00:01",
                  {{"SYSLOG_IDENTIFIER", "pxed-dhcp"}, {"PXED_EVENT", "ack"}});
        log.info("evil\x1b[2J\nname");
    }
    pipe.restore();
    EXPECT_EQ(pipe.read_to_end(),
              "pxed-dhcp: DHCPACK(br0) 192.168.1.132 52:54:00:00:00:01\npxed: evil\\x1b[2J\\x0aname\n");
}

TEST(Log, ALogFileHasTimesAndIsOpenedAgainAfterRotation) {
    const TemporaryDirectory directory;
    {
        Log log;
        ASSERT_TRUE(log.open(target_of(config::LogTarget::Kind::file, directory.file("log")), 0));
        log.info("first");
        while (directory.read("log").empty())
            std::this_thread::yield();
        std::filesystem::rename(directory.file("log"), directory.file("log.1"));
        log.reopen();
        log.info("second");
    }
    EXPECT_THAT(directory.read("log.1"),
                MatchesRegex("[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ pxed\\[[0-9]+\\]: first\n"));
    EXPECT_THAT(directory.read("log"), HasSubstr("]: second\n"));
    struct stat status {};
    ASSERT_EQ(::stat(directory.file("log").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0137U, 0U);  // nobody's but the owner's to write, nothing for others
}

TEST(Log, ALineOfATurnIsWrittenWhenTheTurnIsThrough) {
    const TemporaryDirectory directory;
    test::TestLoop loop;
    Log log;
    ASSERT_TRUE(log.open(target_of(config::LogTarget::Kind::file, directory.file("log")), 0));
    const auto rest = [] { std::this_thread::sleep_for(milliseconds{300}); };  // until its thread is asleep
    const auto wait_for = [&](const std::string& line) {
        while (directory.read("log").find(line) == std::string::npos)
            std::this_thread::yield();
    };
    log.wake_after_turns(loop);
    rest();
    log.info("of a turn");
    rest();
    EXPECT_EQ(directory.read("log"), "");
    (void)loop.turns_within(milliseconds{1});
    wait_for("of a turn");
    rest();
    std::thread{[&log] { log.info("of another thread"); }}.join();
    wait_for("of another thread");
    rest();
    log.info("of the last turn");
    log.wake_at_once();
    wait_for("of the last turn");
}

TEST(Log, ALogFileThatCannotBeOpenedLeavesTheOldPlace) {
    StderrPipe pipe;
    {
        Log log;
        const auto opened = log.open(target_of(config::LogTarget::Kind::file, "/nowhere/log"), 0);
        ASSERT_FALSE(opened);
        EXPECT_THAT(opened.error(), HasSubstr("/nowhere/log: No such file or directory"));
        log.info("still here");
    }
    pipe.restore();
    EXPECT_EQ(pipe.read_to_end(), "pxed: still here\n");
}

TEST(Log, AStalledSinkStallsNobodyAndEveryLostLineIsCounted) {
    constexpr int k_lines = 5000;
    StderrPipe pipe;
    std::string text;
    std::thread reader;
    {
        Log log;
        ASSERT_TRUE(log.open(target_of(config::LogTarget::Kind::stderr_stream), 10));
        for (int i = 0; i < k_lines; ++i)
            log.info("line " + std::string(100, 'x'));  // 500 kB: far more than a pipe takes
        EXPECT_GT(log.lost(), 0U) << "known at once, said when there is room";
        reader = std::thread{[&] { text = pipe.read_to_end(); }};
    }
    pipe.restore();  // the last writer: the reader ends
    reader.join();
    int written = 0;
    int lost = 0;
    for (const auto line : split(text, '\n')) {
        if (line.starts_with("pxed: line ")) ++written;
        if (const auto end = line.find(" log lines were lost"); end != line.npos)
            lost += std::stoi(std::string{line.substr(6, end - 6)});
    }
    EXPECT_GT(lost, 0);
    EXPECT_EQ(written + lost, k_lines);
}

TEST(Log, ASinkThatNeverTakesALineDoesNotHoldUpTheExit) {
    auto pipe = std::make_unique<StderrPipe>();
    pipe->fill();
    {
        Log log;
        ASSERT_TRUE(log.open(target_of(config::LogTarget::Kind::stderr_stream), 0));
        log.info("nobody reads this");
    }
    // The thread hangs in the pipe until the process ends: its reader stays open, or a signal would come.
    EXPECT_GE(pipe->take_reader(), 0);
}

// A log whose reader is slow has not got all by the end; how much it lacks is the last that it is told.
TEST(Log, WhatASlowSinkHasNoTimeForIsCountedInTheLastLine) {
    constexpr int k_lines = 900;
    StderrPipe pipe;
    std::string text;
    std::thread reader{[&] { text = pipe.read_to_end(std::chrono::milliseconds{2}); }};  // some 2 MB a second
    {
        Log log;
        ASSERT_TRUE(log.open(target_of(config::LogTarget::Kind::stderr_stream), 0));
        for (int i = 0; i < k_lines; ++i)
            log.info("line " + std::string(3800, 'x'));  // 3.4 MB
    }
    pipe.restore();
    reader.join();
    const auto lines = split(text, '\n');
    ASSERT_GE(lines.size(), 2U);
    ASSERT_EQ(lines.back(), "") << "the last line is whole";
    const std::string last{lines[lines.size() - 2]};
    EXPECT_THAT(last, HasSubstr(" log lines were lost: "));
    const auto written =
        std::ranges::count_if(lines, [](const auto line) { return line.starts_with("pxed: line "); });
    EXPECT_GT(written, 0);
    EXPECT_EQ(written + std::stoi(last.substr(6)), k_lines) << last;
}

TEST(Log, WhatASinkThatHangsDidNotTakeIsCountedOnStandardError) {
    constexpr int k_lines = 100;
    constexpr std::size_t k_length = 3000;
    const TemporaryDirectory directory;
    const auto path = directory.file("log");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    // Open for good: the log's thread hangs in it until the process ends, and without a reader a signal would
    // come.
    const int never_read = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(never_read, 0);
    StderrPipe pipe;
    {
        Log log;
        ASSERT_TRUE(log.open(target_of(config::LogTarget::Kind::file, path), 0));
        for (int i = 0; i < k_lines; ++i)
            log.info(std::string(k_length, 'x'));
    }
    pipe.restore();
    const auto said = pipe.read_to_end();
    EXPECT_THAT(said, MatchesRegex("pxed: [0-9]+ log lines were lost: .*\n"));
    int bytes = 0;
    ASSERT_EQ(::ioctl(never_read, FIONREAD, &bytes), 0);
    const auto length = ("Nov 20 15:07:29 pxed[" + std::to_string(::getpid()) + "]: \n").size() + k_length;
    const auto written = bytes / static_cast<int>(length);  // a pipe takes lines of this length whole
    EXPECT_GT(written, 0);
    EXPECT_EQ(written + std::stoi(said.substr(6)), k_lines);
}

TEST(Log, WhoFinishesItHasAllLinesAndWritesNoMore) {
    StderrPipe pipe;
    Log log;
    ASSERT_TRUE(log.open(target_of(config::LogTarget::Kind::stderr_stream), 0));
    log.info("the last one");
    log.finish();
    log.info("too late");
    log.finish();
    pipe.restore();
    EXPECT_EQ(pipe.read_to_end(), "pxed: the last one\n");
}

TEST(Log, SyslogGetsRfc3164LinesAndIsFoundAgainAfterARestart) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("log");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto sink = make_syslog_sink(path, 3 << 3);
    const QueuedLine line{Level::warning,
                          WallTime{seconds{1'800'000'000}},
                          "DHCPNAK(br0)",
                          {{"SYSLOG_IDENTIFIER", "pxed-dhcp"}}};
    EXPECT_FALSE(sink->write(line));  // nobody is there yet
    for (int i = 0; i < 2; ++i) {
        const FileDescriptor daemon{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        ASSERT_EQ(::bind(daemon.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_TRUE(sink->write(line));
        std::array<char, 256> received{};
        ASSERT_GT(::recv(daemon.get(), received.data(), received.size(), MSG_DONTWAIT), 0);
        EXPECT_THAT(received.data(),
                    MatchesRegex("<28>Jan 15 [0-9:]+ pxed-dhcp\\[[0-9]+\\]: DHCPNAK\\(br0\\)"));
        ::unlink(path.c_str());
    }
}

TEST(Log, TheJournalIsTakenOnlyWhenStandardErrorLeadsThere) {
    struct stat status {};
    ASSERT_EQ(::fstat(STDERR_FILENO, &status), 0);
    const std::string here = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
    EXPECT_TRUE(is_journal_stream(STDERR_FILENO, here.c_str()));
    EXPECT_FALSE(is_journal_stream(STDERR_FILENO, "1:1"));
    EXPECT_FALSE(is_journal_stream(STDERR_FILENO, nullptr));
}

TEST(Log, ALineIsBoundedAndKeepsLettersOfAnyLanguage) {
    EXPECT_EQ(one_line("größe\t1"), "größe\\x091");
    EXPECT_LE(one_line(std::string(100'000, '\n')).size(), 4000U);
}

}  // namespace
}  // namespace pxed::io
