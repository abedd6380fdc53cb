// Who asks: client, tags, dhcp-host lines.
#include "dhcp/classify.hpp"

#include "dhcp/host.hpp"
#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

// The tags a packet gets, as log-dhcp says them.
std::string tags_of(Rig& rig, std::string_view packet) {
    const std::string trace = "\n" + rig.decide(packet).trace + "\n";
    constexpr std::string_view k_words = " tags: ";
    const auto begin = trace.find(k_words);
    if (begin == trace.npos) return "";
    const auto value = begin + k_words.size();
    return trace.substr(value, trace.find('\n', value) - value);
}

bool is_match(const Match& line, std::string_view packet) {
    const auto message = message_from_text(packet);
    EXPECT_TRUE(message) << packet;
    return message && matches(line, message->options);
}

TEST(Match, LooksAtTheWholeOptionItsBeginningItsTextOrItsNumbers) {
    using Kind = Match::Kind;
    EXPECT_TRUE(is_match(matching("t", 175, Kind::presence), "DISCOVER 175=01:01:01"));
    // dnsmasq: an option of length zero is not there.
    EXPECT_FALSE(is_match(matching("t", 175, Kind::presence), "DISCOVER 175="));
    EXPECT_FALSE(is_match(matching("t", 175, Kind::presence), "DISCOVER"));

    auto prefix = matching("t", 61, Kind::prefix_bytes, {0xaa, 0, 0xcc});
    prefix.wildcards = {false, true, false};
    EXPECT_TRUE(is_match(prefix, "DISCOVER client-id=aa:bb:cc"));
    EXPECT_TRUE(is_match(prefix, "DISCOVER client-id=aa:00:cc:dd"));
    EXPECT_FALSE(is_match(prefix, "DISCOVER client-id=aa:bb:cd"));
    EXPECT_FALSE(is_match(prefix, "DISCOVER client-id=aa:bb"));
    EXPECT_FALSE(is_match(prefix, "DISCOVER client-id=00:aa:bb:cc"));

    const auto text = matching("t", 60, Kind::text, bytes("Arch:00007"));
    EXPECT_TRUE(is_match(text, "DISCOVER vendor-class=\"PXEClient:Arch:00007:UNDI:003016\""));
    EXPECT_FALSE(is_match(text, "DISCOVER vendor-class=\"pxeclient:arch:00007\""));
    EXPECT_FALSE(is_match(text, "DISCOVER 60="));

    const auto number = matching("t", 93, Kind::numbers, {0, 7});
    EXPECT_TRUE(is_match(number, "DISCOVER client-arch=9,7"));
    EXPECT_FALSE(is_match(number, "DISCOVER client-arch=9"));
    EXPECT_FALSE(is_match(number, "DISCOVER 93=00:00:07:00"));  // not at an element's place
    EXPECT_FALSE(is_match(number, "DISCOVER 93=hex:07"));
    EXPECT_FALSE(is_match(matching("t", 93, Kind::numbers, {}), "DISCOVER client-arch=7"));
}

TEST(Match, ReadsTheClassesOfAnEnterprise) {
    auto line = matching("t", 124, Match::Kind::text, bytes("abc"));
    line.enterprise = 9;
    EXPECT_TRUE(is_match(line, "DISCOVER 124=00:00:00:09:06:01:7a:03:61:62:63"));
    EXPECT_TRUE(is_match(line, "DISCOVER 124=00:00:00:08:00:00:00:00:09:04:03:61:62:63"));
    EXPECT_FALSE(is_match(line, "DISCOVER 124=00:00:00:08:04:03:61:62:63"));
    EXPECT_FALSE(is_match(line, "DISCOVER 124=00:00:00:09:ff:03:61:62:63"));  // a length that lies
    EXPECT_FALSE(is_match(line, "DISCOVER 124=00:00"));
    line.kind = Match::Kind::presence;
    EXPECT_TRUE(is_match(line, "DISCOVER 124=00:00:00:09:00"));
}

TEST(UserClass, IsReadAsRfc3004AndAsIpxeSendsIt) {
    const std::vector<std::uint8_t> counted = {4, 'i', 'P', 'X', 'E', 2, 'a', 'b'};
    EXPECT_TRUE(user_class_contains(counted, "iPXE"));
    EXPECT_TRUE(user_class_contains(counted, "ab"));
    EXPECT_FALSE(user_class_contains(counted, "Eab"));
    EXPECT_TRUE(user_class_contains(bytes("iPXE"), "iPXE"));
    EXPECT_TRUE(user_class_contains(bytes("gPXE+iPXE"), "iPXE"));
    EXPECT_FALSE(user_class_contains({}, "iPXE"));
}

TEST(Client, TakesItsNameFromOption81Or12IfItIsOne) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"DISCOVER hostname=\"node1\"", "node1"},
        {"DISCOVER hostname=\"node1.lab.example\"", "node1"},
        {"DISCOVER hostname=\"node1\\x00\"", "node1"},
        {"DISCOVER hostname=\"bad name\"", ""},
        {"DISCOVER hostname=\"-x\"", ""},
        {"DISCOVER hostname=\";reboot\"", ""},
        {"DISCOVER 12=", ""},
        {"DISCOVER 81=00:00:00:61:62:2e:63", "ab"},
        {"DISCOVER 81=04:00:00:02:61:62:01:63:00", "ab"},
        {"DISCOVER 81=04:00:00:03:61:62:63", "abc"},            // a partial name ends with the option
        {"DISCOVER 81=04:00:00:01:61:3f:62", "a"},              // a label that runs past the end
        {"DISCOVER 81=04:00:00:3f:61 hostname=\"node1\"", ""},  // 12 does not count beside 81
        {"DISCOVER 81=00:00:00 hostname=\"node1\"", ""},
        {"DISCOVER 81=00:00 hostname=\"node1\"", "node1"},  // too short to be one
        {"DISCOVER hostname=\"node1.\"", "node1"},
        {"DISCOVER hostname=\"_x\"", ""},
    };
    for (const auto& [packet, expected] : cases)
        EXPECT_EQ(client_of(*message_from_text(packet), false).host_name, expected) << packet;
}

TEST(Client, KeepsTheDomainBehindItsName) {
    const auto client_from = [](std::string_view packet) {
        return client_of(*message_from_text(packet), false);
    };
    EXPECT_EQ(client_from("DISCOVER hostname=\"pc.lab.example\"").full_name(), "pc.lab.example");
    EXPECT_EQ(client_from("DISCOVER hostname=\"pc\"").full_name(), "pc");
    EXPECT_EQ(client_from("DISCOVER 81=05:00:00:02:70:63:03:6c:61:62:00").host_domain, "lab");
    EXPECT_EQ(client_from("DISCOVER 81=05:00:00:02:70:63").fqdn_flags, 5);
    EXPECT_FALSE(client_from("DISCOVER hostname=\"pc\"").fqdn_flags);
    EXPECT_TRUE(client_from("DISCOVER 81=00:00:00:70:63:00").counts_nul);
    EXPECT_FALSE(client_from("DISCOVER 81=04:00:00:02:70:63:00").counts_nul);  // the zero ends the name
}

TEST(Client, OptionsOfAWrongLengthAreAbsent) {
    const auto message =
        message_from_text("REQUEST ciaddr=10.0.0.9 50=0a:00:00 54=0a:00:00:01:02 61= 55= 93=hex:07");
    ASSERT_TRUE(message) << message.error();
    const Client client = client_of(*message, false);
    EXPECT_FALSE(client.requested);
    EXPECT_EQ(client.ciaddr, ip("10.0.0.9"));
    EXPECT_TRUE(client.id.is_empty());
    EXPECT_FALSE(client.arch);
    EXPECT_FALSE(client.asks_for(1));  // an empty list asks for nothing
}

TEST(Client, CiaddrCountsOnlyWhereItMayBeSet) {
    EXPECT_TRUE(client_of(*message_from_text("DISCOVER ciaddr=10.0.0.9"), false).ciaddr.is_zero());
    EXPECT_TRUE(client_of(*message_from_text("REQUEST ciaddr=10.0.0.9 requested-address=10.0.0.8"), false)
                    .ciaddr.is_zero());
}

TEST(Classify, SetsTheTagsInDnsmasqsOrder) {
    Rig rig;
    auto& policy = rig.policy;
    policy.macs.push_back({"mac", exactly("02:00:00:00:0a:01"), {}});
    policy.matches.push_back(matching("match", 175, Match::Kind::presence));
    policy.vendor_classes.push_back({"vendor", "PXEClient", {}});
    policy.user_classes.push_back({"user", "iPXE", {}});
    auto host = host_with_address("02:00:00:00:0a:01", "10.99.0.10");
    host.set_tags = {"host"};
    policy.hosts.push_back(host);
    policy.tag_ifs.push_back({{"both"}, {{"mac", false}, {"known", false}}, {}});
    policy.ranges.front().set_tag = "range";
    EXPECT_EQ(
        tags_of(rig, discover("175=01:01:01 vendor-class=\"PXEClient:Arch:00000\" user-class=\"iPXE\"")),
        "br0, mac, match, vendor, user, known, host, range, both");
    EXPECT_EQ(tags_of(rig, "DISCOVER hw=02:00:00:00:0a:02"), "br0, range");
}

TEST(Classify, NoRuleTripsOverAMessageWithoutItsOption) {
    Rig rig;
    for (const std::uint8_t code : {60, 77, 93, 97, 175, 82}) {
        for (const auto kind :
             {Match::Kind::presence, Match::Kind::prefix_bytes, Match::Kind::text, Match::Kind::numbers})
            rig.policy.matches.push_back(matching("m", code, kind, {1, 2}));
    }
    rig.policy.vendor_classes.push_back({"v", "x", {}});
    rig.policy.user_classes.push_back({"u", "x", {}});
    EXPECT_EQ(tags_of(rig, discover()), "br0");
    EXPECT_EQ(tags_of(rig, "BOOTREQUEST hw=02:00:00:00:0a:01"), "br0, bootp");
}

TEST(Classify, ATagIfIsRunAgainAtEachStage) {
    Rig rig;
    // `stranger` holds while the host line is looked for, and must not stay when the client is known.
    rig.policy.tag_ifs.push_back({{"stranger"}, {{"known", true}}, {}});
    auto host = host_with_address("02:00:00:00:0a:01", "10.99.0.10");
    host.tests = {{"stranger", false}};
    rig.policy.hosts.push_back(host);
    EXPECT_EQ(tags_of(rig, discover()), "br0, known");
}

TEST(Classify, IgnoredMachinesGetSilenceAndTheLineThatSaysSo) {
    Rig rig;
    rig.policy.ignores.push_back({{{"known", true}}, {1, 7}});
    const auto decision = rig.ask(discover());
    EXPECT_EQ(said(decision), "silence: ignored_by_tag");
    EXPECT_EQ(decision.events.front().line, (Origin{1, 7}));
    EXPECT_EQ(said(rig.ask(request("requested-address=10.99.0.60"))), "silence: ignored_by_tag");
    Host host;
    host.hardware.push_back(exactly("02:00:00:00:0a:01"));
    rig.policy.hosts.push_back(host);
    EXPECT_TRUE(rig.ask(discover()).reply);
    host.is_ignored = true;
    rig.policy.hosts = {host};
    EXPECT_EQ(said(rig.ask(discover())), "silence: ignored_host");
    EXPECT_EQ(said(rig.ask("INFORM hw=02:00:00:00:0a:01 ciaddr=10.99.0.7")), "silence: ignored_host");
}

TEST(Host, WithAnAddressOfAnotherNetworkIsKnownThereOnly) {
    Rig rig;
    rig.policy.hosts.push_back(host_with_address("02:00:00:00:0a:01", "10.1.0.10"));
    EXPECT_EQ(tags_of(rig, discover()), "br0, known-othernet");
    EXPECT_EQ(offered(rig.ask(discover())), ip("10.99.0.129"));
}

TEST(Host, ClientIdBeatsExactHardwareBeatsFewestWildcards) {
    Rig rig;
    auto& hosts = rig.policy.hosts;
    auto with_address = [&](Host host, std::string_view address) {
        host.address = ip(address);
        hosts.push_back(std::move(host));
    };
    Host wide, narrow, exact, by_id;
    HwPattern pattern = exactly("02:00:00:00:00:00");
    pattern.wildcards = 0b111110;
    wide.hardware = {pattern};
    pattern = exactly("02:00:00:00:0a:00");
    pattern.wildcards = 0b100000;
    narrow.hardware = {pattern};
    exact.hardware = {exactly("02:00:00:00:0a:01")};
    by_id.client_ids = {id("pc")};
    with_address(by_id, "10.99.0.4");
    with_address(exact, "10.99.0.3");
    with_address(narrow, "10.99.0.2");
    with_address(wide, "10.99.0.10");
    EXPECT_EQ(offered(rig.decide(discover("client-id=70:63"))), ip("10.99.0.4"));
    EXPECT_EQ(offered(rig.decide(discover("client-id=00:70:63"))), ip("10.99.0.4"));  // dhclient's zero
    EXPECT_EQ(offered(rig.decide(discover())), ip("10.99.0.3"));
    EXPECT_EQ(offered(rig.decide("DISCOVER hw=02:00:00:00:0a:02")), ip("10.99.0.2"));
    EXPECT_EQ(offered(rig.decide("DISCOVER hw=02:00:00:00:0b:02")), ip("10.99.0.10"));
    // A tag makes a line stronger than any of these; among equals the last one counts.
    Host tagged = wide;
    tagged.tests = {{"br0", false}};
    with_address(tagged, "10.99.0.20");
    EXPECT_EQ(offered(rig.decide(discover("client-id=70:63"))), ip("10.99.0.20"));
    auto lines = hosts.take();
    lines.pop_back();
    hosts = HostList{std::move(lines)};
    with_address(exact, "10.99.0.30");
    EXPECT_EQ(offered(rig.decide(discover())), ip("10.99.0.30"));
}

TEST(Host, ByNameAloneIsForLinesThatHaveNothingElse) {
    Rig rig;
    Host named;
    named.name = "printer";
    named.address = ip("10.99.0.40");
    rig.policy.hosts.push_back(named);
    EXPECT_EQ(offered(rig.decide(discover("hostname=\"PRINTER\""))), ip("10.99.0.40"));
    EXPECT_EQ(tags_of(rig, discover("hostname=\"printer\"")), "br0, known");
    named.hardware = {exactly("02:00:00:00:0a:09")};
    rig.policy.hosts = {named};
    EXPECT_EQ(offered(rig.decide(discover("hostname=\"printer\""))), ip("10.99.0.129"));
}

TEST(Host, CanMakeAClientsIdNotCount) {
    Rig rig;
    Host host;
    host.hardware = {exactly("02:00:00:00:0a:01")};
    host.ignores_client_id = true;
    rig.policy.hosts.push_back(host);
    const auto first = rig.ask(discover("client-id=01:aa"));
    rig.ask(
        request("client-id=01:aa server-identifier=10.99.0.1 requested-address=" + offered(first).text()));
    rig.pass(k_hold_time);
    EXPECT_EQ(offered(rig.ask(discover("client-id=01:bb"))), offered(first));
    EXPECT_TRUE(rig.leases.leases().begin()->second.client_id.is_empty());
}

TEST(HwPattern, ComparesTypeAndLengthAsWell) {
    const auto pattern = exactly("02:00:00:00:0a:01");
    EXPECT_TRUE(pattern.matches(hw("02:00:00:00:0a:01")));
    EXPECT_FALSE(pattern.matches(hw("06-02:00:00:00:0a:01")));
    EXPECT_FALSE(pattern.matches(hw("02:00:00:00:0a:01:00")));
    EXPECT_FALSE(pattern.matches(HwAddr{}));
}

}  // namespace
}  // namespace pxed::dhcp
