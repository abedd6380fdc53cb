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

TEST(Served, no_dhcp_interface_beats_names_and_addresses) {
    auto none = policy({"eth*"}, {}, {Ipv4{10, 0, 0, 1}});
    none.no_dhcp_interfaces.push_back({{"eth0", {}}, true});
    EXPECT_FALSE(is_served(none, link("eth0", Ipv4{10, 0, 0, 1})));
    EXPECT_TRUE(is_served(none, link("eth1")));
}

TEST(Served, tftp_stops_with_no_dhcp_interface_but_not_with_its_half) {
    config::Config config;
    config.daemon.no_dhcp_interfaces.push_back({{"eth0", {}}, true});
    config.daemon.no_dhcp_interfaces.push_back({{"eth1", {}}, false});
    EXPECT_FALSE(is_served(tftp_rules(config), link("eth0")));
    EXPECT_TRUE(is_served(tftp_rules(config), link("eth1")));
    config.tftp.interfaces = {"eth0"};
    EXPECT_TRUE(is_served(tftp_rules(config), link("eth0")));
}

TEST(Served, an_alias_is_taken_for_the_interface_that_was_named_last) {
    const std::vector<Interface> table{link("br0"), link("br1"), link("tap0"), link("tap1")};
    auto rules = policy({});
    EXPECT_EQ(taken_for(rules, table[2], table), &table[2]);
    rules.bridges.push_back({"br0", {{"tap*", {}}}, {}});
    rules.bridges.push_back({"br1", {{"tap1", {}}}, {}});
    EXPECT_EQ(taken_for(rules, table[2], table)->name, "br0");
    EXPECT_EQ(taken_for(rules, table[3], table)->name, "br1");
    EXPECT_EQ(taken_for(rules, table[0], table)->name, "br0");
}

TEST(Served, an_alias_of_an_interface_that_is_not_there_is_nobody) {
    const std::vector<Interface> table{link("tap0"), link("br0a")};
    auto rules = policy({});
    rules.bridges.push_back({"br0", {{"tap0", {}}}, {}});
    EXPECT_EQ(taken_for(rules, table[0], table), nullptr);
    // A pattern that matches its own interface does not make it an alias of itself.
    rules.bridges = {{"br0a", {{"br0*", {}}}, {}}};
    EXPECT_EQ(taken_for(rules, table[1], table), &table[1]);
}

TEST(Served, an_address_that_alone_admits_the_interface_is_its_first) {
    Interface two = link("eth0", Ipv4{10, 0, 0, 1});
    two.addresses.push_back({Ipv4{10, 0, 0, 2}, netmask_of(24)});
    const auto first = [&](const config::DaemonPolicy& rules) {
        return addresses_as_served(rules, two).front().address;
    };
    EXPECT_EQ(first(policy({})), (Ipv4{10, 0, 0, 1}));
    EXPECT_EQ(first(policy({}, {}, {Ipv4{10, 0, 0, 2}})), (Ipv4{10, 0, 0, 2}));
    EXPECT_EQ(first(policy({"eth0"}, {}, {Ipv4{10, 0, 0, 2}})), (Ipv4{10, 0, 0, 1}));
    EXPECT_EQ(first(policy({"eth0"}, {"eth0"}, {Ipv4{10, 0, 0, 2}})), (Ipv4{10, 0, 0, 2}));
    EXPECT_EQ(first(policy({}, {}, {Ipv4{10, 0, 0, 1}, Ipv4{10, 0, 0, 2}})), (Ipv4{10, 0, 0, 1}));
}

}  // namespace
}  // namespace pxed::io
