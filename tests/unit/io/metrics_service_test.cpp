#include "io/metrics_service.hpp"

#include <filesystem>
#include <list>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "http_client.hpp"
#include "temporary_directory.hpp"
#include "test_loop.hpp"

namespace pxed::io {
namespace {

using test::HttpClient;
using ::testing::HasSubstr;

config::MetricsPlace at(std::string path) {
    config::MetricsPlace place;
    place.path = std::move(path);
    return place;
}

// A service on a socket in a directory of its own.
struct Rig {
    Rig() : service(loop, [this] { return "pxed_answers " + std::to_string(++answers) + '\n'; }) {}
    std::string path() const { return directory.file("m"); }
    std::string answer_to(std::string_view request) {
        HttpClient client{loop, path()};
        client.send(request);
        loop.run_until([&] { return client.is_closed(); });
        return client.received();
    }

    TemporaryDirectory directory;
    test::TestLoop loop;
    int answers = 0;
    MetricsService service;
};

TEST(MetricsService, AnswersOneRequestForMetricsAndCloses) {
    Rig rig;
    ASSERT_TRUE(rig.service.listen({at(rig.path())}));
    const auto answer = rig.answer_to("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4"));
    EXPECT_THAT(answer, HasSubstr("\r\n\r\npxed_answers 1\n"));
    EXPECT_THAT(rig.answer_to("GET /metrics?x=1 HTTP/1.0\r\n\r\n"), HasSubstr("pxed_answers 2\n"));
    EXPECT_THAT(rig.answer_to("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 404 "));
    EXPECT_THAT(rig.answer_to("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
                HasSubstr(" 405 "));
    EXPECT_EQ(rig.answers, 2);
}

TEST(MetricsService, OneClientTooManyIsClosedAndLaterOnesAreServed) {
    Rig rig;
    ASSERT_TRUE(rig.service.listen({at(rig.path())}));
    {
        std::list<HttpClient> clients;
        for (std::size_t i = 0; i < MetricsService::k_most_connections; ++i)
            clients.emplace_back(rig.loop, rig.path());
        HttpClient last{rig.loop, rig.path()};
        rig.loop.run_until([&] { return last.is_closed(); });
        for (const auto& client : clients)
            EXPECT_FALSE(client.is_closed());
    }
    // Those have gone, and the service learns so with their next event.
    std::string answer;
    for (int i = 0; i < 50 && answer.empty(); ++i)
        answer = rig.answer_to("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("pxed_answers 1"));
}

TEST(MetricsService, ListensAtThePlacesOfTheLastCallAndLeavesNothingBehind) {
    Rig rig;
    const auto other = rig.directory.file("n");
    ASSERT_TRUE(rig.service.listen({at(rig.path())}));
    struct stat status {};
    ASSERT_EQ(::stat(rig.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0660U);
    const auto inode = status.st_ino;
    ASSERT_TRUE(rig.service.listen({at(rig.path()), at(other)}));
    ASSERT_EQ(::stat(rig.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_ino, inode) << "a place that stays keeps its socket";
    ASSERT_TRUE(rig.service.listen({at(other)}));
    EXPECT_FALSE(std::filesystem::exists(rig.path()));
    rig.service.stop();
    EXPECT_FALSE(std::filesystem::exists(other));
}

TEST(MetricsService, ASocketThatWasLeftBehindIsTakenAndOneInUseIsNot) {
    Rig rig;
    test::TestLoop loop;
    {
        MetricsService other{loop, [] { return std::string{}; }};
        ASSERT_TRUE(other.listen({at(rig.path())}));
        const auto refused = rig.service.listen({at(rig.path())});
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.error(), HasSubstr("another program listens there"));
        EXPECT_TRUE(rig.service.lacks_sockets());
        EXPECT_TRUE(rig.service.listen({at(rig.path())})) << "said once";
        std::filesystem::rename(rig.path(), rig.directory.file("left"));
    }
    std::filesystem::rename(rig.directory.file("left"), rig.path());
    EXPECT_TRUE(rig.service.listen({at(rig.path())}));
    EXPECT_FALSE(rig.service.lacks_sockets());
}

// Another pxed, or another program, that is not asked as fast as its clients come: it must not lose its name.
TEST(MetricsService, ASocketWhoseQueueIsFullIsInUse) {
    Rig rig;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    rig.path().copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    const FileDescriptor other{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ASSERT_EQ(::bind(other.get(), name, sizeof address), 0);
    ASSERT_EQ(::listen(other.get(), 0), 0);
    std::list<FileDescriptor> waiting;
    do {
        waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    } while (waiting.size() < 100 && ::connect(waiting.back().get(), name, sizeof address) == 0);
    ASSERT_LT(waiting.size(), 100U);
    const auto refused = rig.service.listen({at(rig.path())});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("another program listens there"));
    EXPECT_TRUE(std::filesystem::exists(rig.path()));
}

TEST(MetricsService, ASocketOfAnotherKindIsLeftAlone) {
    Rig rig;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    rig.path().copy(address.sun_path, sizeof address.sun_path - 1);
    const FileDescriptor log{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    ASSERT_EQ(::bind(log.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const auto refused = rig.service.listen({at(rig.path())});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("Protocol wrong type for socket"));
    EXPECT_TRUE(std::filesystem::exists(rig.path()));
}

TEST(MetricsService, WithoutADescriptorItRestsAndServesLater) {
    Rig rig;
    ASSERT_TRUE(rig.service.listen({at(rig.path())}));
    HttpClient client{rig.loop, rig.path()};  // in the kernel's queue
    client.get("/metrics");
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto turns = rig.loop.turns_within(milliseconds{500});
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_LT(turns, 20U) << "some five asks a second";
    EXPECT_FALSE(client.is_closed());
    rig.loop.run_until([&] { return client.is_closed(); });
    EXPECT_THAT(client.received(), HasSubstr("pxed_answers 1"));
}

TEST(MetricsService, WhatIsNoSocketIsLeftAlone) {
    Rig rig;
    std::ofstream{rig.path()} << "precious";
    const auto refused = rig.service.listen({at(rig.path())});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("no socket"));
    EXPECT_EQ(rig.directory.read("m"), "precious");
    const auto nowhere = rig.service.listen({at("/nowhere/at/all")});
    ASSERT_FALSE(nowhere);
    EXPECT_THAT(nowhere.error(), HasSubstr("metrics=/nowhere/at/all: No such file or directory"));
    EXPECT_FALSE(rig.service.listen({at('/' + std::string(200, 'x'))}));
}

}  // namespace
}  // namespace pxed::io
