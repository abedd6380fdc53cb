#include "io/dhcp_taps.hpp"

#include <gtest/gtest.h>

namespace pxed::io {
namespace {

using Role = TapPoint::Role;

struct Host {
    Host() {
        add("eth0", Ipv4{10, 99, 0, 1});
        add("eth1", Ipv4{10, 98, 0, 1});
        dhcp::Range range;
        range.first = Ipv4{10, 99, 0, 50};
        range.last = Ipv4{10, 99, 0, 150};
        config.dhcp.ranges.push_back(range);
    }
    void add(const char* name, Ipv4 address) {
        Interface interface;
        interface.name = name;
        interface.index = static_cast<unsigned>(table.size()) + 2;
        interface.addresses = {{address, netmask_of(24)}};
        interface.is_up = true;
        links.push_back({interface.name, interface.index, interface.hardware, interface.addresses, false});
        table.push_back(std::move(interface));
    }
    [[nodiscard]] std::vector<std::pair<Role, unsigned>> points() const {
        std::vector<std::pair<Role, unsigned>> found;
        for (const auto& point : tap_points(config, table, links))
            found.emplace_back(point.role, point.interface);
        return found;
    }
    config::Config config;
    std::vector<Interface> table;
    std::vector<dhcp::Link> links;
};

using Points = std::vector<std::pair<Role, unsigned>>;

TEST(TapPoints, OthersAreHeardWhereARangeOfOursIs) {
    Host host;
    EXPECT_EQ(host.points(), (Points{{Role::other_servers, 2}}));
    host.config.daemon.except_interfaces.push_back({"eth0", {}});
    EXPECT_EQ(host.points(), Points{}) << "what is not served is nobody's business";
}

TEST(TapPoints, WithoutAPortRequestsAreHeardOnServedInterfacesAlone) {
    Host host;
    host.config.daemon.leaves_dhcp_port = true;
    EXPECT_EQ(host.points(), (Points{{Role::requests, 2}, {Role::other_servers, 2}, {Role::requests, 3}}));
    host.config.daemon.interfaces.push_back({"eth0", {}});
    EXPECT_EQ(host.points(), (Points{{Role::requests, 2}, {Role::other_servers, 2}}));
}

TEST(TapPoints, ARelayAgentHearsItsServersOnEverySide) {
    Host host;
    host.config.daemon.leaves_dhcp_port = true;
    host.config.daemon.interfaces.push_back({"eth0", {}});
    host.config.dhcp.ranges.clear();
    dhcp::Relay line;
    line.local = Ipv4{10, 99, 0, 1};
    line.server = Ipv4{10, 98, 0, 2};
    host.config.dhcp.relays.push_back(line);
    EXPECT_EQ(host.points(), (Points{{Role::requests, 2}, {Role::requests, 3}}));
}

TEST(TapPoints, WithoutDhcpNothingIsHeard) {
    Host host;
    host.config.dhcp.ranges.clear();
    EXPECT_EQ(host.points(), Points{});
}

TEST(TapPoints, PortsOfTheFileCount) {
    Host host;
    host.config.daemon.leaves_dhcp_port = true;
    host.config.dhcp.server_port = 1067;
    host.config.dhcp.client_port = 1068;
    const auto points = tap_points(host.config, host.table, host.links);
    ASSERT_EQ(points.size(), 3U);
    EXPECT_EQ(points[0].wanted.to_port, 1067);
    EXPECT_EQ(points[1].wanted.to_port, 1068);
    EXPECT_EQ(points[1].wanted.from_port, 1067);
}

}  // namespace
}  // namespace pxed::io
