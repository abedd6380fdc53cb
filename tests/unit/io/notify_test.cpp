#include "io/notify.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/file_descriptor.hpp"

namespace pxed::io {
namespace {

/// systemd's end: an abstract socket that NOTIFY_SOCKET names.
class Systemd {
 public:
    Systemd() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const auto name = "pxed-notify-test-" + std::to_string(::getpid());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(name.begin(), name.end(), address.sun_path + 1);
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
        ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }
    ~Systemd() {
        ::unsetenv("NOTIFY_SOCKET");
        ::unsetenv("WATCHDOG_USEC");
    }
    std::string next(int flags = MSG_DONTWAIT) {
        std::array<char, 1024> memory{};
        const auto size = ::recv(socket_.get(), memory.data(), memory.size(), flags);
        return size < 0 ? std::string{} : std::string{memory.data(), static_cast<std::size_t>(size)};
    }

 private:
    FileDescriptor socket_;
};

TEST(Notifier, says_ready_with_a_status_of_one_line) {
    Systemd systemd;
    ev::dynamic_loop loop{k_loop_flags};
    Notifier notifier{loop};
    notifier.ready("Serving br0\nwaiting for br1");
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=Serving br0 waiting for br1");
}

TEST(Notifier, sends_a_status_only_when_it_changes) {
    Systemd systemd;
    ev::dynamic_loop loop{k_loop_flags};
    Notifier notifier{loop};
    notifier.status("one");
    notifier.status("one");
    notifier.status("two");
    EXPECT_EQ(systemd.next(), "STATUS=one");
    EXPECT_EQ(systemd.next(), "STATUS=two");
    EXPECT_EQ(systemd.next(), "");
}

TEST(Notifier, a_reload_carries_its_time_in_the_same_message) {
    Systemd systemd;
    ev::dynamic_loop loop{k_loop_flags};
    Notifier notifier{loop};
    notifier.reloading();
    EXPECT_EQ(systemd.next().rfind("RELOADING=1\nMONOTONIC_USEC=", 0), 0U);
    notifier.stopping();
    EXPECT_EQ(systemd.next().rfind("STOPPING=1", 0), 0U);
}

TEST(Notifier, feeds_the_watchdog_from_the_loop) {
    Systemd systemd;
    ::setenv("WATCHDOG_USEC", "20000", 1);
    ev::dynamic_loop loop{k_loop_flags};
    Notifier notifier{loop};
    loop.run(ev::ONCE);
    EXPECT_EQ(systemd.next(), "WATCHDOG=1");
    loop.run(ev::ONCE);
    EXPECT_EQ(systemd.next(), "WATCHDOG=1");
}

}  // namespace
}  // namespace pxed::io
