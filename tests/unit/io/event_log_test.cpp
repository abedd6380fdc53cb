#include "io/event_log.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "machine/message.hpp"
#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

using machine::Event;
using machine::Stage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

Event dhcp_event(Stage stage, Reason reason = Reason::none) {
    Event event;
    event.stage = stage;
    event.reason = reason;
    event.machine = *HwAddr::parse("52:54:00:00:00:01");
    event.peer = Endpoint{Ipv4{192, 168, 1, 132}, 68};
    event.interface = "br0";
    event.xid = 0x12345678;
    return event;
}

Event tftp_event(Stage stage, Reason reason = Reason::none) {
    Event event;
    event.stage = stage;
    event.reason = reason;
    event.peer = Endpoint{Ipv4{192, 168, 1, 132}, 2070};
    event.file = "pxelinux.0";
    return event;
}

std::vector<std::string> texts(const Event& event, const config::Config& config = {}) {
    std::vector<std::string> texts;
    for (auto& line : lines_of(event, config))
        texts.push_back(std::move(line.text));
    return texts;
}

std::string field(const LogLine& line, std::string_view name) {
    const auto found = std::ranges::find_if(line.fields, [&](const Field& f) { return f.name == name; });
    return found == line.fields.end() ? "(none)" : found->value;
}

TEST(EventLog, NamesWhatIsNotServedAndWhoAskedForIt) {
    auto multicast = tftp_event(Stage::notice, Reason::multicast_asked);
    EXPECT_THAT(texts(multicast),
                ElementsAre("TFTP, multicast TFTP is not served, asked for by 192.168.1.132"));
    EXPECT_EQ(field(lines_of(multicast, {}).front(), "SYSLOG_IDENTIFIER"), "pxed-tftp");
    EXPECT_THAT(texts(dhcp_event(Stage::notice, Reason::bsdp_asked)),
                ElementsAre("DHCP, Apple BSDP is not served, asked for by 52:54:00:00:00:01"));
    EXPECT_THAT(
        texts(tftp_event(Stage::tftp_failed, Reason::write_asked)),
        ElementsAre(StartsWith("unsupported request from 192.168.1.132: writing by TFTP is not served")));
}

TEST(SaidOnce, EachMachineIsNamedOnceForEachThing) {
    SaidOnce once;
    auto write = tftp_event(Stage::tftp_failed, Reason::write_asked);
    EXPECT_TRUE(once.may_say(write));
    EXPECT_FALSE(once.may_say(write));
    EXPECT_TRUE(once.may_say(tftp_event(Stage::notice, Reason::multicast_asked)));
    write.peer = Endpoint{Ipv4{192, 168, 1, 133}, 2070};
    EXPECT_TRUE(once.may_say(write));
    const auto failure = tftp_event(Stage::tftp_failed, Reason::timed_out);
    EXPECT_TRUE(once.may_say(failure) && once.may_say(failure)) << "trouble is said each time";
}

TEST(SaidOnce, WhateverIsNotServedIsNamedOnce) {
    for (const auto reason : {Reason::bsdp_asked, Reason::credentials_asked}) {
        SaidOnce once;
        const auto stage = reason == Reason::bsdp_asked ? Stage::notice : Stage::request;
        EXPECT_TRUE(once.may_say(dhcp_event(stage, reason))) << row_of(reason).name;
        EXPECT_FALSE(once.may_say(dhcp_event(stage, reason))) << row_of(reason).name;
    }
}

TEST(SaidOnce, InventedMachinesFillNoMemory) {
    SaidOnce once;
    std::size_t said = 0;
    for (std::uint32_t i = 0; i < 2 * SaidOnce::k_most; ++i) {
        auto event = tftp_event(Stage::notice, Reason::multicast_asked);
        event.peer = Endpoint{Ipv4{0x0a000000U + i}, 2070};
        if (once.may_say(event)) ++said;
    }
    EXPECT_EQ(said, SaidOnce::k_most);
}

TEST(EventLog, SaysOneLineForADecisionInDnsmasqsWords) {
    auto ack = dhcp_event(Stage::ack);
    ack.host_name = "node1";
    EXPECT_THAT(texts(ack), ElementsAre("DHCPACK(br0) 192.168.1.132 52:54:00:00:00:01 node1"));
    auto offer = dhcp_event(Stage::offer);
    offer.host_name = "node1";
    EXPECT_THAT(texts(offer), ElementsAre("DHCPOFFER(br0) 192.168.1.132 52:54:00:00:00:01"));
    EXPECT_THAT(texts(dhcp_event(Stage::nak, Reason::wrong_address)),
                ElementsAre("DHCPNAK(br0) 192.168.1.132 52:54:00:00:00:01 wrong address"));
    EXPECT_THAT(texts(dhcp_event(Stage::release)),
                ElementsAre("DHCPRELEASE(br0) 192.168.1.132 52:54:00:00:00:01"));
    EXPECT_THAT(texts(dhcp_event(Stage::release, Reason::unknown_lease)),
                ElementsAre("DHCPRELEASE(br0) 192.168.1.132 52:54:00:00:00:01 unknown lease"));
    EXPECT_THAT(texts(dhcp_event(Stage::inform)),
                ElementsAre("DHCPINFORM(br0) 192.168.1.132 52:54:00:00:00:01"));
    EXPECT_THAT(texts(dhcp_event(Stage::bootp)), ElementsAre("BOOTP(br0) 192.168.1.132 52:54:00:00:00:01"));
}

TEST(EventLog, ASilenceSaysWhyAndWhatToChange) {
    auto silent = dhcp_event(Stage::discover, Reason::no_address);
    silent.peer.reset();
    const auto lines = lines_of(silent, {});
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0].text, StartsWith("DHCPDISCOVER(br0) 52:54:00:00:00:01 no address available ("));
    EXPECT_THAT(lines[0].text, HasSubstr(std::string{row_of(Reason::no_address).advice}));
    EXPECT_EQ(lines[0].level, Level::warning);
    EXPECT_EQ(field(lines[0], "PXED_REASON"), "no_address");
    // An address that was asked for stands before the machine's.
    EXPECT_THAT(texts(dhcp_event(Stage::discover, Reason::ignored_by_tag)),
                ElementsAre("DHCPDISCOVER(br0) 192.168.1.132 52:54:00:00:00:01 ignored"));
}

TEST(EventLog, WhatHappensAllDayIsSaidOnlyWithLogDhcp) {
    config::Config verbose;
    verbose.daemon.logs_dhcp = true;
    for (const auto& event :
         {dhcp_event(Stage::request, Reason::other_server),
          dhcp_event(Stage::request, Reason::unknown_rebinding),
          dhcp_event(Stage::discover, Reason::malformed), dhcp_event(Stage::lease_expired),
          tftp_event(Stage::tftp_request), tftp_event(Stage::tftp_failed, Reason::size_probe)}) {
        EXPECT_THAT(texts(event), IsEmpty()) << static_cast<int>(event.stage);
        EXPECT_THAT(texts(event, verbose), SizeIs(1)) << static_cast<int>(event.stage);
    }
}

TEST(EventLog, WhateverAClientCanCauseHasALimitUnlessLogDhcpAsksForAll) {
    for (const auto& event : {dhcp_event(Stage::offer), dhcp_event(Stage::ack), dhcp_event(Stage::release),
                              tftp_event(Stage::tftp_sent), tftp_event(Stage::http_sent)})
        for (const auto& line : lines_of(event, {}))
            EXPECT_EQ(line.limit, Limit::routine) << line.text;
    for (const auto& event :
         {dhcp_event(Stage::nak, Reason::wrong_address), dhcp_event(Stage::discover, Reason::no_address),
          tftp_event(Stage::tftp_failed, Reason::timed_out),
          tftp_event(Stage::http_failed, Reason::bad_request)})
        for (const auto& line : lines_of(event, {}))
            EXPECT_EQ(line.limit, Limit::trouble) << line.text;
    config::Config verbose;
    verbose.daemon.logs_dhcp = true;
    for (const auto& line : lines_of(dhcp_event(Stage::ack), verbose))
        EXPECT_EQ(line.limit, Limit::none) << line.text;
}

TEST(EventLog, AFloodOfOrdinaryAnswersIsCutShortAndCounted) {
    const TemporaryDirectory directory;
    {
        Log log;
        config::LogTarget target;
        target.kind = config::LogTarget::Kind::file;
        target.path = directory.file("log");
        ASSERT_TRUE(log.open(target, 20'000));
        const config::Config config;
        EventLog events{log, config};
        const Instant now{seconds{100}};
        for (std::uint32_t i = 0; i < LogLimit::k_routine.burst + 1000; ++i)
            events.tell(dhcp_event(Stage::offer), now);
        events.on_time(now + seconds{60});
        EXPECT_EQ(events.suppressed(), 1000U);
        EXPECT_EQ(log.lost(), 0U);
    }
    const auto text = directory.read("log");
    EXPECT_EQ(std::ranges::count(text, '\n'), LogLimit::k_routine.burst + 1);
    EXPECT_THAT(text, HasSubstr("suppressed 1000 lines like the last of offer\n"));
}

TEST(EventLog, ARequestThatGotNoAnswerHasALine) {
    EXPECT_THAT(texts(dhcp_event(Stage::request, Reason::unknown_lease)),
                ElementsAre("DHCPREQUEST(br0) 192.168.1.132 52:54:00:00:00:01 unknown lease"));
    EXPECT_THAT(texts(dhcp_event(Stage::request, Reason::lease_ended)),
                ElementsAre("DHCPREQUEST(br0) 192.168.1.132 52:54:00:00:00:01 "
                            "the lease ended before its ACK could leave"));
}

TEST(EventLog, WithLogDhcpTheRequestHasItsOwnLineAndLinesTheNumberOfTheExchange) {
    config::Config verbose;
    verbose.daemon.logs_dhcp = true;
    EXPECT_THAT(texts(dhcp_event(Stage::offer), verbose),
                ElementsAre("305419896 DHCPDISCOVER(br0) 52:54:00:00:00:01",
                            "305419896 DHCPOFFER(br0) 192.168.1.132 52:54:00:00:00:01"));
    EXPECT_THAT(texts(dhcp_event(Stage::ack), verbose),
                ElementsAre("305419896 DHCPREQUEST(br0) 192.168.1.132 52:54:00:00:00:01",
                            "305419896 DHCPACK(br0) 192.168.1.132 52:54:00:00:00:01"));
}

TEST(EventLog, QuietDhcpSilencesRoutineAndNotTrouble) {
    config::Config quiet;
    quiet.daemon.is_quiet_dhcp = true;
    for (const auto stage : {Stage::offer, Stage::ack, Stage::release, Stage::inform, Stage::bootp})
        EXPECT_THAT(texts(dhcp_event(stage), quiet), IsEmpty());
    EXPECT_THAT(texts(dhcp_event(Stage::nak, Reason::wrong_network), quiet), SizeIs(1));
    EXPECT_THAT(texts(dhcp_event(Stage::discover, Reason::no_range), quiet), SizeIs(1));
    quiet.daemon.logs_dhcp = true;
    EXPECT_THAT(texts(dhcp_event(Stage::ack), quiet), SizeIs(2));
}

TEST(EventLog, AnAnswerWithACaveatKeepsItsLineAndGetsASecondOne) {
    auto offer = dhcp_event(Stage::offer, Reason::host_address_leased);
    offer.detail = "address 192.168.1.9 is leased to 52:54:00:00:00:02";
    const auto lines = lines_of(offer, {});
    ASSERT_THAT(lines, SizeIs(2));
    EXPECT_EQ(lines[0].text, "DHCPOFFER(br0) 192.168.1.132 52:54:00:00:00:01");
    EXPECT_EQ(lines[1].level, Level::warning);
    EXPECT_THAT(lines[1].text, HasSubstr("52:54:00:00:00:01: not using configured address: it is leased: "
                                         "address 192.168.1.9 is leased to 52:54:00:00:00:02 ("));
}

TEST(EventLog, ALeaseThatCouldNotBeStoredIsAnError) {
    auto event = dhcp_event(Stage::request, Reason::store_failed);
    event.detail = "lease database: database or disk is full";
    const auto lines = lines_of(event, {});
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_EQ(lines[0].level, Level::error);
    EXPECT_THAT(lines[0].text, HasSubstr("lease not stored: lease database: database or disk is full"));
}

TEST(EventLog, TransfersAreToldAsDnsmasqTellsThem) {
    EXPECT_THAT(texts(tftp_event(Stage::tftp_sent)), ElementsAre("sent pxelinux.0 to 192.168.1.132"));
    EXPECT_THAT(texts(tftp_event(Stage::tftp_failed, Reason::file_not_found)),
                ElementsAre("file pxelinux.0 not found for 192.168.1.132"));
    EXPECT_THAT(texts(tftp_event(Stage::tftp_failed, Reason::timed_out)),
                ElementsAre(StartsWith("failed sending pxelinux.0 to 192.168.1.132: timed out (")));
    EXPECT_THAT(texts(tftp_event(Stage::tftp_failed, Reason::permission_denied)),
                ElementsAre(StartsWith("cannot access pxelinux.0 for 192.168.1.132: permission denied (")));
    auto aborted = tftp_event(Stage::tftp_failed, Reason::client_error);
    aborted.detail = "error 8 User aborted the transfer";
    EXPECT_THAT(texts(aborted),
                ElementsAre("failed sending pxelinux.0 to 192.168.1.132: client error: error 8 "
                            "User aborted the transfer"));
}

TEST(EventLog, HttpIsToldLikeTransfers) {
    const auto http_event = [](Stage stage, Reason reason = Reason::none, std::string detail = {}) {
        auto event = tftp_event(stage, reason);
        event.detail = std::move(detail);
        return event;
    };
    EXPECT_THAT(texts(http_event(Stage::http_request)), IsEmpty());
    EXPECT_THAT(texts(http_event(Stage::http_sent)), ElementsAre("sent pxelinux.0 to 192.168.1.132"));
    EXPECT_THAT(texts(http_event(Stage::http_sent, Reason::none, "bytes 0-1/9")),
                ElementsAre("sent pxelinux.0 to 192.168.1.132: bytes 0-1/9"));
    EXPECT_THAT(texts(http_event(Stage::http_failed, Reason::file_not_found)),
                ElementsAre("file pxelinux.0 not found for 192.168.1.132"));
    EXPECT_THAT(
        texts(http_event(Stage::http_failed, Reason::method_not_allowed, "POST")),
        ElementsAre(StartsWith("cannot access pxelinux.0 for 192.168.1.132: method not allowed: POST (")));
    EXPECT_THAT(texts(http_event(Stage::http_failed, Reason::too_many_connections, "100")),
                ElementsAre(StartsWith("refused 192.168.1.132: too many connections: 100 (")));
    EXPECT_THAT(
        texts(http_event(Stage::http_failed, Reason::tls_failed, "closed")),
        ElementsAre(StartsWith("192.168.1.132 speaks no HTTPS with us: TLS handshake failed: closed (")));
    // A disk image is read in thousands of parts.
    EXPECT_THAT(texts(http_event(Stage::http_sent, Reason::part_sent)), IsEmpty());
    EXPECT_THAT(texts(http_event(Stage::http_sent, Reason::not_modified)), IsEmpty());
    const auto lines = lines_of(http_event(Stage::http_sent), {});
    EXPECT_EQ(field(lines.at(0), "SYSLOG_IDENTIFIER"), "pxed-http");
    EXPECT_EQ(field(lines.at(0), "PXED_STAGE"), "http");
    config::Config quiet;
    quiet.tftp.is_quiet = true;
    EXPECT_THAT(texts(http_event(Stage::http_failed, Reason::file_not_found), quiet), IsEmpty());
}

TEST(EventLog, QuietTftpSaysNothingOfFilesNotFoundAndAllElse) {
    config::Config quiet;
    quiet.tftp.is_quiet = true;
    EXPECT_THAT(texts(tftp_event(Stage::tftp_failed, Reason::file_not_found), quiet), IsEmpty());
    EXPECT_THAT(texts(tftp_event(Stage::tftp_failed, Reason::timed_out), quiet), SizeIs(1));
    EXPECT_THAT(texts(tftp_event(Stage::tftp_sent), quiet), SizeIs(1));
}

TEST(EventLog, WhatComesFromTheWireIsEscapedAndBounded) {
    auto ack = dhcp_event(Stage::ack);
    ack.host_name = "evil\n<0>kernel: \x1b[2J" + std::string(1000, 'x');
    ack.vendor_class = "PXE\nPRIORITY=0";
    auto lines = lines_of(ack, {});
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0].text, HasSubstr("evil\\x0a<0>kernel: \\x1b[2J"));
    EXPECT_LT(lines[0].text.size(), 200U);
    EXPECT_EQ(field(lines[0], "PXED_VENDOR_CLASS"), "PXE\\x0aPRIORITY=0");
    auto missing = tftp_event(Stage::tftp_failed, Reason::file_not_found);
    missing.file = std::string(60'000, '\x01');
    missing.detail = std::string(60'000, 'x');
    lines = lines_of(missing, {});
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_LT(lines[0].text.size(), 1024U);
    for (const auto& each : lines[0].fields)
        EXPECT_LT(each.value.size(), 1024U) << each.name;
}

TEST(EventLog, FieldsCarryTheFactsOfTheExchange) {
    config::Config config;
    config.files.emplace_back("/etc/pxed.conf");
    auto offer = dhcp_event(Stage::offer);
    offer.boot_id = 7;
    offer.arch = Arch::x64_efi;
    offer.file = "grubx64.efi";
    offer.duration = milliseconds{312};
    offer.line = {1, 12};
    const auto lines = lines_of(offer, config);
    ASSERT_THAT(lines, SizeIs(1));
    for (const auto& [name, value] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"SYSLOG_IDENTIFIER", "pxed-dhcp"},
             {"PXED_EVENT", "offer"},
             {"PXED_STAGE", "dhcp"},
             {"PXED_BOOT_ID", "7"},
             {"PXED_XID", "305419896"},
             {"PXED_MAC", "52:54:00:00:00:01"},
             {"PXED_CLIENT_IP", "192.168.1.132"},
             {"PXED_INTERFACE", "br0"},
             {"PXED_ARCH", "x64-efi"},
             {"PXED_FILE", "grubx64.efi"},
             {"PXED_DURATION_MS", "312"},
             {"PXED_CONF_FILE", "/etc/pxed.conf"},
             {"PXED_CONF_LINE", "12"},
             {"MESSAGE_ID", message_id(Stage::offer, Reason::none)},
             {"PXED_BYTES", "(none)"},
             {"PXED_REASON", "(none)"}})
        EXPECT_EQ(field(lines[0], name), value) << name;
    auto sent = tftp_event(Stage::tftp_sent);
    sent.bytes = 26579;
    EXPECT_EQ(field(lines_of(sent, config).at(0), "PXED_BYTES"), "26579");
}

TEST(EventLog, AnAnswerIsFiledUnderItsStepAndItsTroubleUnderTheReason) {
    const auto lines = lines_of(dhcp_event(Stage::offer, Reason::host_address_leased), {});
    ASSERT_THAT(lines, SizeIs(2));
    EXPECT_EQ(field(lines[0], "MESSAGE_ID"), message_id(Stage::offer, Reason::none));
    EXPECT_EQ(field(lines[1], "MESSAGE_ID"), message_id(Stage::offer, Reason::host_address_leased));
    const auto silent = lines_of(dhcp_event(Stage::discover, Reason::no_address), {});
    EXPECT_EQ(field(silent.at(0), "MESSAGE_ID"), message_id(Stage::discover, Reason::no_address));
    const auto failed = lines_of(tftp_event(Stage::tftp_failed, Reason::timed_out), {});
    EXPECT_EQ(field(failed.at(0), "MESSAGE_ID"), message_id(Stage::tftp_failed, Reason::timed_out));
}

TEST(LogLimit, LetsABurstThroughThenFiveASecondAndCountsTheRest) {
    LogLimit limit;
    Instant now{seconds{100}};
    for (std::uint32_t i = 0; i < LogLimit::k_trouble.burst; ++i)
        EXPECT_TRUE(limit.ask(Stage::discover, Reason::no_address, LogLimit::k_trouble, now).may_pass) << i;
    for (int i = 0; i < 1000; ++i)
        EXPECT_FALSE(limit.ask(Stage::discover, Reason::no_address, LogLimit::k_trouble, now).may_pass);
    // Another kind is another matter.
    EXPECT_TRUE(limit.ask(Stage::discover, Reason::no_range, LogLimit::k_trouble, now).may_pass);
    now += milliseconds{250};
    const auto answer = limit.ask(Stage::discover, Reason::no_address, LogLimit::k_trouble, now);
    EXPECT_TRUE(answer.may_pass);
    EXPECT_EQ(answer.suppressed, 1000U);
    EXPECT_FALSE(limit.ask(Stage::discover, Reason::no_address, LogLimit::k_trouble, now).may_pass);
    EXPECT_THAT(limit.take_suppressed(now), IsEmpty());  // the burst goes on
    now += seconds{60};
    const auto rest = limit.take_suppressed(now);
    ASSERT_THAT(rest, SizeIs(1));
    EXPECT_EQ(rest[0].count, 1U);
    EXPECT_THAT(limit.take_suppressed(now), IsEmpty());
}

TEST(LogLimit, ALongRestGivesOneBurstAndNoMore) {
    LogLimit limit;
    static_cast<void>(limit.ask(Stage::nak, Reason::wrong_network, LogLimit::k_trouble, Instant{seconds{1}}));
    std::uint32_t passed = 0;
    for (int i = 0; i < 1000; ++i)
        passed +=
            limit.ask(Stage::nak, Reason::wrong_network, LogLimit::k_trouble, Instant{seconds{1'000'000}})
                    .may_pass
                ? 1
                : 0;
    EXPECT_EQ(passed, LogLimit::k_trouble.burst);
}

// A rack of machines and their kernels are all in the log; an installer's packages are counted.
TEST(LogLimit, FilesThatWereSentHaveARateOfTheirOwn) {
    LogLimit limit;
    Instant now{};
    for (std::uint32_t i = 0; i < LogLimit::k_sent.burst; ++i)
        ASSERT_TRUE(limit.ask(Stage::http_sent, Reason::none, LogLimit::k_sent, now).may_pass) << i;
    EXPECT_FALSE(limit.ask(Stage::http_sent, Reason::none, LogLimit::k_sent, now).may_pass);
    now += LogLimit::k_sent.refill;
    const auto answer = limit.ask(Stage::http_sent, Reason::none, LogLimit::k_sent, now);
    EXPECT_TRUE(answer.may_pass);
    EXPECT_EQ(answer.suppressed, 1U);
}

}  // namespace

TEST(EventLog, AFileThatWasFoundElsewhereIsSaidWithBothNames) {
    auto sent = tftp_event(Stage::tftp_sent);
    sent.file = "grubx64.efi";
    sent.found = "debian/grubx64.efi";
    EXPECT_THAT(texts(sent), ElementsAre(StartsWith("sent grubx64.efi -> debian/grubx64.efi to ")));
    EXPECT_EQ(field(lines_of(sent, {})[0], "PXED_FOUND"), "debian/grubx64.efi");
    sent.found.clear();
    sent.file = "grub/grub.cfg";
    config::Config config;
    config.files = {"command line", "/etc/pxed.conf"};
    sent.line = {1, 12};
    EXPECT_THAT(texts(sent, config),
                ElementsAre(StartsWith("sent grub/grub.cfg -> boot-linux of /etc/pxed.conf:12 to ")));
}

}  // namespace pxed::io
