#include "io/metrics.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed::io {
namespace {

using machine::Event;
using machine::Stage;
using ::testing::HasSubstr;
using ::testing::Not;

Event event_of(Stage stage, Reason reason = Reason::none, nanoseconds duration = milliseconds{2}) {
    Event event;
    event.stage = stage;
    event.reason = reason;
    event.duration = duration;
    return event;
}

TEST(Metrics, AnAnswerCountsAsWhatWasReceivedToo) {
    Metrics metrics;
    metrics.count(event_of(Stage::offer));
    metrics.count(event_of(Stage::ack));
    metrics.count(event_of(Stage::nak, Reason::wrong_address));
    metrics.count(event_of(Stage::discover, Reason::no_address));
    const auto text = metrics_text(metrics, {});
    for (const auto* line : {"pxed_dhcp_packets_total{type=\"discover\",reason=\"none\"} 1\n",
                             "pxed_dhcp_packets_total{type=\"discover\",reason=\"no_address\"} 1\n",
                             "pxed_dhcp_packets_total{type=\"offer\",reason=\"none\"} 1\n",
                             "pxed_dhcp_packets_total{type=\"request\",reason=\"none\"} 2\n",
                             "pxed_dhcp_packets_total{type=\"nak\",reason=\"wrong_address\"} 1\n",
                             "pxed_request_seconds_count{protocol=\"dhcp\"} 3\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, WhatIsNoMessageIsNoPacket) {
    Metrics metrics;
    metrics.count(event_of(Stage::probe));
    metrics.count(event_of(Stage::lease_expired));
    metrics.count(event_of(Stage::notice, Reason::competing_server));
    metrics.count(event_of(Stage::tftp_request));
    EXPECT_TRUE(metrics.packets().empty());
    EXPECT_TRUE(metrics.transfers().empty());
}

TEST(Metrics, TransfersSayHowTheyEndedAndWhatWasSent) {
    Metrics metrics;
    auto sent = event_of(Stage::tftp_sent, Reason::none, seconds{2});
    sent.bytes = 26579;
    metrics.count(sent);
    auto broken = event_of(Stage::http_failed, Reason::timed_out);
    broken.bytes = 1000;
    metrics.count(broken);
    metrics.count(event_of(Stage::http_sent, Reason::not_modified));
    const auto text = metrics_text(metrics, {});
    for (const auto* line : {"pxed_transfers_total{protocol=\"tftp\",result=\"sent\"} 1\n",
                             "pxed_transfers_total{protocol=\"http\",result=\"timed_out\"} 1\n",
                             "pxed_transfers_total{protocol=\"http\",result=\"not_modified\"} 1\n",
                             "pxed_sent_bytes_total{protocol=\"tftp\"} 26579\n",
                             "pxed_sent_bytes_total{protocol=\"http\"} 1000\n",
                             "pxed_request_seconds_bucket{protocol=\"tftp\",le=\"1\"} 0\n",
                             "pxed_request_seconds_bucket{protocol=\"tftp\",le=\"5\"} 1\n",
                             "pxed_request_seconds_sum{protocol=\"tftp\"} 2\n"})
        EXPECT_THAT(text, HasSubstr(line));
    // A transfer that broke off says nothing about how long a file takes.
    EXPECT_EQ(metrics.durations(Protocol::http).count(), 1U);
}

TEST(Metrics, ABucketHasAllThatTookNoLonger) {
    Histogram histogram;
    for (const auto length : {nanoseconds{0}, nanoseconds{milliseconds{1}}, nanoseconds{milliseconds{2}},
                              nanoseconds{std::chrono::hours{2}}})
        histogram.add(length);
    EXPECT_EQ(histogram.up_to(0), 2U);
    EXPECT_EQ(histogram.up_to(1), 3U);
    EXPECT_EQ(histogram.up_to(Histogram::k_bounds.size() - 1), 3U);
    EXPECT_EQ(histogram.count(), 4U);
}

TEST(Metrics, StatesOfAPoolAndOfTheServer) {
    MetricsNow now;
    EXPECT_THAT(metrics_text({}, now), Not(HasSubstr("pxed_leases")));
    now.leases = 7;
    now.pools.push_back({"192.168.1.50-192.168.1.150", 7, 1, 93});
    now.is_reload_refused = true;
    now.started = WallTime{seconds{1'800'000'000}};
    const auto text = metrics_text({}, now);
    for (const auto* line :
         {"pxed_leases 7\n", "pxed_pool_addresses{range=\"192.168.1.50-192.168.1.150\",state=\"free\"} 93\n",
          "pxed_config_last_reload_successful 0\n", "pxed_start_time_seconds 1800000000\n",
          "pxed_build_info{version=\"" PXED_VERSION "\"} 1\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

// promtool looks at the whole in tests/e2e/metrics.sh; this needs no program.
TEST(Metrics, NoSeriesStandsTwiceAndEachFamilyHasHelpAndType) {
    Metrics metrics;
    for (const auto stage : {Stage::http_sent, Stage::http_failed, Stage::tftp_failed, Stage::offer,
                             Stage::discover, Stage::proxy_offer})
        for (const auto reason : {Reason::none, Reason::timed_out, Reason::size_probe})
            metrics.count(event_of(stage, reason));
    MetricsNow now;
    now.leases = 1;
    now.pools = {{"a", 1, 2, 3}, {"b", 1, 2, 3}};
    const auto text = metrics_text(metrics, now);
    std::set<std::string_view> series;
    std::string_view family;
    for (const auto line : split(text, '\n')) {
        if (line.empty()) continue;
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
        } else if (line.starts_with("# TYPE ")) {
            EXPECT_EQ(line.substr(7, line.find(' ', 7) - 7), family);
        } else {
            EXPECT_TRUE(line.starts_with(family)) << line;
            EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << line;
        }
    }
    EXPECT_GT(series.size(), 60U);
}

}  // namespace
}  // namespace pxed::io
