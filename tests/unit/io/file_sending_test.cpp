#include "io/file_sending.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pxed::io {
namespace {

TEST(PagesTouched, ArePagesOfTheMachine) {
    EXPECT_EQ(pages_touched(0, 4096, 4096), 1U);
    EXPECT_EQ(pages_touched(0, 4097, 4096), 2U);
    EXPECT_EQ(pages_touched(4095, 2, 4096), 2U);
    EXPECT_EQ(pages_touched(2 << 20, 2 << 20, 4096), 512U);
    EXPECT_EQ(pages_touched(2 << 20, 2 << 20, 65536), 32U);
    EXPECT_EQ(pages_touched(65535, 2, 65536), 2U);
    EXPECT_EQ(pages_touched(4096, 4096, 65536), 1U);
}

// A hundred downloads whose sockets take more at once than one turn may give.
class Downloads : public testing::Test {
 protected:
    static constexpr std::size_t k_length = 1024 * 1024;
    static constexpr auto k_head = "HTTP/1.1 200 OK\r\n\r\n";

    struct Download {
        FileDescriptor sender;
        FileDescriptor reader;
        std::string content{};
        std::optional<FileSending::End> end{};
        std::unique_ptr<FileSending> sending{};  // so that whoever uses it afterwards is noticed
        std::function<void()> on_end{};
    };

    Downloads() {
        (void)std::signal(SIGPIPE, SIG_IGN);
        for (std::size_t i = 0; i < k_length; ++i)
            text_ += static_cast<char>(i * 31 >> 7);
        file_ = FileDescriptor{::memfd_create("download", MFD_CLOEXEC)};
        EXPECT_EQ(::write(file_.get(), text_.data(), text_.size()), static_cast<ssize_t>(text_.size()));
        for (int i = 0; i < 100; ++i)
            begin();
    }

    void begin() {
        std::array<int, 2> pair{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
        auto& download = downloads_.emplace_back(FileDescriptor{pair[0]}, FileDescriptor{pair[1]});
        OpenFile file;
        file.descriptor = FileDescriptor{::dup(file_.get())};
        file.size = k_length;
        file.storage = Storage::memory;
        download.sending =
            std::make_unique<FileSending>(loop_, download.sender.get(), k_head, std::move(file), 0, k_length,
                                          disk_, budget_, [&download](FileSending::End end) {
                                              download.end = end;
                                              if (download.on_end) download.on_end();
                                          });
        download.sending->start();
    }

    [[nodiscard]] static std::size_t waiting_at(const Download& download) {
        int bytes = 0;
        EXPECT_EQ(::ioctl(download.reader.get(), FIONREAD, &bytes), 0);
        return static_cast<std::size_t>(bytes);
    }
    [[nodiscard]] std::size_t sent() const {
        std::size_t bytes = 0;
        for (const auto& download : downloads_)
            bytes += download.content.size() + waiting_at(download);
        return bytes;
    }
    void read_all() {
        for (auto& download : downloads_) {
            std::string piece(waiting_at(download), '\0');
            if (piece.empty()) continue;
            ASSERT_EQ(::read(download.reader.get(), piece.data(), piece.size()),
                      static_cast<ssize_t>(piece.size()));
            download.content += piece;
        }
    }

    std::string text_;
    FileDescriptor file_;
    ev::dynamic_loop loop_;
    Disk disk_{loop_};
    SendBudget budget_{loop_};
    std::list<Download> downloads_;
};

TEST_F(Downloads, ShareWhatATurnGivesAndArriveWhole) {
    std::size_t before = sent();
    const auto heads = downloads_.size() * std::string_view{k_head}.size();
    EXPECT_LE(before, SendBudget::k_a_turn + heads) << "those that have begun share one turn";
    read_all();
    int turns = 1;
    const auto has_ended = [](const Download& download) { return download.end.has_value(); };
    for (; turns < 10'000 && !std::ranges::all_of(downloads_, has_ended); ++turns) {
        loop_.run(ev::NOWAIT);
        const auto now = sent();
        EXPECT_LE(now - before, SendBudget::k_a_turn + heads);
        before = now;
        read_all();
    }
    EXPECT_GE(turns, 100 * k_length / SendBudget::k_a_turn);
    for (const auto& download : downloads_) {
        EXPECT_EQ(download.end, FileSending::End::whole);
        EXPECT_TRUE(download.content == k_head + text_);
    }
}

TEST_F(Downloads, AreServedInTurn) {
    const auto has_got = [](const Download& download) { return waiting_at(download) > 0; };
    loop_.run(ev::NOWAIT);
    if (std::ranges::all_of(downloads_, has_got)) GTEST_SKIP() << "these sockets take too little at a time";
    for (int turn = 0; turn < 6; ++turn) {
        read_all();
        loop_.run(ev::NOWAIT);
    }
    read_all();
    for (const auto& download : downloads_)
        EXPECT_FALSE(download.content.empty());
}

// A head that leaves alone is a packet, and wakes the peer for nothing to read.
TEST_F(Downloads, SendNoHeadWithoutTheFile) {
    for (const auto& download : downloads_) {
        const auto arrived = waiting_at(download);
        EXPECT_TRUE(arrived == 0 || arrived > std::string_view{k_head}.size()) << arrived;
    }
}

TEST_F(Downloads, MayEndWhileTheyWait) {
    loop_.run(ev::NOWAIT);
    for (auto& download : downloads_)
        if (waiting_at(download) == 0) download.sending.reset();
    const auto goes_on = [](const Download& download) { return download.sending && !download.end; };
    for (int turn = 0; turn < 10'000 && std::ranges::any_of(downloads_, goes_on); ++turn) {
        loop_.run(ev::NOWAIT);
        read_all();
    }
    for (const auto& download : downloads_)
        EXPECT_TRUE(!download.sending || download.end == FileSending::End::whole);
}

TEST_F(Downloads, EndOnceForPeersThatHaveGoneMeanwhile) {
    int ended = 0;
    for (auto& download : downloads_)
        download.on_end = [&download, &ended] {
            ++ended;
            download.sending.reset();  // as whoever owns it may
        };
    for (auto& download : downloads_)
        download.reader = {};
    for (int turn = 0; turn < 1000 && ended < 100; ++turn)
        loop_.run(ev::NOWAIT);
    EXPECT_EQ(ended, 100);
    for (const auto& download : downloads_)
        EXPECT_EQ(download.end, FileSending::End::closed);
}

}  // namespace
}  // namespace pxed::io
