#include <array>
#include <filesystem>
#include <fstream>
#include <list>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "io/tftp_service.hpp"
#include "test_loop.hpp"
#include "tftp_client.hpp"

namespace {

using namespace pxed;
using machine::Stage;
using test::TftpClient;
using testing::HasSubstr;
using testing::Not;
using tftp::ErrorCode;
namespace fs = std::filesystem;

// The real service on a loopback port, and a directory of its own that it serves.
class TftpTest : public testing::Test {
 protected:
    TftpTest() {
        std::string pattern = (fs::temp_directory_path() / "pxed-tftp-XXXXXX").string();
        top = fs::canonical(::mkdtemp(pattern.data()));
        fs::create_directories(top / "root");
        policy.is_enabled = true;
        policy.roots.push_back({(top / "root").string(), "", {}});
        use_policy();
        listen();
    }
    ~TftpTest() override { fs::remove_all(top); }

    void use_policy() { use(service, policy); }
    static void use(io::TftpService& service, const tftp::Policy& policy) {
        auto tree = io::TftpTree::open(policy);
        ASSERT_TRUE(tree);
        service.use(policy, std::move(*tree));
    }
    void listen() {
        auto socket = io::UdpSocket::open(Endpoint{Ipv4{}, 0}, {});
        ASSERT_TRUE(socket);
        port = socket->local_port();
        listening = service.add_socket(std::move(*socket));
    }
    static std::string random_text(std::size_t size) {
        std::mt19937 random{static_cast<unsigned>(size)};
        std::string text(size, '\0');
        for (auto& c : text)
            c = static_cast<char>(random());
        return text;
    }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream{top / "root" / name, std::ios::binary} << text;
        return text;
    }
    TftpClient& client() { return clients.emplace_back(loop, port); }
    void run(const TftpClient& c) {
        loop.run_until([&] { return c.is_over() && service.running() == 0; });
    }
    // The last event but the requests.
    const machine::Event& last_event() {
        static const machine::Event k_none;
        for (auto i = events.rbegin(); i != events.rend(); ++i)
            if (i->stage != Stage::tftp_request) return *i;
        return k_none;
    }
    std::optional<tftp::Error> error_for(const std::string& name) {
        auto& c = client();
        c.get(name);
        run(c);
        return c.error();
    }

    fs::path top;
    test::TestLoop loop;
    io::Disk disk{loop};
    tftp::Policy policy;
    std::vector<machine::Event> events;
    std::uint32_t mtu = 65536;
    io::TftpService service{loop,
                            disk,
                            {[this](unsigned) {
                                 return io::TftpLink{"lo", mtu};
                             },
                             [](const Endpoint&) { return HwAddr::parse("02:00:00:00:0a:01"); },
                             [this](machine::Event event) { events.push_back(std::move(event)); }}};
    std::uint16_t port = 0;
    unsigned listening = 0;
    std::list<TftpClient> clients;
};

TEST_F(TftpTest, SendsAFileToAClientWithoutOptions) {
    const auto text = write("pxelinux.0", random_text(42'000));
    auto& c = client();
    c.get("pxelinux.0");
    run(c);
    EXPECT_TRUE(c.content() == text);
    EXPECT_EQ(last_event().stage, Stage::tftp_sent);
    EXPECT_EQ(last_event().file, "pxelinux.0");
    EXPECT_EQ(last_event().bytes, 42'000U);
    EXPECT_EQ(last_event().retransmissions, 0U);
    EXPECT_EQ(last_event().peer->text(), "127.0.0.1:" + std::to_string(c.port()));
    EXPECT_EQ(last_event().interface, "lo");
    EXPECT_NE(c.peer()->port(), port) << "a transfer has a port of its own (RFC 1350 4)";
    EXPECT_EQ(service.counts().sent, 1U);
    EXPECT_EQ(service.counts().bytes, 42'000U);
}

TEST_F(TftpTest, EndsAnExactMultipleWithAnEmptyBlock) {
    for (const std::size_t size : {0, 1, 511, 512, 513, 1024}) {
        const auto text = write("f", random_text(size));
        auto& c = client();
        c.get("f");
        run(c);
        EXPECT_TRUE(c.content() == text);
        EXPECT_EQ(c.blocks(), size / 512 + 1) << size;
    }
}

TEST_F(TftpTest, AnEmptyFileIsAnsweredWithoutASize) {
    write("empty", "");
    auto& c = client();
    c.get("empty", {{"tsize", "0"}, {"blksize", "1468"}, {"timeout", "6"}});  // as curl asks
    run(c);
    EXPECT_TRUE(c.is_complete());
    for (const auto& option : c.acknowledged())
        EXPECT_NE(option.name, "tsize");
}

struct Shape {
    std::uint16_t block_size;
    std::uint16_t window;
};
class TftpShapes : public TftpTest, public testing::WithParamInterface<Shape> {};

TEST_P(TftpShapes, ArriveWhole) {
    const auto [block_size, window] = GetParam();
    const auto text = write("f", random_text(block_size * std::size_t{150} + 77));
    auto& c = client();
    c.get("f",
          {{"blksize", std::to_string(block_size)}, {"windowsize", std::to_string(window)}, {"tsize", "0"}});
    run(c);
    EXPECT_TRUE(c.content() == text);
    ASSERT_EQ(c.acknowledged().size(), 3U);
    EXPECT_EQ(c.acknowledged()[0].value, std::to_string(block_size));
    EXPECT_EQ(c.acknowledged()[1].value, std::to_string(text.size()));
    EXPECT_EQ(c.acknowledged()[2].value, std::to_string(window));
    EXPECT_EQ(c.longest(), block_size);
}

INSTANTIATE_TEST_SUITE_P(All, TftpShapes,
                         testing::Values(Shape{512, 1}, Shape{512, 4}, Shape{512, 16}, Shape{512, 64},
                                         Shape{1468, 1}, Shape{1468, 4}, Shape{1468, 16}, Shape{1468, 64},
                                         Shape{8192, 1}, Shape{8192, 4}, Shape{8192, 16}, Shape{65464, 1},
                                         Shape{65464, 2}, Shape{8, 64}),
                         [](const auto& tested) {
                             return "Blocks" + std::to_string(tested.param.block_size) + "Window" +
                                    std::to_string(tested.param.window);
                         });

TEST_F(TftpTest, AWindowBeyondTheSocketBuffersStillArrives) {
    // 64 blocks of 64 KiB are more than either side's buffer holds: some are lost each time.
    const auto text = write("f", random_text(65464 * 70));
    auto& c = client();
    c.get("f", {{"blksize", "65464"}, {"windowsize", "64"}});
    run(c);
    EXPECT_TRUE(c.content() == text);
}

TEST_F(TftpTest, BlockNumbersRollOver) {
    std::ofstream{top / "root/sparse"}.close();
    fs::resize_file(top / "root/sparse", 8 * 140'001 + 3);
    auto& c = client();
    c.keeps_content = false;
    c.get("sparse", {{"blksize", "8"}, {"windowsize", "64"}});
    run(c);
    EXPECT_TRUE(c.is_complete());
    EXPECT_EQ(c.size(), 8U * 140'001 + 3);
    EXPECT_EQ(c.blocks(), 140'002U);
}

TEST_F(TftpTest, TheBlockSizeFitsTheMtu) {
    write("f", random_text(10'000));
    mtu = 1500;
    auto& c = client();
    c.get("f", {{"blksize", "65464"}});
    run(c);
    EXPECT_EQ(c.acknowledged()[0].value, "1468");
    policy.mtu = 1000;
    use_policy();
    auto& d = client();
    d.get("f", {{"blksize", "65464"}});
    run(d);
    EXPECT_EQ(d.acknowledged()[0].value, "968");
}

TEST_F(TftpTest, BlocksOverTheMtuLeaveAsFragments) {
    // tftp-mtu above what the interface has: the kernel refuses segments and takes datagrams.
    mtu = 1500;
    policy.mtu = 65535;
    use_policy();
    const auto text = write("f", random_text(400'000));
    auto& c = client();
    c.get("f", {{"blksize", "9000"}, {"windowsize", "4"}});
    run(c);
    EXPECT_TRUE(c.content() == text);
}

TEST_F(TftpTest, NetasciiIsConvertedAcrossBlocks) {
    std::string text;
    for (int i = 0; i < 3000; ++i)
        text += "line " + std::to_string(i) + (i % 7 == 0 ? "\r\n" : "\n");
    write("grub.cfg", text);
    std::string expected;
    for (const char ch : text) {
        if (ch == '\n') expected += '\r';
        expected += ch;
        if (ch == '\r') expected += '\0';
    }
    for (const auto* window : {"1", "16"}) {
        auto& c = client();
        c.loses_data = [lost = 0](std::uint64_t block) mutable { return block % 20 == 0 && lost++ % 2 == 0; };
        c.get("grub.cfg", {{"tsize", "0"}, {"windowsize", window}}, tftp::Mode::netascii);
        run(c);
        EXPECT_TRUE(c.content() == expected);
        EXPECT_EQ(c.acknowledged().size(), 1U) << "no tsize";
    }
}

TEST_F(TftpTest, NetasciiMayEndOnABlock) {
    for (const std::size_t size : {0, 256, 512, 1024}) {
        write("f", std::string(size, 'x'));
        auto& c = client();
        c.get("f", {}, tftp::Mode::netascii);
        run(c);
        EXPECT_EQ(c.size(), size);
        EXPECT_TRUE(c.is_complete());
    }
}

TEST_F(TftpTest, DuplicateAcksDoNotDoubleTheData) {
    write("f", random_text(512 * 200));
    auto& c = client();
    c.copies_of_acks = 3;
    c.get("f");
    run(c);
    EXPECT_TRUE(c.is_complete());
    // 201, and what a machine under load sends again after a timeout; with the fault of RFC 1123 4.2.3.1 it
    // is 400.
    EXPECT_GE(c.datagrams(), 201U);
    EXPECT_LT(c.datagrams(), 220U);
}

TEST_F(TftpTest, LostDataAndLostAcksAreRepeated) {
    for (const auto* window : {"1", "4", "16"}) {
        const auto text = write("f", random_text(200'000));
        auto& c = client();
        std::set<std::uint64_t> lost;
        c.loses_data = [&lost](std::uint64_t block) { return block % 37 == 0 && lost.insert(block).second; };
        c.loses_ack = [&lost](std::uint64_t block) {
            return block % 53 == 0 && block > 0 && lost.insert(block + 1'000'000).second;
        };
        c.get("f", {{"blksize", "1024"}, {"windowsize", window}});
        run(c);
        EXPECT_TRUE(c.content() == text) << window;
        EXPECT_GT(last_event().retransmissions, 0U);
        EXPECT_LT(c.datagrams(), 196U * 3) << window;
    }
}

TEST_F(TftpTest, ALostFirstAnswerIsRepeated) {
    const auto text = write("f", random_text(2000));
    auto& c = client();
    c.loses_data = [times = 0](std::uint64_t block) mutable { return block == 1 && times++ == 0; };
    c.get("f");
    run(c);
    EXPECT_TRUE(c.content() == text);
}

TEST_F(TftpTest, OldAcksInTheWrongOrderAreHarmless) {
    const auto text = write("f", random_text(512 * 100));
    auto& c = client();
    c.loses_ack = [&c](std::uint64_t block) {
        if (block > 3) {
            c.send(tftp::build_ack(static_cast<std::uint16_t>(block - 2)));
            c.send(tftp::build_ack(static_cast<std::uint16_t>(block + 1000)));
        }
        return false;
    };
    c.get("f");
    run(c);
    EXPECT_TRUE(c.content() == text);
    EXPECT_EQ(c.datagrams(), 101U);
}

TEST_F(TftpTest, AStrangerGetsErrorFiveAndTheTransferGoesOn) {
    const auto text = write("f", random_text(512 * 50));
    auto& c = client();
    std::optional<TftpClient> stranger;
    c.loses_ack = [&](std::uint64_t block) {
        if (block == 10) stranger.emplace(loop, c.peer()->port()).send(tftp::build_ack(10));
        return false;
    };
    c.get("f");
    loop.run_until([&] { return c.is_over() && stranger->is_over() && service.running() == 0; });
    EXPECT_TRUE(c.content() == text);
    ASSERT_TRUE(stranger->error());
    EXPECT_EQ(stranger->error()->code, ErrorCode::unknown_tid);
}

TEST_F(TftpTest, TwoHundredTransfersAtOnce) {
    const auto text = write("kernel", random_text(100'000));
    const std::array<const char*, 3> windows{"1", "4", "8"};
    for (std::size_t i = 0; i < 200; ++i)
        client().get("kernel", {{"blksize", "1428"}, {"windowsize", windows.at(i % 3)}});
    loop.run_until(
        [&] { return service.running() == 0 && std::ranges::all_of(clients, &TftpClient::is_over); });
    for (const auto& c : clients)
        EXPECT_TRUE(c.content() == text);
    EXPECT_EQ(service.counts().sent, 200U);
}

TEST_F(TftpTest, AMissingFileIsErrorOneWithoutOurPaths) {
    const auto error = error_for("/no/such/file");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::file_not_found);
    EXPECT_EQ(error->text, "file not found");
    EXPECT_EQ(last_event().reason, Reason::file_not_found);
    EXPECT_THAT(last_event().detail, HasSubstr((top / "root").string()));
}

TEST_F(TftpTest, WhatIsNoFileOrLiesOutsideIsRefused) {
    fs::create_directories(top / "root/directory");
    ASSERT_EQ(::mkfifo((top / "root/fifo").c_str(), 0644), 0);
    fs::create_symlink("/etc/passwd", top / "root/link");
    write("secret", "x");
    fs::permissions(top / "root/secret", fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(error_for("../etc/passwd")->code, ErrorCode::access_violation);
    EXPECT_EQ(last_event().reason, Reason::outside_root);
    EXPECT_EQ(error_for("directory")->code, ErrorCode::undefined);
    EXPECT_EQ(last_event().reason, Reason::not_a_file);
    EXPECT_EQ(error_for("fifo")->code, ErrorCode::undefined);
    const auto link = error_for("link");
    EXPECT_EQ(link->code, ErrorCode::access_violation);
    EXPECT_THAT(link->text, Not(HasSubstr("/")));
    EXPECT_EQ(last_event().reason, Reason::link_leaves_root);
    EXPECT_THAT(last_event().detail, HasSubstr("/etc/passwd"));
    if (::geteuid() != 0) return;
    EXPECT_EQ(error_for("secret")->code, ErrorCode::access_violation);
    EXPECT_EQ(last_event().reason, Reason::permission_denied);
}

TEST_F(TftpTest, LinksBelowTheRootAndBelowAllowedDirectoriesAreServed) {
    write("target", "inside");
    fs::create_symlink(top / "root/target", top / "root/absolute");
    fs::create_directories(top / "iso");
    std::ofstream{top / "iso/linux"} << "mounted";
    fs::create_symlink(top / "iso", top / "root/debian");
    policy.allowed_targets.push_back({(top / "iso").string(), "", {}});
    use_policy();
    auto& c = client();
    c.get("absolute");
    run(c);
    EXPECT_EQ(c.content(), "inside");
    auto& d = client();
    d.get("\\debian\\linux");
    run(d);
    EXPECT_EQ(d.content(), "mounted");
}

TEST_F(TftpTest, AnAskForMulticastIsNamedAndTheFileComesWithoutIt) {
    write("f", "content");
    auto& c = client();
    c.get("f", {{"multicast", ""}, {"blksize", "1024"}});
    run(c);
    EXPECT_EQ(c.content(), "content");
    const auto is_notice = [](const machine::Event& event) {
        return event.reason == Reason::multicast_asked;
    };
    EXPECT_EQ(std::ranges::count_if(events, is_notice), 1);
}

TEST_F(TftpTest, WritesMailAndGarbageAreErrorFour) {
    const std::vector<std::vector<std::uint8_t>> requests{
        tftp::build_request({true, "f", tftp::Mode::octet, {}}),
        {0, 1, 'f', 0, 'm', 'a', 'i', 'l', 0},
        {0, 9, 1, 2, 3},
        {0, 1, 'f'},
        {0, 1, 0, 'o', 'c', 't', 'e', 't', 0},
        {7},
    };
    for (const auto& request : requests) {
        auto& c = client();
        c.send(request);
        run(c);
        ASSERT_TRUE(c.error());
        EXPECT_EQ(c.error()->code, ErrorCode::illegal_operation);
        EXPECT_EQ(c.error()->text, "unsupported request");
        const bool is_write = &request == &requests.front();
        EXPECT_EQ(last_event().reason, is_write ? Reason::write_asked : Reason::unsupported_request);
    }
}

TEST_F(TftpTest, NothingAnswersErrorsAcksDataOrOacks) {
    auto& c = client();
    c.send(tftp::build_error(ErrorCode::undefined, std::string(90, 'x')));
    c.send({0, 5});
    c.send({0, 4, 0, 1});
    c.send({0, 4});
    c.send({0, 3, 0, 1, 'x'});
    c.send({0, 6, 'b', 0, '1', 0});
    loop.run_until([&] { return service.counts().dropped == 6; });
    auto& probe = client();  // answered after all of them
    probe.get("nothing");
    run(probe);
    EXPECT_FALSE(c.error());
    EXPECT_EQ(c.datagrams(), 0U);
}

TEST_F(TftpTest, ASizeProbeIsNoFailure) {
    write("f", random_text(5000));
    auto& c = client();
    c.breaks_off_after_oack = true;
    c.get("f", {{"tsize", "0"}, {"blksize", "1468"}});
    run(c);
    EXPECT_EQ(last_event().reason, Reason::size_probe);
    EXPECT_THAT(last_event().detail, HasSubstr("User aborted the transfer"));
}

TEST_F(TftpTest, AnErrorInTheMiddleIsTheClients) {
    write("f", random_text(50'000));
    auto& c = client();
    c.loses_ack = [&c](std::uint64_t block) {
        if (block == 5) c.send(tftp::build_error(ErrorCode::disk_full, "no room"));
        return block >= 5;
    };
    c.get("f", {{"tsize", "0"}});
    loop.run_until([&] { return last_event().stage == Stage::tftp_failed; });
    EXPECT_EQ(last_event().reason, Reason::client_error);
    EXPECT_EQ(last_event().detail, "error 3 no room");
    EXPECT_EQ(last_event().bytes, 4U * 512);
    EXPECT_EQ(service.running(), 0U);
}

TEST_F(TftpTest, AFileThatShrinksIsNeverASilentShortOne) {
    const auto path = top / "root/f";
    write("f", random_text(500'000));
    auto& c = client();
    c.loses_ack = [&](std::uint64_t block) {
        if (block == 50) fs::resize_file(path, 100'000);
        return false;
    };
    c.get("f", {{"blksize", "1024"}});
    run(c);
    EXPECT_FALSE(c.is_complete());
    ASSERT_TRUE(c.error());
    EXPECT_EQ(last_event().reason, Reason::file_shrank);
}

TEST_F(TftpTest, AFileThatIsReplacedIsSentAsItWas) {
    const auto text = write("f", random_text(300'000));
    write("new", "new content");
    auto& c = client();
    c.loses_ack = [&](std::uint64_t block) {
        if (block == 50) fs::rename(top / "root/new", top / "root/f");
        return false;
    };
    c.get("f", {{"blksize", "1024"}});
    run(c);
    EXPECT_TRUE(c.content() == text);
}

TEST_F(TftpTest, ARepeatedRequestIsOneTransfer) {
    const auto text = write("f", random_text(20'000));
    auto& c = client();
    c.get("f");
    c.ask();
    c.ask();
    run(c);
    EXPECT_TRUE(c.content() == text);
    EXPECT_EQ(service.counts().sent, 1U);
    EXPECT_EQ(service.counts().requests, 3U);
}

TEST_F(TftpTest, AFixedPortMayAskForTheNextFile) {
    write("first", random_text(20'000));
    const auto second = write("second", random_text(7'000));
    auto& c = client();
    c.stops_after = 5;
    c.get("first");
    loop.run_until([&] { return c.blocks() == 5; });
    EXPECT_EQ(service.running(), 1U);
    c.begin_anew();
    c.get("second");
    run(c);
    EXPECT_TRUE(c.content() == second);
    EXPECT_EQ(last_event().stage, Stage::tftp_sent);
    EXPECT_EQ(last_event().file, "second");
    const auto ended = std::ranges::find(events, Stage::tftp_failed, &machine::Event::stage);
    ASSERT_NE(ended, events.end());
    EXPECT_EQ(ended->file, "first");
    EXPECT_EQ(ended->detail, "asked anew from the same port");
}

TEST_F(TftpTest, WhatATransferCannotUnderstandIsCounted) {
    write("f", random_text(20'000));
    auto& c = client();
    c.stops_after = 5;
    c.get("f");
    loop.run_until([&] { return c.blocks() == 5; });
    EXPECT_EQ(service.counts().dropped, 0U);
    c.send({0, 4});             // an ACK without its number
    c.send({0, 3, 0, 1, 'x'});  // DATA, which no client sends
    c.send({7});
    loop.run_until([&] { return service.counts().dropped == 3; });
    EXPECT_EQ(service.running(), 1U) << "and the transfer goes on";
    service.abandon();
}

TEST_F(TftpTest, SinglePortSendsAllFromTheListeningPort) {
    policy.is_single_port = true;
    use_policy();
    const auto text = write("f", random_text(300'000));
    for (int i = 0; i < 20; ++i)
        client().get("f", {{"blksize", "1408"}, {"windowsize", "8"}});
    loop.run_until(
        [&] { return service.running() == 0 && std::ranges::all_of(clients, &TftpClient::is_over); });
    for (const auto& c : clients) {
        EXPECT_TRUE(c.content() == text);
        EXPECT_EQ(c.peer()->port(), port);
    }
}

TEST_F(TftpTest, APortRangeIsKept) {
    // Below the ports that the kernel hands out: nobody else has one of them for a moment.
    policy.port_range = {21100, 21103};
    use_policy();
    write("f", random_text(3000));
    for (int i = 0; i < 8; ++i) {
        auto& c = client();
        c.get("f");
        run(c);
        ASSERT_TRUE(c.is_complete());
        EXPECT_GE(c.peer()->port(), 21100);
        EXPECT_LE(c.peer()->port(), 21103);
    }
}

TEST_F(TftpTest, AFullPortRangeIsSilentAndSaid) {
    policy.port_range = {21110, 21110};
    use_policy();
    write("f", random_text(3000));
    auto& first = client();
    first.stops_after = 1;
    first.get("f");
    loop.run_until([&] { return first.blocks() == 1; });
    auto& second = client();
    second.get("f");
    loop.run_until([&] { return last_event().reason == Reason::too_many_transfers; });
    EXPECT_EQ(service.running(), 1U);
    service.abandon();
}

TEST_F(TftpTest, WithoutDescriptorsOldTransfersGoOnAndNewOnesWait) {
    const auto text = write("f", random_text(200'000));
    auto& running = client();
    auto& waiting = client();
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    running.loses_ack = [&](std::uint64_t block) {
        if (block != 20) return false;
        const int lowest_free = ::dup(0);
        ::close(lowest_free);
        const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
        waiting.get("f");
        return false;
    };
    running.get("f");
    run(running);
    EXPECT_TRUE(running.content() == text);
    loop.run_until([&] { return service.counts().failed == 1; });
    EXPECT_TRUE(std::ranges::any_of(
        events, [](const auto& event) { return event.reason == Reason::too_many_transfers; }));
    EXPECT_FALSE(waiting.error());

    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    waiting.ask();
    run(waiting);
    EXPECT_TRUE(waiting.content() == text);
}

TEST_F(TftpTest, TftpMaxIsABound) {
    policy.max_transfers = 3;
    use_policy();
    write("f", random_text(3000));
    for (int i = 0; i < 3; ++i) {
        auto& c = client();
        c.stops_after = 2;
        c.get("f");
        loop.run_until([&] { return c.blocks() == 2; });
    }
    client().get("f");
    loop.run_until([&] { return last_event().reason == Reason::too_many_transfers; });
    EXPECT_EQ(service.running(), 3U);
    service.abandon();
}

TEST_F(TftpTest, OneAddressHasABoundedNumberOfUnseenClients) {
    policy.max_transfers = 100'000;
    use_policy();
    write("f", random_text(3000));
    for (int i = 0; i < 300; ++i) {
        auto& c = client();
        c.stops_after = 0;
        c.get("f");
        loop.run_until([&] { return service.counts().requests == static_cast<unsigned>(i + 1); });
    }
    EXPECT_EQ(service.running(), 256U);
    service.abandon();
}

TEST_F(TftpTest, OnlyNamedInterfacesAreServed) {
    write("f", "x");
    policy.interfaces = {"eth*", "br0"};
    use_policy();
    client().get("f");
    loop.run_until([&] { return service.counts().dropped == 1; });
    policy.interfaces = {"l*"};
    use_policy();
    auto& c = client();
    c.get("f");
    run(c);
    EXPECT_TRUE(c.is_complete());
}

TEST_F(TftpTest, ARootOfTheInterfaceGoesBeforeTheCommonOne) {
    fs::create_directories(top / "lo-root");
    std::ofstream{top / "lo-root/f"} << "of lo";
    write("f", "common");
    policy.roots.insert(policy.roots.begin(), {(top / "lo-root").string(), "lo", {}});
    use_policy();
    auto& c = client();
    c.get("f");
    run(c);
    EXPECT_EQ(c.content(), "of lo");
}

TEST_F(TftpTest, UniqueRootsAreFoundByAddressAndByHardware) {
    write("f", "common");
    fs::create_directories(top / "root/02-00-00-00-0a-01");
    write("02-00-00-00-0a-01/f", "by hardware");
    policy.unique_root = tftp::UniqueRoot::by_hardware;
    use_policy();
    auto& c = client();
    c.get("/f");
    run(c);
    EXPECT_EQ(c.content(), "by hardware");

    policy.unique_root = tftp::UniqueRoot::by_address;
    use_policy();
    auto& d = client();
    d.get("f");  // no directory of that name: the common one
    run(d);
    EXPECT_EQ(d.content(), "common");
    fs::create_directories(top / "root/127.0.0.1");
    auto& e = client();
    e.get("f");
    run(e);
    ASSERT_TRUE(e.error());
    EXPECT_EQ(e.error()->code, ErrorCode::file_not_found);
}

TEST_F(TftpTest, LowerCaseAndNoBlocksizeAreObeyed) {
    policy.lower_cases = true;
    policy.ignores_blocksize = true;
    use_policy();
    const auto text = write("bootx64.efi", random_text(2000));
    auto& c = client();
    c.get("\\BOOTX64.EFI", {{"blksize", "1468"}, {"tsize", "0"}});
    run(c);
    EXPECT_TRUE(c.content() == text);
    ASSERT_EQ(c.acknowledged().size(), 1U);
    EXPECT_EQ(c.acknowledged()[0].name, "tsize");
}

TEST_F(TftpTest, AMissingRootIsRefusedUnlessItMayBe) {
    policy.roots = {{"/no/such/root", "", {}}};
    const auto tree = io::TftpTree::open(policy);
    ASSERT_FALSE(tree);
    EXPECT_EQ(tree.error(), "tftp-root /no/such/root: No such file or directory");

    policy.ignores_missing_root = true;
    use_policy();
    EXPECT_EQ(error_for("f")->code, ErrorCode::file_not_found);
}

TEST_F(TftpTest, AReloadLeavesRunningTransfersTheirTerms) {
    const auto text = write("f", random_text(300'000));
    auto& c = client();
    c.loses_ack = [&](std::uint64_t block) {
        if (block == 20) {
            auto other = policy;
            other.is_single_port = true;
            other.mtu = 600;
            other.roots = {{top.string(), "", {}}};
            use(service, other);
        }
        return false;
    };
    c.get("f", {{"blksize", "1024"}});
    run(c);
    EXPECT_TRUE(c.content() == text);
}

TEST_F(TftpTest, FinishingTakesNoNewRequestsAndEndsTheOldOnes) {
    const auto text = write("f", random_text(100'000));
    auto& c = client();
    c.get("f");
    loop.run_until([&] { return c.blocks() > 3; });
    service.finish();
    client().get("f");
    run(c);
    EXPECT_TRUE(c.content() == text);
    EXPECT_EQ(service.counts().sent, 1U);
    EXPECT_EQ(service.counts().dropped, 1U);
}

TEST_F(TftpTest, AbandoningTellsTheClients) {
    write("f", random_text(100'000));
    auto& c = client();
    c.stops_after = 3;
    c.get("f");
    loop.run_until([&] { return c.blocks() == 3; });
    service.abandon();
    EXPECT_EQ(service.running(), 0U);
    loop.run_until([&] { return c.is_over(); });
    EXPECT_EQ(c.error()->text, "server is stopping");
}

TEST_F(TftpTest, AListenerThatGoesTakesOnlyWhatUsesIt) {
    const auto text = write("f", random_text(100'000));
    auto& c = client();
    c.get("f");
    loop.run_until([&] { return c.blocks() > 3; });
    service.remove_socket(listening);
    run(c);
    EXPECT_TRUE(c.content() == text);

    policy.is_single_port = true;
    use_policy();
    listen();
    auto& d = client();
    d.get("f");
    loop.run_until([&] { return d.blocks() > 3; });
    service.remove_socket(listening);
    run(d);
    EXPECT_TRUE(d.error());
}

TEST_F(TftpTest, ARequestToABroadcastAddressIsIgnored) {
    write("f", "x");
    auto all = io::UdpSocket::open(Endpoint{Ipv4{127, 0, 0, 1}, 0}, {.sends_broadcast = true});
    ASSERT_TRUE(all);
    ASSERT_TRUE(all->send(tftp::build_request({false, "f", tftp::Mode::octet, {}}),
                          {Endpoint{Ipv4{127, 255, 255, 255}, port}, {}, 0}));
    loop.run_until([&] { return service.counts().dropped == 1; });
    EXPECT_TRUE(events.empty());
}

TEST_F(TftpTest, AnswersComeFromTheAddressThatWasAsked) {
    write("f", random_text(2000));
    clients.emplace_back(loop, port, Ipv4{127, 0, 0, 5});
    auto& c = clients.back();
    c.get("f");
    run(c);
    EXPECT_EQ(c.peer()->address_text(), "127.0.0.5");
    clients.emplace_back(loop, port, Ipv4{127, 0, 0, 6});
    auto& d = clients.back();
    d.get("nothing");
    run(d);
    EXPECT_EQ(d.peer()->address_text(), "127.0.0.6");
}

TEST_F(TftpTest, RequestsOfEveryLengthAreSurvived) {
    const auto whole =
        tftp::build_request({false, "f", tftp::Mode::octet, {{"blksize", "1024"}, {"tsize", "0"}}});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        auto& c = client();
        c.send({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    }
    for (const std::size_t length : {255, 512, 4095, 4096, 60'000}) {
        auto& c = client();
        c.get(std::string(length, 'n'));
        loop.run_until([&] { return c.is_over(); });
        EXPECT_TRUE(c.error());
        EXPECT_LE(c.error()->text.size(), 100U);
    }
    service.abandon();
}

// What the daemon knows of its clients, said by the test.
class TftpSiblings : public TftpTest {
 protected:
    TftpSiblings() {
        auto socket = io::UdpSocket::open(Endpoint{Ipv4{}, 0}, {});
        port = socket->local_port();
        other.add_socket(std::move(*socket));
        use(other, policy);
        fs::create_directories(top / "root/debian");
    }
    TftpClient& fetch(const std::string& name, TftpClient::Options options = {},
                      tftp::Mode mode = tftp::Mode::octet) {
        auto& c = client();
        c.get(name, std::move(options), mode);
        loop.run_until([&] { return c.is_over() && other.running() == 0; });
        return c;
    }

    std::string program;
    std::vector<io::TftpSent> sent;
    io::TftpService other{loop,
                          disk,
                          {.link =
                               [](unsigned) {
                                   return io::TftpLink{"lo", 1500};
                               },
                           .hardware_of = [](const Endpoint&) { return std::optional<HwAddr>{}; },
                           .tell = [this](machine::Event event) { events.push_back(std::move(event)); },
                           .sent = [this](const io::TftpSent& file) { sent.push_back(file); },
                           .program_of = [this](const Endpoint&) { return program; },
                           .make =
                               [](std::string_view name, const Endpoint&) {
                                   if (name != "boot.ipxe") return std::optional<io::MadeText>{};
                                   return std::optional<io::MadeText>{{"#!ipxe\nboot\n", {1, 7}}};
                               }}};
};

TEST_F(TftpSiblings, AFileIsFoundBesideTheProgramTheClientRuns) {
    write("debian/grubx64.efi", "grub");
    EXPECT_EQ(fetch("grubx64.efi").error()->code, ErrorCode::file_not_found);
    program = "debian/shimx64.efi";
    EXPECT_EQ(fetch("grubx64.efi").content(), "grub");
    EXPECT_EQ(last_event().file, "grubx64.efi");
    EXPECT_EQ(last_event().found, "debian/grubx64.efi");
    EXPECT_EQ(last_event().program, "debian/grubx64.efi");
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].path, (top / "root/debian/grubx64.efi").string());
}

TEST_F(TftpSiblings, TheRequestTellsTheProgramBeforeItIsSent) {
    write("debian/shimx64.efi", "shim");
    fetch("debian//shimx64.efi");
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].stage, Stage::tftp_request);
    EXPECT_EQ(events[0].program, "debian/shimx64.efi");
    EXPECT_EQ(events[0].found, "") << "it is what was asked for";
}

TEST_F(TftpSiblings, NothingIsFoundElsewhereWhereThatIsSwitchedOff) {
    write("debian/grubx64.efi", "grub");
    program = "debian/shimx64.efi";
    policy.looks_elsewhere = false;
    use(other, policy);
    EXPECT_EQ(fetch("grubx64.efi").error()->code, ErrorCode::file_not_found);
    EXPECT_EQ(fetch("DEBIAN/grubx64.efi").error()->code, ErrorCode::file_not_found);
}

TEST_F(TftpSiblings, AScriptIsMadeWhereThereIsNoFileOfItsName) {
    auto& made = fetch("boot.ipxe", {{"tsize", "0"}, {"blksize", "1432"}});
    EXPECT_EQ(made.content(), "#!ipxe\nboot\n");
    EXPECT_EQ(made.acknowledged().size(), 2U);
    EXPECT_EQ(last_event().stage, Stage::tftp_sent);
    EXPECT_EQ(last_event().line.line, 7U);
    EXPECT_TRUE(sent.empty()) << "there is no path to tell a script of";
    EXPECT_EQ(fetch("boot.ipxe", {}, tftp::Mode::netascii).content(), "#!ipxe\r\nboot\r\n");
    write("boot.ipxe", "my own");
    EXPECT_EQ(fetch("boot.ipxe").content(), "my own");
    EXPECT_FALSE(last_event().line.is_known());
}

TEST_F(TftpSiblings, AFileThatCannotBeReadIsNotReplacedByAMadeOne) {
    fs::create_directories(top / "root/boot.ipxe");
    EXPECT_NE(fetch("boot.ipxe").error()->code, ErrorCode::file_not_found);
}

}  // namespace
