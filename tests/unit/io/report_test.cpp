#include "io/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pxed::io {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

dhcp::Range range(Ipv4 first, Ipv4 last, seconds lease_time = std::chrono::hours{8}) {
    dhcp::Range result;
    result.first = first;
    result.last = last;
    result.lease_time = lease_time;
    result.origin = {1, 12};
    return result;
}

config::Config lab() {
    config::Config config;
    config.files.emplace_back("/etc/pxed.conf");
    config.dhcp.ranges.push_back(range(Ipv4{192, 168, 1, 50}, Ipv4{192, 168, 1, 150}));
    config.tftp.is_enabled = true;
    config.tftp.roots.push_back({"/srv/tftp", "", {}});
    return config;
}

Interface link(std::string name, std::vector<Network> addresses = {}) {
    Interface result;
    result.name = std::move(name);
    result.addresses = std::move(addresses);
    return result;
}

TEST(Report, lease_times_read_as_dnsmasq_writes_them) {
    EXPECT_EQ(lease_time_text(std::chrono::hours{8}), "8h");
    EXPECT_EQ(lease_time_text(seconds{129600}), "1d12h");
    EXPECT_EQ(lease_time_text(seconds{150}), "2m30s");
    EXPECT_EQ(lease_time_text(k_infinite), "infinite");
    EXPECT_EQ(lease_time_text(seconds{0}), "0s");
}

TEST(Report, the_start_names_ranges_and_roots) {
    auto config = lab();
    auto hosts_only = range(Ipv4{10, 0, 0, 0}, Ipv4{10, 0, 0, 0}, std::chrono::hours{1});
    hosts_only.is_static = true;
    config.dhcp.ranges.push_back(hosts_only);
    config.tftp.roots.push_back({"/srv/other", "br1", {}});
    EXPECT_THAT(service_lines(config),
                ElementsAre("DHCP, IP range 192.168.1.50 -- 192.168.1.150, lease time 8h",
                            "DHCP, static leases only on 10.0.0.0, lease time 1h", "TFTP root is /srv/tftp",
                            "TFTP root is /srv/other on br1"));
    EXPECT_TRUE(service_lines(config::Config{}).empty());
}

TEST(Report, the_status_names_what_is_served_where_and_what_is_waited_for) {
    auto config = lab();
    config.daemon.interfaces = {{"br0", {}}, {"br1", {}}};
    const std::vector<Network> address{{Ipv4{192, 168, 1, 1}, netmask_of(24)}};
    EXPECT_EQ(status_line(config, {link("lo"), link("br0", address)}),
              "Serving DHCP, TFTP on br0; waiting for br1");
    EXPECT_EQ(status_line(config, {link("lo")}), "Ready to serve DHCP, TFTP; waiting for br0, br1");
    config.tftp.is_enabled = false;
    EXPECT_EQ(status_line(config, {link("br0"), link("br1", address)}),
              "Serving DHCP on br0 (no IPv4 address yet), br1");
    config.daemon.interfaces.clear();
    EXPECT_EQ(status_line(config, {link("br0", address), link("tap0")}), "Serving DHCP on br0");
}

TEST(Report, the_status_of_an_installed_package_says_what_to_edit) {
    config::Config config;
    config.files.emplace_back("/etc/pxed.conf");
    EXPECT_THAT(status_line(config, {link("br0")}), HasSubstr("Nothing is enabled: edit /etc/pxed.conf"));
    EXPECT_THAT(status_line(config::Config{}, {link("br0")}), HasSubstr("there is no /etc/pxed.conf"));
}

TEST(Report, the_status_counts_leases_and_boots_and_says_how_the_last_reload_went) {
    const auto config = lab();
    const std::vector<Interface> table{link("br0", {Network{Ipv4{192, 168, 1, 1}, Ipv4{255, 255, 255, 0}}})};
    EXPECT_EQ(status_line(config, table, {.leases = 1, .booting = 2, .reloaded = {}, .refusal = {}}),
              "Serving DHCP, TFTP on br0; 1 lease; 2 machines booting");
    EXPECT_THAT(
        status_line(config, table,
                    {.leases = 0, .booting = 0, .reloaded = WallTime{seconds{1'000'000'000}}, .refusal = {}}),
        testing::MatchesRegex(".*on br0; 0 leases; reloaded 2001-09-[0-9]+ [0-9:]+"));
    EXPECT_THAT(status_line(config, table,
                            {.leases = 0, .booting = 0, .reloaded = WallTime{}, .refusal = "x:1: bad"}),
                HasSubstr("; the last reload was refused, the configuration before it serves: x:1: bad"));
}

TEST(Report, statistics_count_a_pool_without_its_declined_addresses) {
    const auto config = lab();
    dhcp::LeaseTable leases;
    std::vector<dhcp::Lease> rows(3);
    rows[0].address = Ipv4{192, 168, 1, 50};
    rows[1].address = Ipv4{192, 168, 1, 150};
    rows[1].state = dhcp::Lease::State::declined;
    rows[2].address = Ipv4{192, 168, 1, 151};  // outside
    leases.load(rows);
    Figures figures;
    figures.leases = &leases;
    figures.dhcp.received = 7;
    figures.overruns = 2;
    ReasonCounts reasons;
    reasons.count(Reason::no_address);
    reasons.count(Reason::no_address);
    const auto lines = statistics_lines(config, figures, reasons);
    EXPECT_THAT(lines, Contains("DHCP, range 192.168.1.50 -- 192.168.1.150: 1 of 101 leased, 1 declined"));
    EXPECT_THAT(lines, Contains(HasSubstr("7 datagrams received")));
    EXPECT_THAT(lines, Contains(HasSubstr("2 lost because the receive buffer was full")));
    EXPECT_THAT(lines, Contains(HasSubstr("2 times no_address: ")));
}

TEST(Report, a_missing_range_is_explained_by_addresses_and_ranges) {
    const auto config = lab();
    EXPECT_EQ(no_range_detail(config, link("br0", {{Ipv4{172, 18, 0, 1}, netmask_of(16)}})),
              "br0 has 172.18.0.1/16; dhcp-range has 192.168.1.50 -- 192.168.1.150 (/etc/pxed.conf:12)");
    EXPECT_THAT(no_range_detail(config, link("br0")), HasSubstr("br0 has no IPv4 address"));
}

}  // namespace
}  // namespace pxed::io
