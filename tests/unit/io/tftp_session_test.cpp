#include "io/tftp_session.hpp"

#include <optional>
#include <semaphore>
#include <string>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "io/clock.hpp"
#include "temporary_directory.hpp"
#include "test_loop.hpp"

namespace {

using namespace pxed;
using io::UdpSocket;

constexpr Ipv4 k_here{127, 0, 0, 1};

// One transfer by the socket that listens (tftp-single-port), of a file on a server that answers when it is
// told.
class TftpSessionTest : public testing::Test {
 protected:
    TftpSessionTest() {
        directory.write("f", std::string(3000, 'x'));
        bench.datagrams.resize(io::TftpBlocks::k_room);
        bench.validated = [](io::TftpSession&) {};
        bench.ended = [this](io::TftpSession&, machine::Event event) { ended = std::move(event); };
        disk.submit(
            [this] {
                hangs.release();
                answers.acquire();
            },
            [] {});
        hangs.acquire();
    }
    ~TftpSessionTest() override {
        answers.release();  // should the test not have come to it
        EXPECT_TRUE(disk.end(seconds{60}));
    }

    [[nodiscard]] io::OpenFile file() const {
        io::OpenFile file;
        file.descriptor = io::FileDescriptor{::open(directory.file("f").c_str(), O_RDONLY | O_CLOEXEC)};
        file.size = 3000;
        file.storage = io::Storage::remote;  // only the disk thread may read it
        return file;
    }
    [[nodiscard]] io::TftpAsked asked() const {
        return {Endpoint{k_here, client.local_port()},
                Endpoint{k_here, server.local_port()},
                "lo",
                {false, "f", tftp::Mode::octet, {}},
                io::read_instant()};
    }

    std::counting_semaphore<> hangs{0};
    std::counting_semaphore<> answers{0};
    io::TemporaryDirectory directory;
    test::TestLoop loop;
    io::Disk disk{loop};
    UdpSocket server{std::move(*UdpSocket::open(Endpoint{k_here, 0}, {}))};
    UdpSocket client{std::move(*UdpSocket::open(Endpoint{k_here, 0}, {}))};
    io::TftpBench bench{.loop = loop, .disk = disk};
    std::optional<machine::Event> ended;
};

TEST_F(TftpSessionTest, AFileServerThatAnswersNothingWakesNobody) {
    io::TftpSession session{bench, asked()};
    EXPECT_TRUE(session.waits_for_disk()) << "its file is not open yet";
    session.start_sharing(file(), {}, 3, server);
    EXPECT_TRUE(session.waits_for_disk());
    // Beyond the first timeout, which the client cannot be blamed for.
    loop.turns_within(milliseconds{1200});
    EXPECT_LT(loop.turns_within(milliseconds{500}), 20U);
    EXPECT_FALSE(ended);
    EXPECT_TRUE(session.waits_for_disk());

    const auto before = io::read_instant();
    answers.release();
    std::size_t received = 0;
    loop.run_until([&] {
        for (const auto& datagram : client.receive())
            received += datagram.payload.size();
        return received > 0;
    });
    EXPECT_EQ(received, 516U);
    EXPECT_LT(io::read_instant() - before, milliseconds{900}) << "at once, and not when a timer rings";
    EXPECT_FALSE(session.waits_for_disk()) << "now it is the client's turn";
}

}  // namespace
