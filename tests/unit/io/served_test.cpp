#include "io/served.hpp"

#include <gtest/gtest.h>

namespace pxed::io {
namespace {

Interface link(std::string name, Ipv4 address = {}) {
    Interface result;
    result.is_loopback = name == "lo";
    result.name = std::move(name);
    if (!address.is_zero()) result.addresses.push_back({address, netmask_of(24)});
    return result;
}

config::DaemonPolicy policy(std::vector<std::string> names, std::vector<std::string> except = {},
                            std::vector<Ipv4> listens = {}) {
    config::DaemonPolicy result;
    for (auto& name : names)
        result.interfaces.push_back({std::move(name), {}});
    for (auto& name : except)
        result.except_interfaces.push_back({std::move(name), {}});
    for (const auto address : listens)
        result.listen_addresses.push_back({address, {}});
    return result;
}

TEST(Served, without_names_every_interface_is_but_loopback) {
    EXPECT_TRUE(is_served(policy({}), link("eth0")));
    EXPECT_FALSE(is_served(policy({}), link("lo")));
    EXPECT_TRUE(is_served(policy({}), link("lo"), Loopback::always));
}

TEST(Served, with_names_only_those_are) {
    const auto named = policy({"br0", "virbr*"});
    EXPECT_TRUE(is_served(named, link("br0")));
    EXPECT_TRUE(is_served(named, link("virbr12")));
    EXPECT_FALSE(is_served(named, link("eth0")));
    EXPECT_FALSE(is_served(named, link("lo")));
}

TEST(Served, loopback_is_when_it_is_named) {
    EXPECT_TRUE(is_served(policy({"lo"}), link("lo")));
    EXPECT_FALSE(is_served(policy({}, {"lo"}), link("lo"), Loopback::always));
}

TEST(Served, an_exception_beats_a_name) {
    EXPECT_FALSE(is_served(policy({"br*"}, {"br1"}), link("br1")));
    EXPECT_TRUE(is_served(policy({"br*"}, {"br1"}), link("br0")));
    EXPECT_FALSE(is_served(policy({}, {"eth0"}), link("eth0")));
}

TEST(Served, an_address_that_listens_admits_its_interface_even_an_excepted_one) {
    const auto listens = policy({}, {"eth0"}, {Ipv4{10, 0, 0, 1}});
    EXPECT_TRUE(is_served(listens, link("eth0", Ipv4{10, 0, 0, 1})));
    EXPECT_FALSE(is_served(listens, link("eth1", Ipv4{10, 0, 0, 2})));
    EXPECT_TRUE(is_served(policy({"eth1"}, {}, {Ipv4{10, 0, 0, 1}}), link("eth1")));
}

TEST(Served, tftp_follows_dhcp_unless_it_names_interfaces_of_its_own) {
    config::Config config;
    config.daemon = policy({"eth0"}, {"eth1"});
    EXPECT_TRUE(is_served(tftp_rules(config), link("eth0"), Loopback::always));
    config.tftp.interfaces = {"eth1", "vnet*"};
    EXPECT_TRUE(is_served(tftp_rules(config), link("eth1"), Loopback::always));
    EXPECT_TRUE(is_served(tftp_rules(config), link("vnet3"), Loopback::always));
    EXPECT_FALSE(is_served(tftp_rules(config), link("eth0"), Loopback::always));
}

TEST(Served, a_name_nobody_bears_is_missing_once_and_patterns_never_are) {
    const std::vector<Interface> table{link("lo"), link("eth0")};
    EXPECT_EQ(missing_interfaces(policy({"br0", "eth0", "br0", "tap*"}), table),
              (std::vector<std::string>{"br0"}));
}

}  // namespace
}  // namespace pxed::io
