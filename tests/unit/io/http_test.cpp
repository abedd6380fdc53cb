#include <csignal>
#include <filesystem>
#include <fstream>
#include <list>
#include <random>

#include <fcntl.h>
#include <gmock/gmock.h>

#include "http_client.hpp"
#include "io/clock.hpp"
#include "io/http_service.hpp"
#include "io/served_files.hpp"
#include "test_loop.hpp"

namespace {

using namespace pxed;
using machine::Stage;
using test::HttpClient;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;

std::uint16_t free_port() {
    const io::FileDescriptor socket{::socket(AF_INET, SOCK_STREAM, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
    EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    return ntohs(address.sin_port);
}

// The real service on a loopback port, and a directory of its own that it serves.
class HttpTest : public testing::Test {
 protected:
    HttpTest() {
        ::signal(SIGPIPE, SIG_IGN);  // as the daemon does
        std::string pattern = (fs::temp_directory_path() / "pxed-http-XXXXXX").string();
        top = fs::canonical(::mkdtemp(pattern.data()));
        fs::create_directories(top / "root");
        policy.is_enabled = true;
        tftp.roots.push_back({(top / "root").string(), "", {}});
        EXPECT_TRUE(service->listen({{port, 0, {}}}, {}));
        service->start(disk);
        use_policy();
    }
    ~HttpTest() override {
        clients.clear();
        service.reset();
        fs::remove_all(top);
    }

    void use_policy() {
        config::Config config;
        config.http = policy;
        config.tftp = tftp;
        auto files = io::open_served_files(config);
        ASSERT_TRUE(files);
        ASSERT_TRUE(service->prepare(policy));
        service->use(policy, std::move(files->http), std::move(files->tls));
    }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream{top / "root" / name, std::ios::binary} << text;
        return text;
    }
    static std::string random_text(std::size_t size) {
        std::mt19937 random{static_cast<unsigned>(size)};
        std::string text(size, '\0');
        for (auto& c : text)
            c = static_cast<char>(random());
        return text;
    }
    HttpClient& client() { return clients.emplace_back(loop, port); }
    HttpClient& answered(const std::string& target, const std::string& headers = {}) {
        auto& c = client();
        c.get(target, headers);
        loop.run_until([&] { return (c.has_answer() && service->running() == 0) || c.is_closed(); });
        return c;
    }
    const machine::Event& last_event() { return events.back(); }

    fs::path top;
    test::TestLoop loop;
    io::Disk disk{loop};
    http::Policy policy;
    tftp::Policy tftp;
    std::vector<machine::Event> events;
    std::optional<std::string> link = "lo";
    std::optional<io::MadeText> generated;
    std::string program;
    std::uint16_t port = free_port();
    std::optional<io::HttpService> service{
        std::in_place, loop,
        io::HttpSurroundings{
            .link = [this](unsigned interface) { return interface == 1 ? link : std::nullopt; },
            .hardware_of = [](const Endpoint&) { return HwAddr::parse("02:00:00:00:0a:01"); },
            .tell = [this](machine::Event event) { events.push_back(std::move(event)); },
            .generated = [this](std::string_view path,
                                const Endpoint&) { return path == "boot.ipxe" ? generated : std::nullopt; },
            .program_of = [this](const Endpoint&) { return program; }}};
    std::list<HttpClient> clients;
};

TEST_F(HttpTest, SendsAFileAndKeepsTheConnection) {
    const auto text = write("grubx64.efi", random_text(3'000'000));
    auto& c = answered("//grubx64.efi");
    EXPECT_THAT(c.received(), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(c.received().substr(0, 500), HasSubstr("Content-Type: application/efi\r\n"));
    EXPECT_TRUE(c.body() == text);
    EXPECT_EQ(last_event().stage, Stage::http_sent);
    EXPECT_EQ(last_event().file, "grubx64.efi");
    EXPECT_EQ(last_event().bytes, 3'000'000U);
    EXPECT_EQ(last_event().peer->address_text(), "127.0.0.1");
    EXPECT_EQ(last_event().peer->interface(), 1U) << "the interface by which the connection came";
    c.clear();
    c.get("/grubx64.efi", "Range: bytes=10-19\r\n");
    loop.run_until([&] { return c.has_answer() && service->running() == 0; });
    EXPECT_EQ(c.status(), 206U);
    EXPECT_EQ(c.body(), text.substr(10, 10));
    EXPECT_EQ(service->counts().connections, 1U);
    EXPECT_EQ(service->counts().sent, 2U);
}

TEST_F(HttpTest, AnswersRequestsThatComeTogetherInTheirOrder) {
    write("a", "first");
    write("b", "second");
    auto& c = client();
    c.send(
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\nHost: x\r\n\r\n"
        "GET /b HTTP/1.0\r\n\r\n");
    loop.run_until([&] { return c.is_closed(); });
    EXPECT_LT(c.received().find("first"), c.received().find("second"));
    EXPECT_EQ(service->counts().requests, 3U);
    EXPECT_EQ(service->counts().sent, 3U);
}

// What is large is sent past the library, whose connection ends with it; the client's does not.
TEST_F(HttpTest, KeepsTheConnectionAfterLargeFiles) {
    const auto large = write("large", random_text(6'000'000));
    const auto small = write("small", "a script");
    const auto open_files = [] {
        return std::distance(fs::directory_iterator{"/proc/self/fd"}, fs::directory_iterator{});
    };
    auto& c = client();
    std::ptrdiff_t open_before = 0;
    for (int round = 0; round < 8; ++round) {
        for (const auto* text : {&large, &small, &large}) {
            c.clear();
            c.get(text == &large ? "/large" : "/small");
            loop.run_until([&] { return c.is_closed() || (c.has_answer() && service->running() == 0); });
            ASSERT_FALSE(c.is_closed());
            EXPECT_THAT(c.received().substr(0, 500), Not(HasSubstr("Connection:")));
            EXPECT_TRUE(c.body() == *text);
        }
        if (round == 0) open_before = open_files();
    }
    EXPECT_EQ(open_files(), open_before) << "a descriptor for each file would end it all";
    EXPECT_EQ(service->counts().connections, 1U);
    EXPECT_EQ(service->counts().sent, 24U);
    EXPECT_EQ(service->counts().failed, 0U);
}

// The library leaves its cork in the socket after bodies that it sends in several calls: with it, the end of
// ours would stay in the kernel for 200 ms.
TEST_F(HttpTest, NothingIsHeldBackAfterWhatTheLibrarySends) {
    write("library", random_text(200'000));
    const auto text = write("ours", random_text(1'000'000));
    auto& c = answered("/library");
    auto least = seconds{1} + nanoseconds{0};
    for (int i = 0; i < 3; ++i) {
        const auto before = io::read_instant();
        c.clear();
        c.get("/ours");
        loop.run_until([&] { return c.has_answer(); });
        least = std::min(least, io::read_instant() - before);
        EXPECT_TRUE(c.body() == text);
    }
    EXPECT_LT(least, milliseconds{150});
}

TEST_F(HttpTest, TheNextRequestMayComeWhileALargeFileIsSent) {
    const auto large = write("large", random_text(6'000'000));
    write("small", "a script");
    auto& c = client();
    c.pause();
    c.get("/large");
    loop.run_until([&] { return c.has_more(); });
    c.get("/small");
    c.watch();
    loop.run_until([&] { return c.is_closed() || c.received().ends_with("a script"); });
    EXPECT_TRUE(c.body() == large);
    EXPECT_EQ(service->counts().sent, 2U);
    EXPECT_EQ(service->counts().connections, 1U);
}

// What the library has read already would be lost with its connection: so it is said that this one ends.
TEST_F(HttpTest, EndsTheConnectionAfterALargeFileWhereItMust) {
    const auto large = write("large", random_text(6'000'000));
    const std::string head = "GET /large HTTP/1.1\r\nHost: x\r\n";
    for (const auto& request :
         {head + "\r\n" + head + "\r\n", "\r\n" + head + "\r\n", head + "Connection: close\r\n\r\n",
          head + "Connection: Upgrade\r\n\r\n", std::string{"GET /large HTTP/1.0\r\n\r\n"}}) {
        auto& c = client();
        c.send(request);
        loop.run_until([&] { return c.is_closed(); });
        EXPECT_THAT(c.received().substr(0, 500), HasSubstr("Connection: close\r\n")) << request;
        EXPECT_TRUE(c.body() == large) << request;
    }
    EXPECT_EQ(service->counts().sent, 5U);
    EXPECT_EQ(service->counts().failed, 0U);
}

// RFC 9112 9.6: closed with something unread, the kernel would reset the connection, and what is still on its
// way would be lost.
TEST_F(HttpTest, LosesNothingOfTheLastAnswerWhateverTheClientSends) {
    const auto large = write("large", random_text(6'000'000));
    for (const std::string& more :
         {std::string{"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"}, std::string(300'000, 'x')}) {
        auto& c = client();
        c.get("/large", "Connection: close\r\n");
        loop.run_until([&] { return c.has_more(); });
        c.send(more);
        loop.run_until([&] { return c.is_closed(); });
        EXPECT_TRUE(c.body() == large) << more.substr(0, 50);
        c.end();
    }
    loop.run_until([&] { return service->connections() == 0; });
    EXPECT_EQ(service->counts().sent, 2U);
    EXPECT_EQ(service->counts().failed, 0U);
}

// The connection is over for the client, who may stay all the same.
TEST_F(HttpTest, KeepsNoPlaceForWhoStaysAfterTheLastAnswer) {
    policy.patience.lingering = seconds{1};
    policy.max_connections = 1;
    policy.max_connections_a_client = 1;
    use_policy();
    write("large", random_text(1'000'000));
    write("small", "a script");
    const auto stays = [this] {
        auto& c = client();
        c.get("/large", "Connection: close\r\n");
        loop.run_until([&] { return c.is_closed(); });
        EXPECT_EQ(service->connections(), 1U);
    };
    stays();
    loop.run_until([&] { return service->connections() == 0; });
    stays();
    EXPECT_EQ(answered("/small").body(), "a script") << "another one takes the place";
    clients.back().end();
    loop.run_until([&] { return service->connections() == 0; });
    policy.patience.lingering = seconds{1000};
    use_policy();
    stays();
    service->finish();
    loop.run_until([&] { return service->connections() == 0; });
}

TEST_F(HttpTest, SmallerFilesKeepTheConnectionOfWhoAsksAhead) {
    const auto text = write("loader", random_text(1'000'000));
    write("small", "a script");
    auto& c = client();
    c.send("GET /loader HTTP/1.1\r\nHost: x\r\n\r\nGET /small HTTP/1.1\r\nHost: x\r\n\r\n");
    loop.run_until([&] { return c.is_closed() || c.received().ends_with("a script"); });
    EXPECT_TRUE(c.body() == text);
    EXPECT_FALSE(c.is_closed());
    EXPECT_EQ(service->counts().sent, 2U);
}

TEST_F(HttpTest, SmallerFilesEndTheConnectionOfWhoWantsNoOther) {
    const auto text = write("loader", random_text(1'000'000));
    auto& c = client();
    c.send("GET /loader HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    loop.run_until([&] { return c.is_closed(); });
    EXPECT_THAT(c.received().substr(0, 500), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(c.body() == text);
    EXPECT_EQ(service->counts().sent, 1U);
}

TEST_F(HttpTest, StopsWhileAConnectionIsKeptAfterALargeFile) {
    write("large", random_text(6'000'000));
    for (int i = 0; i < 20; ++i)
        client().get("/large");
    loop.run_until([&] { return service->counts().sent >= 3; });
    service->finish();
    loop.run_until([&] { return service->connections() == 0; });
    EXPECT_EQ(service->counts().sent + service->counts().failed, service->counts().requests);
}

// Dropped from the page cache, where the file system lets go of it, the file is read by the disk thread.
TEST_F(HttpTest, SendsWhatIsNotCached) {
    const auto text = write("big.img", random_text(2'000'000));
    const io::FileDescriptor file{::open((top / "root/big.img").c_str(), O_RDONLY)};
    ::fdatasync(file.get());
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    EXPECT_TRUE(answered("/big.img").body() == text);
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    EXPECT_TRUE(answered("/big.img", "Range: bytes=-1500000\r\n").body() == text.substr(500'000));
}

TEST_F(HttpTest, SendsEmptyFiles) {
    write("empty", "");
    EXPECT_EQ(answered("/empty").status(), 200U);
    EXPECT_EQ(answered("/empty", "Range: bytes=0-\r\n").status(), 416U);
}

TEST_F(HttpTest, SaysHowLongTheFileIsWithoutSendingIt) {
    write("a", "12345");
    auto& c = client();
    c.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    loop.run_until([&] { return c.is_closed(); });
    EXPECT_THAT(c.received(), HasSubstr("Content-Length: 5\r\n"));
    EXPECT_TRUE(c.received().ends_with("\r\n\r\n"));
    EXPECT_EQ(last_event().reason, Reason::size_probe);
}

TEST_F(HttpTest, RefusesWithAStatusAndAReason) {
    fs::create_directories(top / "root/dir");
    write("secret", "x");
    std::ofstream{top / "outside"} << "x";
    fs::create_symlink(top / "outside", top / "root/link");
    struct {
        std::string target;
        unsigned status;
        Reason reason;
    } const cases[] = {{"/missing", 404, Reason::file_not_found},
                       {"/dir", 403, Reason::not_a_file},
                       {"/dir/", 403, Reason::not_a_file},
                       {"/none/", 404, Reason::file_not_found},
                       {"/", 403, Reason::not_a_file},
                       {"/link", 403, Reason::link_leaves_root},
                       {"/../outside", 400, Reason::bad_target},
                       {"/%2e%2e/outside", 400, Reason::bad_target},
                       {"/a%00", 400, Reason::bad_target},
                       {"/a%2fb", 400, Reason::bad_target}};
    for (const auto& one : cases) {
        auto& c = answered(one.target);
        EXPECT_EQ(c.status(), one.status) << one.target;
        EXPECT_EQ(last_event().stage, Stage::http_failed);
        EXPECT_EQ(last_event().reason, one.reason) << one.target;
        EXPECT_THAT(c.received(), Not(HasSubstr(top.string()))) << "no path of ours goes out";
        EXPECT_FALSE(c.is_closed());
    }
}

TEST_F(HttpTest, ReadsNoBody) {
    write("a", "x");
    for (const auto* head : {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
                             "GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
                             "GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        const auto before = service->counts().requests;
        auto& c = client();
        c.send(std::string{head} + "GET /a HTTP/1.1\r\nHost: smuggled\r\n\r\n");
        loop.run_until([&] { return c.is_closed(); });
        EXPECT_EQ(c.status(), head[0] == 'P' ? 405U : 400U);
        EXPECT_EQ(service->counts().requests, before + 1) << "what follows is no request";
    }
}

TEST_F(HttpTest, MakesATextWhereNoFileIs) {
    generated = io::MadeText{"#!ipxe\n", {1, 7}};
    auto& c = answered("/boot.ipxe?mac=1");
    EXPECT_EQ(c.body(), "#!ipxe\n");
    EXPECT_THAT(c.received(), HasSubstr("Cache-Control: no-store\r\n"));
    EXPECT_EQ(last_event().line.line, 7U) << "the log says what it was made of";
    write("boot.ipxe", "#!ipxe real\n");
    EXPECT_EQ(answered("/boot.ipxe").body(), "#!ipxe real\n") << "a real file wins";
    EXPECT_EQ(answered("/other.ipxe").status(), 404U);
}

TEST_F(HttpTest, FindsAFileBesideTheProgramTheClientRuns) {
    fs::create_directories(top / "root/debian");
    write("debian/grubx64.efi", "grub");
    EXPECT_EQ(answered("/grubx64.efi").status(), 404U);
    program = "debian/shimx64.efi";
    EXPECT_EQ(answered("/grubx64.efi").body(), "grub");
    EXPECT_EQ(last_event().found, "debian/grubx64.efi");
    EXPECT_EQ(last_event().program, "debian/grubx64.efi");
    EXPECT_EQ(answered("/DEBIAN/GrubX64.EFI").body(), "grub");
    EXPECT_EQ(answered("/%2e%2e/grubx64.efi").status() / 100, 4U);
    EXPECT_FALSE(answered("/none").status() == 200U);
}

TEST_F(HttpTest, ListsDirectoriesWhenAsked) {
    fs::create_directories(top / "root/sub");
    write("a b", "x");
    policy.lists_directories = true;
    use_policy();
    EXPECT_THAT(answered("/").body(), HasSubstr("href=\"/a%20b\""));
    EXPECT_THAT(answered("/sub").body(), HasSubstr("<h1>/sub</h1>"));
    EXPECT_EQ(answered("/none/").status(), 404U);
    write("index.html", "mine");
    EXPECT_EQ(answered("/").body(), "mine");
}

TEST_F(HttpTest, HasRootsOfItsOwn) {
    fs::create_directories(top / "images");
    write("a", "tftp's");
    std::ofstream{top / "images/a"} << "http's";
    policy.roots.push_back({(top / "images").string(), "", {}});
    use_policy();
    EXPECT_EQ(answered("/a").body(), "http's");
    config::Config config;
    config.http = policy;
    config.http.roots.front().directory = (top / "gone").string();
    const auto files = io::open_served_files(config);
    ASSERT_FALSE(files);
    EXPECT_THAT(files.error(), HasSubstr("http-root"));
}

TEST_F(HttpTest, SaysNothingWhereItIsNotToServe) {
    write("a", "x");
    link.reset();
    auto& c = client();
    c.get("/a");
    loop.run_until([&] { return c.is_closed(); });
    EXPECT_EQ(c.received(), "");
    EXPECT_EQ(service->counts().refused, 1U);
    EXPECT_TRUE(events.empty());
}

TEST_F(HttpTest, EndsAConnectionWhoseInterfaceIsNoLongerServed) {
    write("f", "x");
    auto& c = answered("/f");
    EXPECT_THAT(c.received(), StartsWith("HTTP/1.1 200 OK\r\n"));
    link.reset();
    c.clear();
    c.get("/f");
    loop.run_until([&] { return c.is_closed() || c.has_answer(); });
    EXPECT_THAT(c.received(), Not(HasSubstr("200 OK")));
}

TEST_F(HttpTest, LimitsTheConnectionsOfAClient) {
    write("a", "x");
    policy.max_connections_a_client = 2;
    use_policy();
    answered("/a");
    answered("/a");
    auto& third = answered("/a");
    EXPECT_TRUE(third.is_closed());
    EXPECT_EQ(last_event().reason, Reason::too_many_connections);
    clients.pop_front();
    loop.run_until([&] { return service->connections() == 1; });
    EXPECT_EQ(answered("/a").status(), 200U) << "there is room again";
}

TEST_F(HttpTest, LetsIdleConnectionsMakeRoom) {
    write("a", "x");
    policy.max_connections = 2;
    use_policy();
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(answered("/a").status(), 200U) << i;
    EXPECT_LE(service->connections(), 2U);
}

TEST_F(HttpTest, KeepsIdleConnectionsWhileNobodyWaitsForTheirPlace) {
    write("a", "x");
    policy.max_connections = 2;
    use_policy();
    auto& first = answered("/a");
    auto& second = answered("/a");
    (void)loop.turns_within(milliseconds{100});
    EXPECT_FALSE(first.is_closed());
    EXPECT_FALSE(second.is_closed());
}

TEST_F(HttpTest, GivesUpOnWhoSendsNoWholeRequest) {
    policy.patience = {.head = seconds{1}, .idle = seconds{1}, .stall = seconds{1}};
    use_policy();
    auto& silent = client();
    auto& slow = client();
    slow.send("GET /a HTTP/1.1\r\nX");
    loop.run_until([&] { return silent.is_closed() && slow.is_closed(); });
    EXPECT_EQ(service->connections(), 0U);
}

TEST_F(HttpTest, GivesUpOnWhoTakesNothing) {
    write("big", random_text(20'000'000));
    policy.patience = {.head = seconds{10}, .idle = seconds{10}, .stall = seconds{2}};
    use_policy();
    auto& c = client();
    c.get("/big");
    c.pause();
    loop.run_until([&] { return service->running() == 1; });
    loop.run_until([&] { return service->connections() == 0; });
    EXPECT_EQ(last_event().stage, Stage::http_failed);
    EXPECT_EQ(last_event().reason, Reason::timed_out);
}

// Whoever resets the connection is noticed at the next piece, not by the sweep that gives up on the slow.
TEST_F(HttpTest, ForgetsWhoGoesAwayInTheMiddleThoughOthersStay) {
    write("small", "x");
    write("big", random_text(20'000'000));
    const auto& stays = answered("/small");
    for (int i = 0; i < 3; ++i) {
        auto& goes = client();
        goes.get("/big");
        goes.pause();
        loop.run_until([&] { return service->running() == 1; });
        clients.pop_back();  // with bytes unread, so that the kernel resets the connection
        loop.run_until([&] { return service->running() == 0; });
    }
    loop.run_until([&] { return service->connections() == 1; });
    EXPECT_FALSE(stays.is_closed());
}

TEST_F(HttpTest, ClosesRatherThanSendingAFileThatBecameShorter) {
    const auto text = write("big", random_text(20'000'000));
    auto& c = client();
    c.get("/big");
    c.pause();
    loop.run_until([&] { return service->running() == 1; });
    fs::resize_file(top / "root/big", 1000);
    c.watch();
    loop.run_until([&] { return c.is_closed() && service->running() == 0; });
    EXPECT_LT(c.received().size(), text.size());
    EXPECT_EQ(last_event().reason, Reason::file_shrank);
}

TEST_F(HttpTest, StopsInTheMiddleOfAnything) {
    write("big", random_text(20'000'000));
    auto& sending = client();
    sending.get("/big");
    sending.pause();
    client().send("GET /");
    loop.run_until([&] { return service->running() == 1; });
    service->finish();
    EXPECT_EQ(service->running(), 1U) << "what is being sent goes on";
    service->abandon();
    EXPECT_EQ(service->running(), 0U);
    EXPECT_EQ(service->connections(), 0U);
}

TEST_F(HttpTest, SaysWhoHasThePort) {
    io::HttpService second{loop,
                           {.link = [](unsigned) { return std::nullopt; },
                            .hardware_of = [](const Endpoint&) { return std::nullopt; },
                            .tell = [](machine::Event) {}}};
    const auto listening = second.listen({{port, 0, {}}}, {});
    ASSERT_FALSE(listening);
    EXPECT_THAT(listening.error(), HasSubstr("port " + std::to_string(port) + ": Address already in use"));
    EXPECT_TRUE(second.lacks_sockets());
    EXPECT_TRUE(second.listen({{port, 0, {}}}, {})) << "said once";
}

}  // namespace
