// dhcp-option and dhcp-match: how a value is typed.

#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "config/option_value.hpp"
#include "read.hpp"

namespace pxed::config {
namespace {

// An option in one line, to compare with.
std::string text_of(const dhcp::ConfiguredOption& option) {
    std::string text = std::to_string(option.code);
    switch (option.envelope) {
        case dhcp::Envelope::plain:
            break;
        case dhcp::Envelope::vendor:
            text = "vendor(" + option.vendor_class + ") " + text;
            break;
        case dhcp::Envelope::encapsulated:
            text = "in " + std::to_string(option.outer_code) + ": " + text;
            break;
        case dhcp::Envelope::vendor_vi:
            text = "vi " + std::to_string(option.enterprise) + ": " + text;
            break;
    }
    text += " =" + (option.value.empty() ? "" : ' ' + hex_text(option.value));
    if (option.is_suppressed) text += " suppressed";
    if (option.has_text_value) text += " text";
    if (option.is_address_list) text += " addresses";
    if (option.sets_next_server) text += " next-server";
    if (option.is_forced) text += " forced";
    for (const auto& test : option.tests)
        text += (test.is_negated ? " !" : " ?") + test.name;
    return text;
}

std::string option_of(const std::string& value) {
    const auto config = read("dhcp-option=" + value + "\n");
    if (!config) return problems_of("dhcp-option=" + value + "\n");
    return config->dhcp.options.empty() ? "none" : text_of(config->dhcp.options[0]);
}

struct Form {
    std::string value, expected;
};

TEST(DhcpOption, TypesNumbersByTheOptionOrAsShortAsTheyFit) {
    const Form forms[] = {
        {"26,1500", "26 = 05:dc"},
        {"option:mtu,1500", "26 = 05:dc"},
        {"19,1", "19 = 01"},
        {"240,1", "240 = 01"},
        {"240,256", "240 = 01:00"},
        {"240,65536", "240 = 00:01:00:00"},
        {"240,5b", "240 = 05"},
        {"240,5s", "240 = 00:05"},
        {"240,5i", "240 = 00:00:00:05"},
        {"2,-3600", "2 = ff:ff:f1:f0"},
        {"58,3600", "58 = 00:00:0e:10"},
        {"58,1h", "58 = 00:00:0e:10"},
        {"58,90m", "58 = 00:00:15:18"},
        {"59,infinite", "59 = ff:ff:ff:ff"},
        {"93,7", "93 = 00:07"},
        {"26,05:dc", "26 = 05:dc"},
        {"240,4294967295", "240 = ff:ff:ff:ff"},
    };
    for (const auto& form : forms)
        EXPECT_EQ(option_of(form.value), form.expected) << form.value;
}

TEST(DhcpOption, TakesAddressesAndNetworks) {
    const Form forms[] = {
        {"3,192.168.4.4", "3 = c0:a8:04:04 addresses"},
        {"option:router,192.168.4.4", "3 = c0:a8:04:04 addresses"},
        {"OPTION:router", "/etc/pxed.conf:1: dhcp-option: there is no option number or option:NAME"},
        {"option:ROUTER,192.168.4.4", "3 = c0:a8:04:04 addresses"},
        {"6,0.0.0.0, 1.2.3.4", "6 = 00:00:00:00:01:02:03:04 addresses"},
        {"150,1.2.3.4,1.2.3.5", "150 = 01:02:03:04:01:02:03:05 addresses"},
        {"121,10.0.0.0/8,1.2.3.4", "121 = 08:0a:01:02:03:04"},
        {"121,0.0.0.0/0,1.2.3.4", "121 = 00:01:02:03:04"},
        {"121,192.168.4.128/25,1.2.3.4", "121 = 19:c0:a8:04:80:01:02:03:04"},
        {"240,1.2.3.4", "240 = 01:02:03:04 addresses"},
        {"255,10.0.0.9", "255 = 0a:00:00:09 addresses next-server"},
        {"option:server-ip-address,10.0.0.9", "255 = 0a:00:00:09 addresses next-server"},
    };
    for (const auto& form : forms)
        EXPECT_EQ(option_of(form.value), form.expected) << form.value;
}

TEST(DhcpOption, TextIsWhatTheOptionOrTheQuotesSay) {
    const Form forms[] = {
        {"66,1.2.3.4", "66 = 31:2e:32:2e:33:2e:34 text"},
        {"15,example.org", "15 = 65:78:61:6d:70:6c:65:2e:6f:72:67 text"},
        {"240,\"1.2.3.4\"", "240 = 31:2e:32:2e:33:2e:34 text"},
        {"240,\"5\"", "240 = 35 text"},
        {"240,\"01:02\"", "240 = 30:31:3a:30:32 text"},
        {"17,/srv, x", "17 = 2f:73:72:76:2c:20:78 text"},
        {"240,ff", "240 = 66:66 text"},  // a single group is not hexadecimal
        {"240,/1.2", "240 = 2f:31:2e:32 text"},
        {"43,01:02:03", "43 = 01:02:03"},
        {"209,a#b", "209 = 61:23:62 text"},
        {"15,\"\"", "15 = text"},
    };
    for (const auto& form : forms)
        EXPECT_EQ(option_of(form.value), form.expected) << form.value;
}

TEST(DhcpOption, WritesDomainNamesWithPointersToRepeatedTails) {
    EXPECT_EQ(option_of("119,a.b,c.b"), "119 = 01:61:01:62:00:01:63:c0:02");
    EXPECT_EQ(option_of("120,a.b"), "120 = 00:01:61:01:62:00");
    EXPECT_EQ(option_of("120,1.2.3.4"), "120 = 01:01:02:03:04");
}

TEST(DhcpOption, WithoutAValueIsSuppressedOrEmpty) {
    for (const auto* code : {"1", "3", "6", "12", "15", "28"}) {
        EXPECT_EQ(option_of(code), std::string{code} + " = suppressed");
    }
    EXPECT_EQ(option_of("option:router"), "3 = suppressed");
    EXPECT_EQ(option_of("80"), "80 =");
    EXPECT_EQ(option_of("encap:175,3"), "in 175: 3 =");
}

TEST(DhcpOption, SubOptionsAreTypedByTheirLooksAlone) {
    const Form forms[] = {
        {"vendor:PXEClient,6,2b", "vendor(PXEClient) 6 = 02"},
        {"vendor:,6,2b", "vendor() 6 = 02"},
        {"vendor:MSFT,2,1i", "vendor(MSFT) 2 = 00:00:00:01"},
        {"encap:175,tag:a,176,1b", "in 175: 176 = 01 ?a"},
        {"encap:175,190,user", "in 175: 190 = 75:73:65:72 text"},
        {"encap:43,3,0.0.0.0", "in 43: 3 = 00:00:00:00"},
        {"vi-encap:343,5,\"x\"", "vi 343: 5 = 78 text"},
    };
    for (const auto& form : forms)
        EXPECT_EQ(option_of(form.value), form.expected) << form.value;
}

TEST(DhcpOption, TakesTagsInEverySpelling) {
    EXPECT_EQ(option_of("tag:a,tag:!b,net:c,d,#e,3,1.2.3.4"), "3 = 01:02:03:04 addresses ?a !b ?c ?d !e");
    EXPECT_EQ(option_of("set:a,3,1.2.3.4"), "3 = 01:02:03:04 addresses ?a");
}

TEST(DhcpOption, ForcedOnesSayIt) {
    const auto config = read("dhcp-option-force=tag:h,60,HTTPClient\n");
    ASSERT_TRUE(config);
    EXPECT_EQ(text_of(config->dhcp.options[0]), "60 = 48:54:54:50:43:6c:69:65:6e:74 text forced ?h");
}

TEST(DhcpOption, LeavesOutWhatOnlyTheServerMaySend) {
    for (const auto* value : {"0,1", "52,1", "57,576", "81,x", "option6:23,[::]", ""}) {
        EXPECT_EQ(option_of(value), "none") << value;
        EXPECT_NE(warnings_of("dhcp-option=" + std::string{value} + "\n"), "") << value;
    }
    EXPECT_EQ(option_of("300,1"), "44 = 01") << "dnsmasq keeps the low byte";
}

std::string match_of(const std::string& value) {
    const auto config = read("dhcp-match=" + value + "\n");
    if (!config) return problems_of("dhcp-match=" + value + "\n");
    const auto& match = config->dhcp.matches.at(0);
    std::string text = match.set_tag + ": " + std::to_string(match.code);
    if (match.enterprise) text += " of " + std::to_string(*match.enterprise);
    switch (match.kind) {
        case dhcp::Match::Kind::presence:
            return text;
        case dhcp::Match::Kind::prefix_bytes:
            text += " begins";
            break;
        case dhcp::Match::Kind::text:
            text += " contains";
            break;
        case dhcp::Match::Kind::numbers:
            text += " lists/" + std::to_string(match.value.size());
            break;
    }
    text += ' ' + hex_text(match.value);
    for (const bool is_any : match.wildcards)
        text += is_any ? '*' : '.';
    return text;
}

TEST(DhcpMatch, TypesItsValueAsOptionsAre) {
    const Form forms[] = {
        {"set:ipxe,175", "ipxe: 175"},
        {"ipxe,175", "ipxe: 175"},
        {"tag:ipxe,175", "ipxe: 175"},
        {"set:efi,option:client-arch,7", "efi: 93 lists/2 00:07"},
        {"set:efi,93,7", "efi: 93 lists/2 00:07"},
        {"set:http,175,19", "http: 175 lists/1 13"},
        {"set:x,60,PXE", "x: 60 contains 50:58:45"},
        {"set:x,61,01:*:03", "x: 61 begins 01:00:03.*."},
        {"set:x,50,10.0.0.1", "x: 50 lists/4 0a:00:00:01"},
        {"set:x,vi-encap:343", "x: 124 of 343"},
        {"set:x,vi-encap:343,foo", "x: 124 of 343 contains 66:6f:6f"},
        {"set:x,option:hostname,a,b", "x: 12 contains 61:2c:62"},
    };
    for (const auto& form : forms)
        EXPECT_EQ(match_of(form.value), form.expected) << form.value;
}

TEST(EncodeNames, RefusesLabelsThatDoNotFit) {
    const std::string label(64, 'a');
    const Field long_label{label};
    EXPECT_FALSE(encode_names(std::span{&long_label, 1}));
    const Field twice{"a..b"};
    EXPECT_FALSE(encode_names(std::span{&twice, 1}));
}

}  // namespace
}  // namespace pxed::config
