// domain= and the lines about names.

#include <gtest/gtest.h>

#include "config/domain.hpp"
#include "read.hpp"

namespace pxed::config {
namespace {

std::string domains_of(const std::string& text) {
    const auto config = read(text);
    if (!config) return problems_of(text);
    std::string result = config->dhcp.domain;
    for (const auto& domain : config->dhcp.names.domains) {
        result += " | " + domain.name + ' ';
        result += domain.addresses ? domain.addresses->first.text() + '-' + domain.addresses->second.text()
                                   : domain.interface;
    }
    return result;
}

TEST(Domain, TakesEveryForm) {
    EXPECT_EQ(domains_of("domain=Lab.Example.\n"), "lab.example");
    EXPECT_EQ(domains_of("domain=a\ndomain=b\n"), "b");
    EXPECT_EQ(domains_of("domain-suffix=a\n"), "a");
    EXPECT_EQ(domains_of("domain=a,10.0.0.5\n"), " | a 10.0.0.5-10.0.0.5");
    EXPECT_EQ(domains_of("domain=a,10.0.0.5,10.0.0.9\n"), " | a 10.0.0.5-10.0.0.9");
    EXPECT_EQ(domains_of("domain=a,10.0.0.5,10.0.0.9,local\n"), " | a 10.0.0.5-10.0.0.9");
    EXPECT_EQ(domains_of("domain=a,10.0.0.77/24\n"), " | a 10.0.0.0-10.0.0.255");
    EXPECT_EQ(domains_of("domain=a,10.0.0.0/22,local\n"), " | a 10.0.0.0-10.0.3.255");
    EXPECT_EQ(domains_of("domain=a,0.0.0.0/0\n"), " | a 0.0.0.0-255.255.255.255");
    EXPECT_EQ(domains_of("domain=a,eth0\n"), " | a eth0");
}

TEST(Domain, RefusesWhatDnsmasqRefuses) {
    const auto what = [](const std::string& line) { return problems_of(line + "\n"); };
    const std::string at = "/etc/pxed.conf:1: domain: ";
    EXPECT_EQ(what("domain=a,10.0.0.0/33"), at + "\"10.0.0.0/33\" is no network (10.0.0.0/8)");
    EXPECT_EQ(what("domain=a,10.0.0.0/x"), at + "\"10.0.0.0/x\" is no network (10.0.0.0/8)");
    EXPECT_EQ(what("domain=a,10.0.0.0/24,x"), at + "only \"local\" may stand behind a network, not \"x\"");
    EXPECT_EQ(what("domain=a,10.0.0.1,x"), at + "\"x\" is no address; the form is NAME,FIRST,LAST");
    EXPECT_EQ(what("dhcp-fqdn"),
              "/etc/pxed.conf:1: dhcp-fqdn: there must be a default domain; write domain=NAME as well");
    EXPECT_EQ(what("dhcp-fqdn\ndomain=a,eth0"), what("dhcp-fqdn"));
    EXPECT_EQ(what("dhcp-fqdn\ndomain=a"), "no problem");
}

TEST(Domain, WarnsOfWhatHasNoEffect) {
    const auto warned = [](const std::string& line) {
        return !warnings_of(line + "\n").empty() && problems_of(line + "\n") == "no problem";
    };
    for (const auto* line : {"domain=bad name", "domain=-x", "domain=a..b", "domain=a,", "domain=,eth0",
                             "domain=#,eth0", "domain=a,300.1.1.1", "domain=a,10.0.0.9,10.0.0.1",
                             "domain=a,10.0.0.1,10.0.0.9,x", "domain=a,eth0,local", "domain=a,fd00::/64"})
        EXPECT_TRUE(warned(line)) << line << ": " << warnings_of(std::string{line} + "\n");
}

TEST(Domain, OfTheResolverIsTheFirstOfItsSearchList) {
    EXPECT_EQ(domain_in_resolv_conf("nameserver 10.0.0.1\nsearch Lab.example eng.example\n"), "lab.example");
    EXPECT_EQ(domain_in_resolv_conf("domain old.example\n"), "old.example");
    EXPECT_EQ(domain_in_resolv_conf("domain old.example\n\tsearch new.example"), "new.example");
    EXPECT_EQ(domain_in_resolv_conf("search\nsearching x\n#search y\n"), std::nullopt);
    const Files files{{"/etc/pxed.conf", "domain=#\n"}, {"/etc/resolv.conf", "search lab.example\n"}};
    EXPECT_EQ(load("/etc/pxed.conf", {}, reader_of(files))->dhcp.domain, "lab.example");
    const Files without{{"/etc/pxed.conf", "domain=#\n"}, {"/etc/resolv.conf", "nameserver 10.0.0.1\n"}};
    EXPECT_EQ(load("/etc/pxed.conf", {}, reader_of(without)).error().front().text(),
              "/etc/pxed.conf:1: domain: there is no search line in /etc/resolv.conf; write the domain "
              "instead of \"#\"");
}

TEST(RelayMatch, IsTextOrBytes) {
    const auto config =
        read("dhcp-circuitid=set:a,port7\ndhcp-remoteid=b,0A:1:ff\ndhcp-subscrid=set:c,\"1:2\"\n");
    ASSERT_TRUE(config);
    const auto& matches = config->dhcp.relay_matches;
    ASSERT_EQ(matches.size(), 3U);
    EXPECT_EQ(matches[0].suboption, 1);
    EXPECT_EQ(matches[0].value, (std::vector<std::uint8_t>{'p', 'o', 'r', 't', '7'}));
    EXPECT_EQ(matches[1].suboption, 2);
    EXPECT_EQ(matches[1].set_tag, "b");
    EXPECT_EQ(matches[1].value, (std::vector<std::uint8_t>{0x0a, 0x01, 0xff}));
    EXPECT_EQ(matches[2].suboption, 6);
    EXPECT_EQ(matches[2].value, (std::vector<std::uint8_t>{'1', ':', '2'}));
}

TEST(RelayMatch, RefusesAndWarnsAsDnsmasqWould) {
    for (const auto* line : {"dhcp-circuitid=set:c", "dhcp-remoteid=set:c,a,b", "dhcp-subscrid="})
        EXPECT_NE(problems_of(std::string{line} + "\n"), "no problem") << line;
    for (const auto* line : {"dhcp-circuitid=set:c,", "dhcp-circuitid=,x", "dhcp-circuitid=set:c,01:zz"}) {
        EXPECT_EQ(problems_of(std::string{line} + "\n"), "no problem") << line;
        EXPECT_NE(warnings_of(std::string{line} + "\n"), "") << line;
    }
}

TEST(NameMatch, TakesOneStarBehindTheName) {
    const auto config =
        read("dhcp-name-match=set:a,kiosk*\ndhcp-name-match=b,Exact\ndhcp-name-match=set:c,*\n");
    ASSERT_TRUE(config);
    const auto& matches = config->dhcp.names.matches;
    ASSERT_EQ(matches.size(), 3U);
    EXPECT_EQ(matches[0].name, "kiosk");
    EXPECT_TRUE(matches[0].is_prefix);
    EXPECT_EQ(matches[1].name, "Exact");
    EXPECT_FALSE(matches[1].is_prefix);
    EXPECT_TRUE(matches[2].is_prefix);
    EXPECT_NE(problems_of("dhcp-name-match=set:a\n"), "no problem");
    EXPECT_NE(problems_of("dhcp-name-match=set:a,\n"), "no problem");
    EXPECT_NE(warnings_of("dhcp-name-match=set:a,*x\n"), "");
}

}  // namespace
}  // namespace pxed::config
