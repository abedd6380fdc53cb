// What stands in a reply.
#include "dhcp/configured.hpp"
#include "dhcp/reply.hpp"
#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

std::string value(const Decision& decision, std::uint8_t code) {
    const auto found = decision.reply ? decision.reply->options.find(code) : std::nullopt;
    return found ? hex_text(*found) : "absent";
}

std::string text(const Decision& decision, std::uint8_t code) {
    const auto found = decision.reply ? decision.reply->options.find(code) : std::nullopt;
    return found ? std::string{as_text(*found)} : "absent";
}

std::vector<int> codes(const Decision& decision) {
    std::vector<int> all;
    const Options& options = decision.reply->options;
    for (std::size_t i = 0; i < options.size(); ++i)
        all.push_back(options[i].code);
    return all;
}

ConfiguredOption option(std::uint8_t code, std::vector<std::uint8_t> data, TagTests tests = {}) {
    ConfiguredOption result;
    result.code = code;
    result.value = std::move(data);
    result.tests = std::move(tests);
    return result;
}

// Golden vector I of dnsmasq 2.90; 61 comes back (RFC 6842) before what is configured, the header has what 66
// says as well.
TEST(Options, ComeInDnsmasqsOrderAndTheFilesReverseOrder) {
    Rig rig;
    rig.policy.options = {text_option(66, "1.2.3.4"), text_option(17, "1.2.3.4"),
                          option(150, {1, 2, 3, 4, 1, 2, 3, 5}), option(43, {1, 2, 3})};
    const auto offer = rig.ask(discover("client-id=01:02:03 parameter-request=1,3,17,28,43,58,59,66,150"));
    EXPECT_EQ(codes(offer), (std::vector{53, 54, 51, 61, 58, 59, 1, 28, 3, 43, 150, 17, 66}));
    EXPECT_EQ(value(offer, 43), "01:02:03");
    EXPECT_EQ(text(offer, 17), "1.2.3.4");
    EXPECT_EQ(text(offer, 66), std::string("1.2.3.4\0", 8));
    EXPECT_EQ(offer.reply->siaddr, ip("10.99.0.1"));
    EXPECT_EQ(offer.reply->sname, "1.2.3.4");
}

TEST(Options, OnlyWhatIsAskedForIsSentUnlessForced) {
    Rig rig;
    auto forced = text_option(60, "HTTPClient");
    forced.is_forced = true;
    rig.policy.options = {text_option(17, "/root"), option(42, {10, 0, 0, 1}), forced};
    const auto offer = rig.ask(discover("parameter-request=42"));
    EXPECT_EQ(codes(offer), (std::vector{53, 54, 51, 58, 59, 1, 28, 60, 42}));
    EXPECT_EQ(text(offer, 60), "HTTPClient");
}

TEST(Options, TaggedBeatsRangeTagBeatsUntaggedAndTheLastLineBeatsTheRest) {
    Rig rig;
    rig.policy.ranges.front().set_tag = "lab";
    rig.policy.macs.push_back({"mine", exactly("02:00:00:00:0a:01"), {}});
    const TagTests mine{{"mine", false}}, lab{{"lab", false}}, nobody{{"nobody", false}};
    auto& options = rig.policy.options;
    options = {text_option(17, "plain-1"), text_option(17, "plain-2")};
    EXPECT_EQ(text(rig.ask(discover()), 17), "plain-2");
    options.push_back(option(17, bytes("range-1"), lab));
    options.push_back(option(17, bytes("plain-3")));
    EXPECT_EQ(text(rig.ask(discover()), 17), "range-1");
    options.push_back(option(17, bytes("tagged-1"), mine));
    options.push_back(option(17, bytes("tagged-2"), mine));
    options.push_back(option(17, bytes("range-2"), lab));
    options.push_back(option(17, bytes("nobody"), nobody));
    EXPECT_EQ(text(rig.ask(discover()), 17), "tagged-2");
}

TEST(Options, ALineWithoutValueSuppressesADefault) {
    Rig rig;
    auto no_router = option(3, {});
    no_router.is_suppressed = true;
    auto no_broadcast = option(28, {});
    no_broadcast.is_suppressed = true;
    rig.policy.options = {no_router, no_broadcast, option(19, {})};
    EXPECT_EQ(codes(rig.ask(discover())), (std::vector{53, 54, 51, 58, 59, 1, 19}));
}

TEST(Options, ZeroAddressesStandForThisServer) {
    Rig rig;
    auto dns = option(6, {0, 0, 0, 0, 8, 8, 8, 8});
    dns.is_address_list = true;
    rig.policy.options = {dns, option(200, {0, 0, 0, 0})};
    const auto offer = rig.ask(discover());
    EXPECT_EQ(value(offer, 6), "0a:63:00:01:08:08:08:08");
    EXPECT_EQ(value(offer, 200), "00:00:00:00");
}

TEST(Options, NoNameServerUnlessConfigured) {
    Rig rig;
    EXPECT_EQ(value(rig.ask(discover("parameter-request=6")), 6), "absent");
}

TEST(Options, RenewalTimesFollowTheLeaseOrTheFile) {
    Rig rig;
    rig.policy.options = {option(58, {0, 0, 0, 100}), option(59, {0, 0, 0, 200})};
    auto offer = rig.ask(discover("parameter-request=1"));
    EXPECT_EQ(offer.reply->options.u32(58), 100U);
    EXPECT_EQ(offer.reply->options.u32(59), 200U);
    rig.policy.options = {option(58, {0, 1, 0, 0}), option(59, {0xff, 0, 0, 0})};  // beyond the lease
    offer = rig.ask(discover());
    EXPECT_EQ(offer.reply->options.u32(58), 14400U);
    EXPECT_EQ(offer.reply->options.u32(59), 25200U);
    rig.policy.options = {option(59, {0, 0, 0, 200})};  // before half of the lease
    offer = rig.ask(discover());
    EXPECT_EQ(offer.reply->options.u32(58), 199U);
    EXPECT_EQ(offer.reply->options.u32(59), 200U);
    rig.policy.options = {option(58, {0, 0, 0, 2})};  // a slip
    EXPECT_EQ(rig.ask(discover()).reply->options.u32(58), 14400U);
    rig.policy.ranges.front().lease_time = k_infinite;
    offer = rig.ask(discover());
    EXPECT_EQ(value(offer, 51), "ff:ff:ff:ff");
    EXPECT_EQ(value(offer, 58), "absent");
    EXPECT_EQ(value(offer, 59), "absent");
}

TEST(Options, TheClientMayAskForAShorterLeaseButNotUnderTwoMinutes) {
    Rig rig;
    EXPECT_EQ(rig.ask(discover("lease-time=600")).reply->options.u32(51), 600U);
    EXPECT_EQ(rig.ask(discover("lease-time=5")).reply->options.u32(51), 120U);
    EXPECT_EQ(rig.ask(discover("lease-time=90000")).reply->options.u32(51), 28800U);
    EXPECT_EQ(rig.ask(discover("lease-time=4294967295")).reply->options.u32(51), 28800U);
    auto host = host_with_address("02:00:00:00:0a:01", "10.99.0.10");
    host.lease_time = k_infinite;
    rig.policy.hosts.push_back(host);
    EXPECT_EQ(rig.ask(discover()).reply->options.u32(51), 0xffffffffU);
    EXPECT_EQ(rig.ask(discover("lease-time=900")).reply->options.u32(51), 900U);
}

TEST(Options, DomainAndHostNameAreSentWhenAskedFor) {
    Rig rig;
    rig.policy.domain = "lab.example";
    auto host = host_with_address("02:00:00:00:0a:01", "10.99.0.10");
    host.name = "node7.lab.example";
    rig.policy.hosts.push_back(host);
    const auto offer = rig.ask(discover("parameter-request=12,15 hostname=\"pc\""));
    EXPECT_EQ(text(offer, 15), "lab.example");
    EXPECT_EQ(text(offer, 12), "absent");  // news to the client: dnsmasq keeps it for the ACK
    EXPECT_EQ(text(rig.ask(discover("parameter-request=12,15")), 12), "node7");
    EXPECT_EQ(text(rig.ask(discover("parameter-request=12 hostname=\"node7\"")), 12), "node7");
    const auto ack =
        rig.ask(request("parameter-request=12,15 requested-address=10.99.0.10 server-identifier=10.99.0.1"));
    EXPECT_EQ(text(ack, 12), "node7");
    EXPECT_EQ(ack.events.front().host_name, "node7");
    EXPECT_EQ(rig.leases.find(ip("10.99.0.10"))->host_name, "node7");
    EXPECT_EQ(text(rig.ask(discover("parameter-request=1")), 15), "absent");
}

TEST(Options, TextsEndInNulForClientsThatEndTheirsSo) {
    Rig rig;
    rig.policy.domain = "lab";
    rig.policy.options = {text_option(17, "/root"), option(201, {1})};
    const auto offer = rig.ask(discover("hostname=\"win\\x00\""));
    EXPECT_EQ(text(offer, 17), std::string("/root\0", 6));
    EXPECT_EQ(text(offer, 15), std::string("lab\0", 4));
    EXPECT_EQ(value(offer, 201), "01");
}

TEST(Options, TheIdentitiesComeBackUnaltered) {
    Rig rig;
    const auto offer = rig.ask(discover("client-id=ff:00:01 97=00:11:22:33"));
    EXPECT_EQ(value(offer, 61), "ff:00:01");
    EXPECT_EQ(value(offer, 97), "00:11:22:33");
    EXPECT_EQ(value(rig.ask(discover("61=")), 61), "absent");
}

TEST(Options, NothingAClientMaySayIsEchoedAndHopsAndSecsAreZero) {
    Rig rig;
    const auto offer = rig.ask(discover("secs=9 max-message-size=1500 parameter-request=50,55,57,1"));
    EXPECT_EQ(codes(offer), (std::vector{53, 54, 51, 58, 59, 1, 28}));
    EXPECT_EQ(offer.reply->secs, 0);
    EXPECT_EQ(offer.reply->hops, 0);
}

TEST(Options, ConfiguredNumbersThatAreTheServersBusinessAreNotSent) {
    Rig rig;
    for (const std::uint8_t code : {50, 51, 52, 53, 54, 55, 57, 61, 81, 82})
        rig.policy.options.push_back(option(code, {9, 9, 9, 9}));
    EXPECT_EQ(codes(rig.ask(discover())), (std::vector{53, 54, 51, 58, 59, 1, 28, 3}));
    EXPECT_EQ(value(rig.ask(discover()), 51), "00:00:70:80");
}

// ---- encapsulation ----

ConfiguredOption inside(Envelope envelope, std::uint8_t code, std::vector<std::uint8_t> data) {
    ConfiguredOption result = option(code, std::move(data));
    result.envelope = envelope;
    return result;
}

TEST(Encapsulated, VendorOptionsGoToTheirVendorInOption43) {
    Rig rig;
    auto vendor = inside(Envelope::vendor, 6, {0x2b});
    vendor.vendor_class = "PXEClient";
    rig.policy.options = {vendor};
    const auto offer = rig.ask(discover("vendor-class=\"PXEClient:Arch:00000\""));
    EXPECT_EQ(value(offer, 43), "06:01:2b:ff");
    EXPECT_EQ(text(offer, 60), "PXEClient:Arch:00000");  // option 43 means what 60 says
    EXPECT_EQ(value(rig.ask(discover("vendor-class=\"MSFT 5.0\"")), 43), "absent");
    EXPECT_EQ(value(rig.ask(discover()), 43), "absent");
    EXPECT_EQ(value(rig.ask(discover("vendor-class=\"PXEClient\" parameter-request=1")), 43), "absent");
    vendor.vendor_class.clear();
    rig.policy.options = {vendor};
    EXPECT_EQ(value(rig.ask(discover("vendor-class=\"any\"")), 43), "06:01:2b:ff");
    // As dnsmasq: who has no class has no vendor.
    EXPECT_EQ(value(rig.ask(discover()), 43), "absent");
}

TEST(Encapsulated, AForcedVendorClassCountsAsTheClients) {
    Rig rig;
    auto vendor = inside(Envelope::vendor, 1, {7});
    vendor.vendor_class = "HTTPClient";
    auto forced = text_option(60, "HTTPClient");
    forced.is_forced = true;
    rig.policy.options = {vendor, forced};
    const auto offer = rig.ask(discover("parameter-request=43"));
    EXPECT_EQ(value(offer, 43), "01:01:07:ff");
    EXPECT_EQ(text(offer, 60), "HTTPClient");
}

TEST(Encapsulated, OthersAreGatheredUnderTheirOuterOption) {
    Rig rig;
    auto first = inside(Envelope::encapsulated, 8, {1});
    first.outer_code = 175;
    auto second = inside(Envelope::encapsulated, 176, {1});
    second.outer_code = 175;
    second.is_forced = true;
    rig.policy.options = {first, second};
    EXPECT_EQ(value(rig.ask(discover()), 175), "b0:01:01:08:01:01:ff");
    EXPECT_EQ(value(rig.ask(discover("parameter-request=1")), 175), "b0:01:01:ff");
}

TEST(Encapsulated, VendorIdentifyingOptionsAreBlocksByEnterprise) {
    Rig rig;
    auto one = inside(Envelope::vendor_vi, 1, {0xaa});
    one.enterprise = 9;
    auto two = inside(Envelope::vendor_vi, 2, {0xbb, 0xcc});
    two.enterprise = 9;
    auto three = inside(Envelope::vendor_vi, 1, {0xdd});
    three.enterprise = 10;
    rig.policy.options = {three, two, one};
    EXPECT_EQ(value(rig.ask(discover()), 125), "00:00:00:09:07:01:01:aa:02:02:bb:cc:00:00:00:0a:03:01:01:dd");
}

TEST(Encapsulated, AnElementTooLongForItsLengthByteIsLeftOut) {
    Rig rig;
    rig.policy.options = {inside(Envelope::vendor, 1, std::vector<std::uint8_t>(256, 7)),
                          inside(Envelope::vendor, 2, std::vector<std::uint8_t>(255, 7))};
    const auto offer = rig.ask(discover("vendor-class=\"any\""));
    EXPECT_EQ(offer.reply->options.find(43)->size(), 2U + 255U + 1U);
}

// ---- boot ----

TEST(Boot, HeaderIsFilledWhetherOrNotTheOptionsAreAskedFor) {
    Rig rig;
    auto boot = boot_file("grub.efi");
    boot.server_name = "bootserver";
    rig.policy.boots = {boot};
    for (const std::string list : {"parameter-request=66,67", "parameter-request=1", ""}) {
        const auto offer = rig.ask(discover(list));
        EXPECT_EQ(offer.reply->file, "grub.efi");
        EXPECT_EQ(offer.reply->sname, "bootserver");
        EXPECT_EQ(offer.reply->siaddr, ip("10.99.0.1"));
        // As dnsmasq: one without a list reads the header.
        const bool is_asked = list == "parameter-request=66,67";
        EXPECT_EQ(text(offer, 67), is_asked ? std::string("grub.efi\0", 9) : "absent");
        EXPECT_EQ(text(offer, 66), is_asked ? std::string("bootserver\0", 11) : "absent");
        EXPECT_FALSE(offer.reply->options.has(k_overload));
    }
}

// Golden vector F.
TEST(Boot, DhcpNoOverrideKeepsItInTheHeader) {
    Rig rig;
    auto boot = boot_file("pxelinux.0");
    boot.server_name = "srv";
    boot.server_address = ip("10.99.0.9");
    rig.policy.boots = {boot};
    rig.policy.keeps_header = true;
    const auto offer = rig.ask(discover("parameter-request=66,67"));
    EXPECT_EQ(offer.reply->siaddr, ip("10.99.0.9"));
    EXPECT_EQ(offer.reply->sname, "srv");
    EXPECT_EQ(offer.reply->file, "pxelinux.0");
    EXPECT_EQ(text(offer, 66), "absent");
    EXPECT_EQ(text(offer, 67), "absent");
}

TEST(Boot, LastMatchingTaggedLineWinsAndUntaggedIsTheFallback) {
    Rig rig;
    auto efi = boot_file("efi"), ipxe = boot_file("http://10.99.0.1/boot.ipxe"), plain = boot_file("bios");
    efi.tests = {{"efi", false}};
    ipxe.tests = {{"ipxe", false}};
    rig.policy.boots = {efi, ipxe, plain};
    rig.policy.matches = {matching("ipxe", 175, Match::Kind::presence),
                          matching("efi", 93, Match::Kind::numbers, {0, 7})};
    EXPECT_EQ(rig.ask(discover()).reply->file, "bios");
    EXPECT_EQ(rig.ask(discover("client-arch=7")).reply->file, "efi");
    EXPECT_EQ(rig.ask(discover("client-arch=7 175=01:01:01")).reply->file, "http://10.99.0.1/boot.ipxe");
}

TEST(Boot, ANameTooLongForTheHeaderGoesIntoOption67Alone) {
    Rig rig;
    rig.policy.boots = {boot_file(std::string(128, 'x'))};
    for (const bool keeps_header : {false, true}) {
        rig.policy.keeps_header = keeps_header;
        const auto offer = rig.ask(discover("parameter-request=1"));
        EXPECT_EQ(offer.reply->file, "");
        EXPECT_EQ(text(offer, 67), std::string(128, 'x') + '\0');
        EXPECT_EQ(offer.reason, Reason::boot_file_too_long);
        EXPECT_EQ(offer.events.front().reason, Reason::boot_file_too_long);
    }
    rig.policy.boots = {boot_file(std::string(127, 'x'))};
    EXPECT_EQ(rig.ask(discover()).reply->file.size(), 127U);
}

TEST(Boot, OptionsDoWithoutADhcpBootLine) {
    Rig rig;
    auto next_server = option(255, {10, 99, 0, 9});
    next_server.sets_next_server = true;
    rig.policy.options = {text_option(67, "grub.efi"), text_option(66, "srv"), next_server};
    auto offer = rig.ask(discover("parameter-request=67"));
    EXPECT_EQ(offer.reply->file, "grub.efi");
    EXPECT_EQ(offer.reply->sname, "srv");
    EXPECT_EQ(offer.reply->siaddr, ip("10.99.0.9"));
    EXPECT_EQ(text(offer, 67), std::string("grub.efi\0", 9));
    EXPECT_EQ(text(offer, 66), "absent");
    EXPECT_FALSE(offer.reply->options.has(255));
    EXPECT_EQ(offer.events.front().file, "grub.efi");
}

// ---- size ----

TEST(ReplyLimit, FollowsOption57WithinBounds) {
    const std::pair<std::string, std::size_t> cases[] = {
        {"", 548},         {"57=00", 548},     {"57=00:00", 548},   {"57=00:64", 548},    {"57=02:40", 548},
        {"57=02:41", 549}, {"57=05:dc", 1472}, {"57=ff:ff", 16384}, {"57=05:dc:00", 548},
    };
    for (const auto& [more, expected] : cases)
        EXPECT_EQ(Rig{}.ask(discover(more)).reply_limit, expected) << more;
}

TEST(Trace, SaysInDnsmasqsWordsWhatWasAskedAndSent) {
    Rig rig;
    rig.policy.boots.push_back(boot_file("pxelinux.0"));
    const auto offer = rig.ask(discover("vendor-class=\"PXEClient\" parameter-request=1,3,67"));
    for (const std::string line :
         {"4660 available DHCP range: 10.99.0.50 -- 10.99.0.150", "4660 vendor class: PXEClient",
          "4660 tags: br0", "4660 requested options: 1:netmask, 3:router, 67:bootfile-name",
          "4660 bootfile name: pxelinux.0", "4660 next server: 10.99.0.1",
          "4660 sent size:  4 option:  1 netmask  255.255.255.0"}) {
        EXPECT_NE(("\n" + offer.trace + "\n").find("\n" + line + "\n"), std::string::npos) << line << "\nin\n"
                                                                                           << offer.trace;
    }
}

}  // namespace
}  // namespace pxed::dhcp
