#include "io/inherited_listeners.hpp"

#include <cstdlib>
#include <functional>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/socket_address.hpp"
#include "io/tcp_listener.hpp"

namespace pxed::io {
namespace {

constexpr int k_first = 3;  // SD_LISTEN_FDS_START

std::uint16_t port_of(int socket) {
    SocketAddress local;
    local.length = sizeof local.storage;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&local.storage), &local.length) != 0) return 0;
    return local.endpoint().port();
}

// In a process that was given these descriptors as systemd gives them: whether all that `holds` says is true.
bool in_started_process(const std::vector<int>& given, const std::string& meant_for,
                        const std::function<bool(const InheritedListeners&)>& holds) {
    const auto child = ::fork();
    if (child == 0) {
        // Out of the way first: one of them may be where another has to be.
        std::vector<int> apart;
        for (const int number : given)
            apart.push_back(::fcntl(number, F_DUPFD, 100));
        for (std::size_t i = 0; i < apart.size(); ++i)
            ::dup2(apart[i], k_first + static_cast<int>(i));
        ::setenv("LISTEN_PID", meant_for.empty() ? std::to_string(::getpid()).c_str() : meant_for.c_str(), 1);
        ::setenv("LISTEN_FDS", std::to_string(given.size()).c_str(), 1);
        const auto taken = InheritedListeners::take();
        ::_exit(holds(taken) && std::getenv("LISTEN_FDS") == nullptr ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class Inherited : public testing::Test {
 protected:
    FileDescriptor datagrams{::socket(AF_INET, SOCK_DGRAM, 0)};
    FileDescriptor listening{::socket(AF_INET, SOCK_STREAM, 0)};
    std::uint16_t port = 0;

    void SetUp() override {
        ASSERT_EQ(::listen(listening.get(), 1), 0);  // the kernel chooses a port
        port = port_of(listening.get());
        ASSERT_NE(port, 0);
    }
};

TEST_F(Inherited, a_listening_socket_is_known_by_its_port) {
    EXPECT_TRUE(in_started_process({listening.get()}, "", [this](const InheritedListeners& taken) {
        return taken.has(port) && taken.ports() == std::vector{port};
    }));
}

TEST_F(Inherited, what_does_not_listen_for_connections_is_left_out) {
    EXPECT_TRUE(in_started_process(
        {datagrams.get(), listening.get()}, "",
        [this](const InheritedListeners& taken) { return taken.ports() == std::vector{port}; }));
}

TEST_F(Inherited, each_who_asks_has_a_descriptor_of_its_own) {
    EXPECT_TRUE(in_started_process({listening.get()}, "", [this](const InheritedListeners& taken) {
        { const auto first = taken.listener(port); }  // closed again: the port was switched off
        const auto second = taken.listener(port);
        Accepted accepted;
        return second.is_open() && port_of(second.get()) == port &&
               accept_from(second, accepted) == Acceptance::none_waiting;
    }));
}

TEST_F(Inherited, another_port_has_none) {
    EXPECT_TRUE(in_started_process({listening.get()}, "", [this](const InheritedListeners& taken) {
        return !taken.listener(static_cast<std::uint16_t>(port + 1)).is_open();
    }));
}

TEST_F(Inherited, what_was_meant_for_another_process_is_not_ours) {
    EXPECT_TRUE(in_started_process({listening.get()}, std::to_string(::getpid()),
                                   [](const auto& taken) { return taken.ports().empty(); }));
}

}  // namespace
}  // namespace pxed::io
