// What a client is called, what it is told of that, and whose a name is.

#include "dhcp/name.hpp"

#include <array>
#include <set>

#include "base/text.hpp"
#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

Host named(std::string_view hardware, std::string_view name) {
    Host host;
    host.hardware.push_back(exactly(hardware));
    host.name = name;
    host.origin = {1, 9};
    return host;
}

Domain domain_for(std::string name, std::string_view first, std::string_view last) {
    Domain domain;
    domain.name = std::move(name);
    domain.addresses = {ip(first), ip(last)};
    return domain;
}

std::string option_of(const Decision& decision, std::uint8_t code) {
    const auto value = decision.reply ? decision.reply->options.find(code) : std::nullopt;
    return value ? hex_text(*value) : "absent";
}

std::string text_in(const Decision& decision, std::uint8_t code) {
    const auto value = decision.reply ? decision.reply->options.find(code) : std::nullopt;
    return value ? std::string{as_text(*value)} : "absent";
}

// The flags of the answer to option 81 with these flags and the name `pc`.
std::string flags_for(Rig& rig, int flags) {
    const auto asked = hex_text(std::array{static_cast<std::uint8_t>(flags)}) + ":00:00" +
                       ((flags & 4) != 0 ? ":02" : "") + ":70:63";
    return option_of(rig.decide(discover("81=" + asked)), 81).substr(0, 2);
}

Decision take(Rig& rig, std::string_view hardware, std::string_view address, std::string_view more) {
    return rig.ask("REQUEST hw=" + std::string{hardware} + " requested-address=" + std::string{address} +
                   " server-identifier=10.99.0.1 " + std::string{more});
}

std::string name_at(const Rig& rig, std::string_view address) {
    const Lease* lease = rig.leases.find(ip(address));
    return lease == nullptr ? "no lease" : lease->host_name;
}

TEST(Name, TheServerSaysThatItUpdatesDnsAndOverridesWhoWantedNot) {
    Rig rig;
    EXPECT_EQ(flags_for(rig, 0x00), "03");  // S and O
    EXPECT_EQ(flags_for(rig, 0x01), "01");
    EXPECT_EQ(flags_for(rig, 0x04), "07");  // E stays
    EXPECT_EQ(flags_for(rig, 0x05), "05");
    EXPECT_EQ(flags_for(rig, 0x08), "03");  // N is the server's word
    EXPECT_EQ(flags_for(rig, 0xf1), "01");  // the reserved bits are sent as zero
}

TEST(Name, WithClientUpdateTheServerNeverSaysBothSAndN) {
    Rig rig;
    rig.policy.names.lets_clients_update = true;
    EXPECT_EQ(flags_for(rig, 0x00), "08");
    EXPECT_EQ(flags_for(rig, 0x01), "0a");
    EXPECT_EQ(flags_for(rig, 0x05), "0e");
    for (int flags = 0; flags < 256; ++flags) {
        const auto answered = parse_hex_byte(flags_for(rig, flags)).value_or(0xff);
        EXPECT_NE(answered & 0x09, 0x09) << flags;
        EXPECT_EQ(answered & 0xf0, 0) << flags;
    }
}

TEST(Name, OptionEightyOneIsWrittenAsTheClientWroteIt) {
    Rig rig;
    EXPECT_EQ(option_of(rig.decide(discover("81=00:00:00:70:63")), 81), "03:ff:ff:70:63");
    EXPECT_EQ(option_of(rig.decide(discover("81=00:00:00:70:63:00")), 81), "03:ff:ff:70:63:00");
    // A partial name, which no zero ends (RFC 4702 2.3.1).
    EXPECT_EQ(option_of(rig.decide(discover("81=04:00:00:02:70:63")), 81), "07:ff:ff:02:70:63");
    rig.policy.domain = "lab";
    EXPECT_EQ(option_of(rig.decide(discover("81=00:00:00:70:63")), 81), "03:ff:ff:70:63:2e:6c:61:62");
    EXPECT_EQ(option_of(rig.decide(discover("81=04:00:00:02:70:63")), 81),
              "07:ff:ff:02:70:63:03:6c:61:62:00");
    // Not asked for in 55 and answered all the same; not sent and not answered.
    EXPECT_EQ(option_of(rig.decide(discover("81=00:00:00:70:63 parameter-request=1")), 81).substr(0, 2),
              "03");
    EXPECT_EQ(option_of(rig.decide(discover("hostname=\"pc\" parameter-request=81")), 81), "absent");
    EXPECT_EQ(option_of(rig.decide(discover("81=00:00:00:20")), 81), "absent");  // no legal name
}

TEST(Name, OfTheHostLineGoesBeforeTheClientsOwn) {
    Rig rig;
    rig.policy.hosts.push_back(named("02:00:00:00:0a:01", "node7.lab.example"));
    const auto ack = take(rig, "02:00:00:00:0a:01", "10.99.0.129", "hostname=\"pc\" parameter-request=12");
    EXPECT_EQ(text_in(ack, 12), "node7");
    EXPECT_EQ(name_at(rig, "10.99.0.129"), "node7");
}

TEST(Name, AnOfferContradictsNoNameOfTheClient) {
    Rig rig;
    EXPECT_EQ(text_in(rig.decide(discover("hostname=\"pc\"")), 12), "absent");
    rig.policy.hosts.push_back(named("02:00:00:00:0a:01", "node7"));
    EXPECT_EQ(text_in(rig.decide(discover("hostname=\"pc\"")), 12), "absent");
    EXPECT_EQ(text_in(rig.decide(discover("hostname=\"NODE7\"")), 12), "node7");
    EXPECT_EQ(text_in(rig.decide(discover()), 12), "node7");
    EXPECT_EQ(text_in(rig.decide(discover("81=00:00:00:70:63")), 12), "node7");
}

TEST(Name, OfALineThatIsFoundByNameIsTheClientsOwn) {
    Rig rig;
    Host host;
    host.name = "node7";
    host.address = ip("10.99.0.10");
    rig.policy.hosts.push_back(host);
    const auto offer = rig.decide(discover("hostname=\"NODE7\""));
    EXPECT_EQ(offered(offer), ip("10.99.0.10"));
    EXPECT_EQ(text_in(offer, 12), "absent");
    take(rig, "02:00:00:00:0a:01", "10.99.0.10", "hostname=\"NODE7\"");
    EXPECT_EQ(name_at(rig, "10.99.0.10"), "NODE7");
}

TEST(Name, ADomainThatIsNotThatOfTheAddressIsLeftOutAndTold) {
    Rig rig;
    rig.policy.domain = "lab.example";
    auto ack = take(rig, "02:00:00:00:0a:01", "10.99.0.129", "hostname=\"pc.lab.example\"");
    EXPECT_EQ(ack.reason, Reason::none);
    ack = take(rig, "02:00:00:00:0a:01", "10.99.0.129", "hostname=\"pc.other.example\"");
    EXPECT_EQ(ack.reason, Reason::domain_ignored);
    EXPECT_EQ(ack.events.front().detail, "other.example");
    EXPECT_EQ(name_at(rig, "10.99.0.129"), "pc");
}

TEST(Name, IsIgnoredOrMadeUpWhereTheTagsSaySo) {
    Rig rig;
    rig.policy.ranges.front().set_tag = "pool";
    rig.policy.names.ignores.push_back({{{"pool", false}}, {}});
    take(rig, "02:00:00:00:0a:01", "10.99.0.129", "hostname=\"pc\"");
    EXPECT_EQ(name_at(rig, "10.99.0.129"), "");
    rig.policy.names.generates.push_back({{{"known", true}}, {}});
    const auto ack = take(rig, "02:00:00:00:0a:01", "10.99.0.129", "hostname=\"pc\" parameter-request=12");
    EXPECT_EQ(text_in(ack, 12), "02-00-00-00-0a-01");
    EXPECT_EQ(name_at(rig, "10.99.0.129"), "02-00-00-00-0a-01");
    rig.policy.hosts.push_back(named("02:00:00:00:0a:01", "node7"));
    take(rig, "02:00:00:00:0a:01", "10.99.0.129", "hostname=\"pc\"");
    EXPECT_EQ(name_at(rig, "10.99.0.129"), "node7");
}

TEST(Name, BelongsToTheLeaseThatClaimedItLast) {
    Rig rig;
    take(rig, "02:00:00:00:0a:01", "10.99.0.51", "hostname=\"pc\"");
    const auto ack = take(rig, "02:00:00:00:0a:02", "10.99.0.52", "hostname=\"PC\"");
    EXPECT_EQ(ack.changes.size(), 2U);
    EXPECT_EQ(name_at(rig, "10.99.0.51"), "");
    EXPECT_EQ(name_at(rig, "10.99.0.52"), "PC");
}

TEST(Name, OfAHostLineIsNotTakenByWhoeverClaimsIt) {
    Rig rig;
    rig.policy.hosts.push_back(named("02:00:00:00:0a:01", "node7"));
    take(rig, "02:00:00:00:0a:02", "10.99.0.52", "hostname=\"node7\"");
    EXPECT_EQ(name_at(rig, "10.99.0.52"), "node7");  // nobody has it yet
    take(rig, "02:00:00:00:0a:01", "10.99.0.51", "hostname=\"pc\"");
    EXPECT_EQ(name_at(rig, "10.99.0.51"), "node7");
    EXPECT_EQ(name_at(rig, "10.99.0.52"), "");
    take(rig, "02:00:00:00:0a:02", "10.99.0.52", "hostname=\"node7\"");
    EXPECT_EQ(name_at(rig, "10.99.0.51"), "node7");
    EXPECT_EQ(name_at(rig, "10.99.0.52"), "");
}

TEST(Name, InTwoDomainsIsTwoNamesWithDhcpFqdn) {
    Rig rig;
    rig.policy.domain = "lab";
    rig.policy.names.domains.push_back(domain_for("wifi", "10.99.0.100", "10.99.0.150"));
    rig.policy.names.compares_fqdn = true;
    take(rig, "02:00:00:00:0a:01", "10.99.0.51", "hostname=\"pc\"");
    take(rig, "02:00:00:00:0a:02", "10.99.0.120", "hostname=\"pc\"");
    EXPECT_EQ(name_at(rig, "10.99.0.51"), "pc");
    EXPECT_EQ(name_at(rig, "10.99.0.120"), "pc");
    take(rig, "02:00:00:00:0a:03", "10.99.0.121", "hostname=\"pc\"");
    EXPECT_EQ(name_at(rig, "10.99.0.51"), "pc");
    EXPECT_EQ(name_at(rig, "10.99.0.120"), "");
}

TEST(Name, AMachineThatChangesItsAddressTakesItsNameAlongInOneChange) {
    Rig rig;
    take(rig, "02:00:00:00:0a:01", "10.99.0.51", "hostname=\"pc\"");
    const auto ack = take(rig, "02:00:00:00:0a:01", "10.99.0.52", "hostname=\"pc\"");
    EXPECT_EQ(ack.changes.size(), 2U);  // the new row, and the old one's end: not its name as well
    EXPECT_EQ(name_at(rig, "10.99.0.51"), "no lease");
    EXPECT_EQ(name_at(rig, "10.99.0.52"), "pc");
}

TEST(Name, TheLastDomainThatIsForTheAddressWins) {
    Rig rig;
    rig.policy.domain = "default";
    EXPECT_EQ(domain_of(rig.policy, rig.links, ip("10.99.0.7")), "default");
    Domain on_link;
    on_link.name = "link";
    on_link.interface = "br0";
    rig.policy.names.domains = {on_link, domain_for("some", "10.99.0.5", "10.99.0.9")};
    EXPECT_EQ(domain_of(rig.policy, rig.links, ip("10.99.0.7")), "some");
    EXPECT_EQ(domain_of(rig.policy, rig.links, ip("10.99.0.10")), "link");
    EXPECT_EQ(domain_of(rig.policy, rig.links, ip("10.98.0.10")), "default");
    std::swap(rig.policy.names.domains[0], rig.policy.names.domains[1]);
    EXPECT_EQ(domain_of(rig.policy, rig.links, ip("10.99.0.7")), "link");
}

TEST(Renewal, ComesEarlierByUpToAnEighthAndNotTheSameForAll) {
    Rig rig;
    std::set<std::uint32_t> times;
    for (int i = 1; i <= 20; ++i) {
        const std::string hardware = "02:00:00:00:0b:" + std::string{i < 10 ? "0" : ""} + std::to_string(i);
        const std::string address = "10.99.0." + std::to_string(50 + i);
        const auto first = take(rig, hardware, address, "");
        EXPECT_EQ(first.reply->options.u32(58), 14400U);
        EXPECT_EQ(first.reply->options.u32(59), 25200U);
        const auto renewed = rig.ask("REQUEST hw=" + hardware + " ciaddr=" + address,
                                     {.source = address, .was_unicast = true});
        const auto t1 = renewed.reply->options.u32(58).value_or(0);
        const auto t2 = renewed.reply->options.u32(59).value_or(0);
        EXPECT_GE(t1, 14400U - 1800U);
        EXPECT_LE(t1, 14400U);
        EXPECT_EQ(t2 - t1, 25200U - 14400U);
        times.insert(t1);
    }
    EXPECT_GE(times.size(), 15U);
}

}  // namespace
}  // namespace pxed::dhcp
