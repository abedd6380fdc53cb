#include "io/listen_point.hpp"

#include <csignal>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/dhcp_service.hpp"
#include "io/port_owner.hpp"
#include "io/tcp_listener.hpp"
#include "netns.hpp"

namespace pxed::io {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Another process that has the socket, and nothing else to do.
class OtherProgram {
 public:
    explicit OtherProgram(UdpSocket) : process_(::fork()) {
        while (process_ == 0)
            ::pause();
    }
    ~OtherProgram() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    OtherProgram(const OtherProgram&) = delete;
    OtherProgram& operator=(const OtherProgram&) = delete;
    [[nodiscard]] pid_t process() const { return process_; }

 private:
    pid_t process_;
};

std::vector<Interface> table() {
    std::vector<Interface> result(3);
    result[0].name = "lo";
    result[0].index = 1;
    result[0].is_loopback = true;
    result[1].name = "br0";
    result[1].index = 2;
    result[2].name = "eth0";
    result[2].index = 3;
    return result;
}

TEST(ListenPoint, one_socket_hears_all_interfaces_unless_told_to_bind) {
    config::DaemonPolicy policy;
    policy.interfaces.push_back({"br0", {}});
    const auto points = listen_points(policy, 67, table(), Loopback::when_named);
    ASSERT_EQ(points.size(), 1U);
    EXPECT_EQ(points[0].interface, 0U);
    EXPECT_EQ(points[0].port, 67);
}

TEST(ListenPoint, bound_ones_are_the_served_interfaces_that_are_there) {
    config::DaemonPolicy policy;
    policy.binds_interfaces = true;
    policy.interfaces = {{"br0", {}}, {"br9", {}}};
    const auto dhcp = listen_points(policy, 67, table(), Loopback::when_named);
    ASSERT_EQ(dhcp.size(), 1U);
    EXPECT_EQ(dhcp[0].name, "br0");
    EXPECT_EQ(listen_points(policy, 69, table(), Loopback::always).size(), 2U);
}

TEST(ListenPoint, a_renamed_interface_is_the_same_point_and_one_made_anew_is_not) {
    EXPECT_EQ((ListenPoint{67, 4, "br0"}), (ListenPoint{67, 4, "br1"}));
    EXPECT_NE((ListenPoint{67, 4, "br0"}), (ListenPoint{67, 5, "br0"}));
    EXPECT_NE((ListenPoint{67, 4, "br0"}), (ListenPoint{69, 4, "br0"}));
}

TEST(ListenPoint, all_interfaces_and_one_of_them_exclude_each_other) {
    EXPECT_TRUE(excludes({67, 0, ""}, {67, 4, "br0"}));
    EXPECT_TRUE(excludes({67, 4, "br0"}, {67, 0, ""}));
    EXPECT_FALSE(excludes({67, 4, "br0"}, {67, 5, "br1"}));
    EXPECT_FALSE(excludes({67, 0, ""}, {69, 4, "br0"}));
}

TEST(ListenPoint, a_port_that_is_taken_is_named_with_its_owner) {
    test::in_own_network([] {
        const ListenPoint point{67, 0, {}};
        const OtherProgram other{*open_listener(point, {})};
        const auto second = open_listener(point, {});
        ASSERT_FALSE(second);
        EXPECT_THAT(second.error(), HasSubstr("67"));
        EXPECT_THAT(second.error(), HasSubstr("Address already in use"));
        EXPECT_THAT(second.error(), HasSubstr("(process " + std::to_string(other.process()) + ") of user "));
        EXPECT_THAT(second.error(), HasSubstr("(uid " + std::to_string(::geteuid()) + ") has it"));
        EXPECT_THAT(second.error(), HasSubstr("`ss -lunp sport = :67`"));
    });
}

TEST(ListenPoint, we_are_never_the_ones_who_have_the_port) {
    test::in_own_network([] {
        const auto own = open_listener({67, 0, {}}, {});
        ASSERT_TRUE(own) << own.error();
        EXPECT_EQ(owner_of_port(Transport::udp, 67), "");
    });
}

TEST(ListenPoint, one_interface_that_cannot_be_bound_blocks_no_other_and_is_said_once) {
    test::in_own_network([] {
        test::run("ip link add br0 type bridge && ip link add br1 type bridge");
        const std::vector<ListenPoint> points{{67, ::if_nametoindex("br0"), "br0"},
                                              {67, ::if_nametoindex("br1"), "br1"}};
        std::set<ListenPoint> refused;
        {
            const OtherProgram other{*UdpSocket::open(Endpoint{Ipv4{}, 67}, {.interface = "br0"})};
            const auto first = open_points(points, {}, refused);
            EXPECT_EQ(first.sockets.size(), 1U);
            EXPECT_TRUE(first.sockets.contains(points[1]));
            EXPECT_THAT(first.failures, StartsWith("interface br0, "));
            EXPECT_THAT(first.failures,
                        HasSubstr("(process " + std::to_string(other.process()) + ") of user "));
            EXPECT_EQ(open_points({points[0]}, {}, refused).failures, "");
            EXPECT_EQ(refused.size(), 1U);
        }
        EXPECT_EQ(open_points({points[0]}, {}, refused).sockets.size(), 1U);
        EXPECT_TRUE(refused.empty());
    });
}

TEST(ListenPoint, an_interface_that_went_while_we_looked_is_waited_for) {
    test::in_own_network([] {
        std::set<ListenPoint> refused;
        const auto opened = open_points({{67, 99, "gone0"}}, {}, refused);
        EXPECT_TRUE(opened.sockets.empty());
        EXPECT_EQ(opened.failures, "");
        EXPECT_TRUE(refused.empty());
    });
}

TEST(ListenPoint, dhcp_serves_the_interfaces_it_can) {
    test::in_own_network([] {
        test::run("ip link add br0 type bridge && ip link add br1 type bridge");
        ev::dynamic_loop loop{k_loop_flags};
        Interfaces interfaces{loop, [] {}};
        ASSERT_TRUE(interfaces.open());
        DhcpService service{loop, interfaces, {}};
        config::Config config;
        config.daemon.binds_interfaces = true;
        config.daemon.interfaces.push_back({"br*", {}});
        config.dhcp.ranges.emplace_back();
        const OtherProgram other{*UdpSocket::open(Endpoint{Ipv4{}, 67}, {.interface = "br0"})};
        EXPECT_FALSE(service.listen(config));
        EXPECT_EQ(service.socket_count(), 1U);
        EXPECT_TRUE(service.lacks_sockets());
        EXPECT_TRUE(service.listen(config)) << "it was said";
    });
}

TEST(ListenPoint, two_interfaces_are_listened_on_side_by_side) {
    test::in_own_network([] {
        test::run("ip link add br0 type bridge && ip link add br1 type bridge");
        ev::dynamic_loop loop{k_loop_flags};
        Interfaces interfaces{loop, [] {}};
        ASSERT_TRUE(interfaces.open());
        config::DaemonPolicy policy;
        policy.binds_interfaces = true;
        policy.interfaces.push_back({"br*", {}});
        const auto points = listen_points(policy, 67, interfaces.all(), Loopback::when_named);
        ASSERT_EQ(points.size(), 2U);
        const auto first = open_listener(points[0], {.sends_broadcast = true});
        const auto second = open_listener(points[1], {.sends_broadcast = true});
        EXPECT_TRUE(first && second);
    });
}

TEST(PortOwner, nobody_owns_a_port_that_nobody_has) {
    test::in_own_network([] {
        EXPECT_EQ(owner_of_port(Transport::udp, 67), "");
        EXPECT_EQ(taken_port_text(Transport::tcp, 80), "`ss -ltnp sport = :80` shows which program has it");
    });
}

// The kernel tells everybody; which process it is only root may see.
TEST(PortOwner, the_user_is_that_of_the_socket) {
    test::in_own_network([] {
        auto socket = open_listener({67, 0, {}}, {});
        ASSERT_TRUE(socket) << socket.error();
        constexpr uid_t k_nobody = 65534;
        if (::fchown(socket->descriptor(), k_nobody, static_cast<gid_t>(-1)) != 0)
            return test::skip("needs CAP_CHOWN");
        const OtherProgram other{std::move(*socket)};
        EXPECT_THAT(taken_port_text(Transport::udp, 67), HasSubstr("of user nobody (uid 65534) has it"));
        EXPECT_THAT(taken_port_text(Transport::udp, 68), HasSubstr("which program")) << "another port";
        EXPECT_THAT(taken_port_text(Transport::tcp, 67), HasSubstr("which program")) << "another protocol";
    });
}

TEST(PortOwner, a_listening_tcp_socket_counts) {
    test::in_own_network([] {
        auto listener = open_tcp_listener({80, 0, {}});
        ASSERT_TRUE(listener) << listener.error();
        EXPECT_EQ(owner_of_port(Transport::tcp, 80), "") << "ours is in nobody's way";
        EXPECT_THAT(taken_port_text(Transport::tcp, 80), HasSubstr("shows which program"));
    });
}

}  // namespace
}  // namespace pxed::io
