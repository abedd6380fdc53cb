// dhcp-range, dhcp-host, dhcp-boot and what sets tags, in the forms real files have.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "read.hpp"

namespace pxed::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The configuration of a text that must load.
Config loaded(const std::string& text) {
    auto config = read(text);
    EXPECT_TRUE(config) << problems_of(text);
    return config ? std::move(*config) : Config{};
}

std::string text_of(const dhcp::TagTests& tests) {
    std::string text;
    for (const auto& test : tests)
        text += (text.empty() ? "" : " ") + std::string{test.is_negated ? "!" : ""} + test.name;
    return text;
}

// A range in one line, to compare with.
std::string text_of(const dhcp::Range& range) {
    std::string text = range.first.text() + '-' + range.last.text();
    if (range.netmask) text += " mask " + range.netmask->text();
    if (range.broadcast) text += " broadcast " + range.broadcast->text();
    text += ' ' + std::to_string(range.lease_time.count()) + 's';
    if (range.is_static) text += " static";
    if (!range.set_tag.empty()) text += " set " + range.set_tag;
    if (!range.tests.empty()) text += " if " + text_of(range.tests);
    return text;
}

TEST(DhcpRange, TakesEveryForm) {
    const std::pair<std::string, std::string> forms[] = {
        {"10.0.0.5,10.0.0.9", "10.0.0.5-10.0.0.9 3600s"},
        {"10.0.0.5,10.0.0.5", "10.0.0.5-10.0.0.5 3600s"},
        {"10.0.0.5,10.0.0.9,12h", "10.0.0.5-10.0.0.9 43200s"},
        {"10.0.0.5,10.0.0.9,infinite", "10.0.0.5-10.0.0.9 4294967295s"},
        {"10.0.0.5,10.0.0.9,1m", "10.0.0.5-10.0.0.9 120s"},
        {"10.0.0.5,10.0.0.9,255.255.255.0", "10.0.0.5-10.0.0.9 mask 255.255.255.0 3600s"},
        {"10.0.0.5 , 10.0.0.9, 255.255.0.0 ,10.0.255.255, 2d",
         "10.0.0.5-10.0.0.9 mask 255.255.0.0 broadcast 10.0.255.255 172800s"},
        {"10.0.0.0,static", "10.0.0.0-10.0.0.0 3600s static"},
        {"10.0.0.0,static,255.255.255.0,600", "10.0.0.0-10.0.0.0 mask 255.255.255.0 600s static"},
        {"10.0.0.9,10.0.0.5", "10.0.0.5-10.0.0.9 3600s"},
        {"eth0,10.0.0.5,10.0.0.9", "10.0.0.5-10.0.0.9 3600s set eth0"},
        {"interface:eth0,10.0.0.5,10.0.0.9", "10.0.0.5-10.0.0.9 3600s set interface:eth0"},
        {"tag:a,tag:!b,set:c,10.0.0.5,10.0.0.9", "10.0.0.5-10.0.0.9 3600s set c if a !b"},
        {"net:a,10.0.0.5,10.0.0.9", "10.0.0.5-10.0.0.9 3600s if a"},
        {"set:a,10.0.0.5,10.0.0.9", "10.0.0.5-10.0.0.9 3600s set a"},
        {"tag:,10.0.0.5,10.0.0.9", "10.0.0.5-10.0.0.9 3600s"},
        {"10.0.0.5,10.0.0.9,", "10.0.0.5-10.0.0.9 3600s"},
        {"10.0.0.5,10.0.0.9 #,static", "10.0.0.5-10.0.0.9 3600s"},
        {"10.0.0.5,10.0.0.9,deprecated", "10.0.0.5-10.0.0.9 3600s"},
    };
    for (const auto& [value, expected] : forms) {
        const auto config = loaded("dhcp-range=" + value + "\n");
        ASSERT_EQ(config.dhcp.ranges.size(), 1U) << value;
        EXPECT_EQ(text_of(config.dhcp.ranges[0]), expected) << value;
    }
}

TEST(DhcpRange, OfIpv6IsSkippedWithAWarning) {
    for (const auto* value :
         {"::1,::ff,64,12h", "::,constructor:eth0", "fd00:1:2:3:4:5:6:7,fd00:1:2:3:4:5:6:8"}) {
        const auto config = loaded("dhcp-range=" + std::string{value} + "\n");
        EXPECT_THAT(config.dhcp.ranges, IsEmpty());
        EXPECT_EQ(config.findings.size(), 1U);
    }
}

TEST(DhcpRange, RemembersItsLine) {
    const auto config = loaded("# a comment\n\ndhcp-range=10.0.0.5,10.0.0.9\n");
    EXPECT_EQ(config.text_of(config.dhcp.ranges.at(0).origin), "/etc/pxed.conf:3");
}

std::string text_of(const dhcp::Host& host) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
    for (const auto& pattern : host.hardware) {
        add("mac" + std::to_string(pattern.type) + '/' +
            hex_text(std::span{pattern.bytes}.first(pattern.length)) + '/' +
            std::to_string(pattern.wildcards));
    }
    for (const auto& id : host.client_ids)
        add("id " + id.text());
    if (host.ignores_client_id) add("any-id");
    for (const auto& tag : host.set_tags)
        add("set " + tag);
    if (!host.tests.empty()) add("if " + text_of(host.tests));
    if (host.address) add(host.address->text());
    if (!host.name.empty()) add("name " + host.name);
    if (host.lease_time) add(std::to_string(host.lease_time->count()) + 's');
    if (host.is_ignored) add("ignored");
    return text;
}

TEST(DhcpHost, TakesEveryFormInAnyOrder) {
    const std::pair<std::string, std::string> forms[] = {
        {"11:22:33:44:55:66,192.168.0.60", "mac1/11:22:33:44:55:66/0 192.168.0.60"},
        {"192.168.0.60, infinite ,fred,11:22:33:44:55:66,set:red",
         "mac1/11:22:33:44:55:66/0 set red 192.168.0.60 name fred 4294967295s"},
        {"11:22:33:44:55:66,12:34:56:78:90:12,192.168.0.60",
         "mac1/11:22:33:44:55:66/0 mac1/12:34:56:78:90:12/0 192.168.0.60"},
        {"28:cd:c1:*:*:*", "mac1/28:cd:c1:00:00:00/56"},
        {"*:*:*:*:*:*,set:any", "mac1/00:00:00:00:00:00/63 set any"},
        {"06-aa:bb:cc:dd:ee:ff,ignore", "mac6/aa:bb:cc:dd:ee:ff/0 ignored"},
        {"id:01:02:0f,10.0.0.1", "id 01:02:0f 10.0.0.1"},
        {"id:marjorie,192.168.0.60", "id 6d:61:72:6a:6f:72:69:65 192.168.0.60"},
        {"ID:\"a:b\"", "id 61:3a:62"},
        {"id:*,11:22:33:44:55:66", "mac1/11:22:33:44:55:66/0 any-id"},
        {"bert,192.168.0.70,1m", "192.168.0.70 name bert 120s"},
        {"node.example.org.,45m", "name node.example.org 2700s"},
        {"aa-bb-cc-dd-ee-ff,10.0.0.3", "10.0.0.3 name aa-bb-cc-dd-ee-ff"},
        {"aabbccddeeff", "name aabbccddeeff"},
        {"11:22:33:44:55:66,set:a,net:b,tag:c,tag:!d", "mac1/11:22:33:44:55:66/0 set a set b if c !d"},
        {"11:22:33:44:55:66,[fd00::5],node", "mac1/11:22:33:44:55:66/0 name node"},
        {"11:22:33:44:55:66,86400", "mac1/11:22:33:44:55:66/0 86400s"},
        {"11:22:33:44:55:66,,x", "mac1/11:22:33:44:55:66/0 name x"},
        {"", ""},
    };
    for (const auto& [value, expected] : forms) {
        const auto config = loaded("dhcp-host=" + value + "\n");
        ASSERT_EQ(config.dhcp.hosts.size(), 1U) << value;
        EXPECT_EQ(text_of(config.dhcp.hosts[0]), expected) << value;
    }
}

TEST(DhcpBoot, TakesFileServerNameAndAddress) {
    struct Form {
        std::string value, file, name, address, tests;
    };
    const Form forms[] = {
        {"pxelinux.0", "pxelinux.0", "", "", ""},
        {"", "", "", "", ""},
        {"pxelinux.0,srv,10.0.0.9", "pxelinux.0", "srv", "10.0.0.9", ""},
        {"pxelinux.0,,10.0.0.9", "pxelinux.0", "", "10.0.0.9", ""},
        {"pxelinux.0,10.0.0.9", "pxelinux.0", "10.0.0.9", "", ""},
        {"pxelinux.0,,0.0.0.0", "pxelinux.0", "", "", ""},
        {"tag:efi,tag:!ipxe, grubx64.efi", "grubx64.efi", "", "", "efi !ipxe"},
        {"net:#ipxe,a", "a", "", "", "!ipxe"},
        {"tag:h,http://10.0.0.1/a?b=c#d,,", "http://10.0.0.1/a?b=c#d", "", "", "h"},
        {"\"my, file\",x", "my, file", "x", "", ""},
        {"\"tag:x\"", "tag:x", "", "", ""},
        {"'Network Boot'", "'Network Boot'", "", "", ""},
        {"tag:x,", "", "", "", "x"},
    };
    for (const auto& form : forms) {
        const auto config = loaded("dhcp-boot=" + form.value + "\n");
        ASSERT_EQ(config.dhcp.boots.size(), 1U) << form.value;
        const auto& boot = config.dhcp.boots[0];
        EXPECT_EQ(boot.file, form.file) << form.value;
        EXPECT_EQ(boot.server_name, form.name) << form.value;
        EXPECT_EQ(boot.server_address ? boot.server_address->text() : "", form.address) << form.value;
        EXPECT_EQ(text_of(boot.tests), form.tests) << form.value;
    }
}

TEST(DhcpClasses, SetTheirTagWithOrWithoutSet) {
    const auto config = loaded(
        "dhcp-vendorclass=set:efi,PXEClient:Arch:00007\ndhcp-vendorclass=bios,PXEClient:Arch:00000\n"
        "dhcp-userclass=set:ipxe,iPXE\ndhcp-vendorclass=set:x,\"a,b\"\n");
    ASSERT_EQ(config.dhcp.vendor_classes.size(), 3U);
    EXPECT_EQ(config.dhcp.vendor_classes[0].set_tag, "efi");
    EXPECT_EQ(config.dhcp.vendor_classes[0].text, "PXEClient:Arch:00007");
    EXPECT_EQ(config.dhcp.vendor_classes[1].set_tag, "bios");
    EXPECT_EQ(config.dhcp.vendor_classes[2].text, "a,b");
    EXPECT_EQ(config.dhcp.user_classes.at(0).set_tag, "ipxe");
}

TEST(DhcpMac, SetsItsTagByPattern) {
    const auto config = loaded("dhcp-mac=set:pi,b8:27:eb:*:*:*\n");
    EXPECT_EQ(config.dhcp.macs.at(0).set_tag, "pi");
    EXPECT_EQ(config.dhcp.macs.at(0).pattern.wildcards, 56U);
}

TEST(TagIf, KeepsFileOrder) {
    const auto config = loaded("tag-if=set:a,set:b,tag:c,tag:!d\ntag-if=tag:ppp*,set:x\n");
    ASSERT_EQ(config.dhcp.tag_ifs.size(), 2U);
    EXPECT_THAT(config.dhcp.tag_ifs[0].sets, ElementsAre("a", "b"));
    EXPECT_EQ(text_of(config.dhcp.tag_ifs[0].tests), "c !d");
    EXPECT_EQ(text_of(config.dhcp.tag_ifs[1].tests), "ppp*");
}

TEST(DhcpIgnore, TakesTheOldSpellingOfNot) {
    const auto config =
        loaded("dhcp-ignore=#known\ndhcp-ignore=tag:a,tag:!b\ndhcp-broadcast\ndhcp-broadcast=tag:x\n");
    EXPECT_EQ(text_of(config.dhcp.ignores.at(0).tests), "!known");
    EXPECT_EQ(text_of(config.dhcp.ignores.at(1).tests), "a !b");
    EXPECT_THAT(config.dhcp.broadcasts.at(0).tests, IsEmpty());
    EXPECT_EQ(text_of(config.dhcp.broadcasts.at(1).tests), "x");
}

TEST(DhcpFlags, SetTheirFields) {
    const auto config = loaded(
        "dhcp-authoritative\ndhcp-sequential-ip\ndhcp-ignore-clid\ndhcp-no-override\nno-ping\ndhcp-lease-max="
        "\"100\"\n"
        "domain=example.org\ndhcp-alternate-port=1067,1068\ndhcp-leasefile=/x/leases\n");
    EXPECT_TRUE(config.dhcp.is_authoritative);
    EXPECT_TRUE(config.dhcp.is_sequential);
    EXPECT_TRUE(config.dhcp.ignores_client_ids);
    EXPECT_TRUE(config.dhcp.keeps_header);
    EXPECT_FALSE(config.dhcp.probes);
    EXPECT_EQ(config.dhcp.lease_max, 100U);
    EXPECT_EQ(config.dhcp.domain, "example.org");
    EXPECT_EQ(config.dhcp.server_port, 1067);
    EXPECT_EQ(config.dhcp.client_port, 1068);
    EXPECT_EQ(config.lease_database_path(""), "/x/leases.db");
    EXPECT_EQ(config.directive_count, 9U);
}

TEST(DhcpAlternatePort, CountsUpFromTheServersPort) {
    EXPECT_EQ(loaded("dhcp-alternate-port\n").dhcp.client_port, 1068);
    EXPECT_EQ(loaded("dhcp-alternate-port=5000\n").dhcp.client_port, 5001);
}

TEST(LeaseDatabase, IsWhereTheLineOrTheLeaseFileOrSystemdSays) {
    EXPECT_EQ(loaded("lease-database=/a\ndhcp-leasefile=/b\n").lease_database_path("/c"), "/a");
    EXPECT_EQ(loaded("dhcp-lease=/b\n").lease_database_path(""), "/b.db");
    EXPECT_EQ(loaded("dhcp-lease=/b\n").lease_database_path("/c"), "/c/leases.db")
        << "whatever the unit may write: a drop-in must not move the leases";
    EXPECT_EQ(loaded("").lease_database_path("/c:/d"), "/c/leases.db");
    EXPECT_EQ(loaded("").lease_database_path(""), "/var/lib/pxed/leases.db");
}

TEST(LeaseDatabase, IsElsewhereWhenPxedIsStartedAnotherWay) {
    EXPECT_EQ(loaded("dhcp-lease=/b\n").other_lease_database_path("/c"), "/b.db");
    EXPECT_EQ(loaded("dhcp-lease=/b\n").other_lease_database_path(""), "/var/lib/pxed/leases.db");
    EXPECT_EQ(loaded("").other_lease_database_path(""), "");
    EXPECT_EQ(loaded("").other_lease_database_path("/var/lib/pxed"), "");
    EXPECT_EQ(loaded("lease-database=/a\ndhcp-leasefile=/b\n").other_lease_database_path("/c"), "");
}

}  // namespace
}  // namespace pxed::config
