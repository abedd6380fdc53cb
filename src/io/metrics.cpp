#include "io/metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include <initializer_list>

namespace pxed::io {

using machine::Event;
using machine::Stage;

namespace {

std::optional<Protocol> transfer_protocol(Stage stage) {
    if (stage == Stage::tftp_sent || stage == Stage::tftp_failed) return Protocol::tftp;
    if (stage == Stage::http_sent || stage == Stage::http_failed) return Protocol::http;
    return std::nullopt;
}

// What was received, where the event is named after the answer to it.
std::optional<Stage> received_before(Stage stage) {
    if (stage == Stage::offer || stage == Stage::proxy_offer) return Stage::discover;
    if (stage == Stage::ack || stage == Stage::nak) return Stage::request;
    return std::nullopt;
}

bool is_answer(const Event& event) {
    return received_before(event.stage).has_value() || event.stage == Stage::boot_server ||
           ((event.stage == Stage::inform || event.stage == Stage::bootp) && event.reason == Reason::none);
}

bool is_dhcp_message(Stage stage) {
    return stage < Stage::tftp_request && stage != Stage::notice && stage != Stage::probe &&
           stage != Stage::lease_expired;
}

// A metric's lines: its family once, then a line for each set of labels.
class Page {
 public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
        text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    }
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    void value(std::string_view value, Labels labels = {}, std::string_view suffix = {}) {
        text_.append(name_).append(suffix);
        char before = '{';
        for (const auto& [name, is] : labels) {
            text_ += before;
            text_.append(name).append("=\"").append(is).append("\"");
            before = ',';
        }
        if (labels.size() > 0) text_ += '}';
        text_.append(" ").append(value).append("\n");
    }
    void value(std::uint64_t number, Labels labels = {}, std::string_view suffix = {}) {
        value(std::to_string(number), labels, suffix);
    }
    void one(std::string_view name, std::string_view type, std::string_view help, std::uint64_t number) {
        family(name, type, help);
        value(number);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

 private:
    std::string text_;
    std::string name_;
};

// Prometheus wants seconds; nine digits behind the point are all there is.
std::string seconds_text(nanoseconds length) {
    std::array<char, 40> text{};
    const auto count = length.count();
    std::snprintf(text.data(), text.size(), "%lld.%09lld", static_cast<long long>(count / 1'000'000'000),
                  static_cast<long long>(count % 1'000'000'000));
    std::string result = text.data();
    while (result.ends_with('0'))
        result.pop_back();
    if (result.ends_with('.')) result.pop_back();
    return result;
}

std::string_view name_of(Protocol protocol) {
    switch (protocol) {
        case Protocol::dhcp:
            return "dhcp";
        case Protocol::tftp:
            return "tftp";
        case Protocol::http:
            return "http";
    }
    return {};
}

constexpr std::array k_protocols{Protocol::dhcp, Protocol::tftp, Protocol::http};

void add_process(Page& page, const MetricsNow& now) {
    page.family("pxed_build_info", "gauge", "The version that runs.");
    page.value(1, {{"version", PXED_VERSION}});
    const auto unix_time = [](WallTime time) {
        return static_cast<std::uint64_t>(time.time_since_epoch().count());
    };
    page.one("pxed_start_time_seconds", "gauge", "When pxed started, in seconds since 1970.",
             unix_time(now.started));
    page.one("pxed_config_last_reload_successful", "gauge",
             "1: the configuration in use is the one that was read last; 0: that one was refused.",
             now.is_reload_refused ? 0 : 1);
    page.one("pxed_config_last_reload_timestamp_seconds", "gauge",
             "When the configuration in use was taken over, in seconds since 1970.",
             unix_time(now.reloaded == WallTime{} ? now.started : now.reloaded));
    page.one("pxed_log_lines_lost_total", "counter", "Lines the log took too slowly.", now.lines_lost);
    page.one("pxed_log_lines_suppressed_total", "counter",
             "Lines held back because too many of one kind came at once.", now.lines_suppressed);
    page.one("pxed_loop_stalls_total", "counter", "Times that nobody was answered for a second or longer.",
             now.stalls);
    page.family("pxed_loop_longest_turn_seconds", "gauge",
                "The longest time between two looks at the network since the last reading of this.");
    page.value(seconds_text(now.longest_turn));
}

void add_dhcp(Page& page, const Metrics& metrics, const MetricsNow& now) {
    page.family("pxed_dhcp_packets_total", "counter",
                "DHCP messages received and sent, by type and by the reason they were answered so or not.");
    for (const auto& [kind, count] : metrics.packets())
        page.value(count, {{"type", machine::name_of(kind.first)}, {"reason", row_of(kind.second).name}});
    page.one("pxed_dhcp_received_datagrams_total", "counter", "Datagrams that came to the DHCP ports.",
             now.dhcp.received);
    page.one("pxed_dhcp_sent_datagrams_total", "counter", "Replies the kernel took.", now.dhcp.sent);
    page.family("pxed_dhcp_dropped_datagrams_total", "counter",
                "Datagrams that came or went nowhere, and why.");
    page.value(now.dhcp.malformed, {{"cause", "malformed"}});
    page.value(now.dhcp.not_served, {{"cause", "interface_not_served"}});
    page.value(now.dhcp.not_sent, {{"cause", "reply_refused_by_kernel"}});
    page.value(now.overruns, {{"cause", "receive_buffer_full"}});
    if (!now.leases) return;
    page.one("pxed_leases", "gauge", "Addresses that are leased.", *now.leases);
    page.one("pxed_offered_addresses", "gauge", "Addresses kept for clients that were offered them.",
             now.holds);
    page.one("pxed_waiting_clients", "gauge", "Clients that wait for an address test or the lease database.",
             now.waiting);
    page.family("pxed_pool_addresses", "gauge", "Addresses of each dhcp-range by state.");
    for (const auto& pool : now.pools) {
        page.value(pool.leased, {{"range", pool.range}, {"state", "leased"}});
        page.value(pool.declined, {{"range", pool.range}, {"state", "declined"}});
        page.value(pool.free, {{"range", pool.range}, {"state", "free"}});
    }
}

void add_transfers(Page& page, const Metrics& metrics, const MetricsNow& now) {
    page.family("pxed_transfers_active", "gauge", "Files that are being sent.");
    page.value(now.tftp_transfers, {{"protocol", "tftp"}});
    page.value(now.http_requests, {{"protocol", "http"}});
    page.family("pxed_transfers_total", "counter",
                "Requests for files that have ended: sent, or the reason they were not.");
    for (const auto& [kind, count] : metrics.transfers())
        page.value(count, {{"protocol", name_of(kind.first)}, {"result", kind.second}});
    page.family("pxed_sent_bytes_total", "counter", "Bytes of files sent and acknowledged.");
    page.value(metrics.bytes(Protocol::tftp), {{"protocol", "tftp"}});
    page.value(metrics.bytes(Protocol::http), {{"protocol", "http"}});
    page.one("pxed_http_connections", "gauge", "Open HTTP and HTTPS connections.", now.http_connections);
    page.one("pxed_machines", "gauge", "Machines that are remembered.", now.machines);
    page.one("pxed_boots_in_flight", "gauge", "Machines whose firmware was heard of in the last minute.",
             now.booting);
}

void add_durations(Page& page, const Metrics& metrics) {
    page.family("pxed_request_seconds", "histogram",
                "From a request until its answer is ready; of files, to the last byte that was "
                "acknowledged.");
    for (const auto protocol : k_protocols) {
        const auto& durations = metrics.durations(protocol);
        for (std::size_t i = 0; i < Histogram::k_bounds.size(); ++i)
            page.value(durations.up_to(i),
                       {{"protocol", name_of(protocol)}, {"le", seconds_text(Histogram::k_bounds[i])}},
                       "_bucket");
        page.value(durations.count(), {{"protocol", name_of(protocol)}, {"le", "+Inf"}}, "_bucket");
        page.value(seconds_text(durations.sum()), {{"protocol", name_of(protocol)}}, "_sum");
        page.value(durations.count(), {{"protocol", name_of(protocol)}}, "_count");
    }
}

}  // namespace

void Histogram::add(nanoseconds length) {
    const auto bucket = std::lower_bound(k_bounds.begin(), k_bounds.end(), length);
    if (bucket != k_bounds.end()) ++buckets_[static_cast<std::size_t>(bucket - k_bounds.begin())];
    ++count_;
    sum_ += length;
}

std::uint64_t Histogram::up_to(std::size_t i) const {
    std::uint64_t sum = 0;
    for (std::size_t bucket = 0; bucket <= i; ++bucket)
        sum += buckets_[bucket];
    return sum;
}

void Metrics::count(const Event& event) {
    if (const auto protocol = transfer_protocol(event.stage)) {
        const bool is_sent = event.stage == Stage::tftp_sent || event.stage == Stage::http_sent;
        const std::string_view ending = is_sent ? "sent" : "ended_by_server";
        ++transfers_[{*protocol, event.reason == Reason::none ? ending : row_of(event.reason).name}];
        bytes_[static_cast<std::size_t>(*protocol)] += event.bytes;
        if (is_sent) durations_[static_cast<std::size_t>(*protocol)].add(event.duration);
        return;
    }
    if (!is_dhcp_message(event.stage)) return;
    ++packets_[{event.stage, event.reason}];
    if (const auto received = received_before(event.stage)) ++packets_[{*received, Reason::none}];
    if (is_answer(event)) durations_[static_cast<std::size_t>(Protocol::dhcp)].add(event.duration);
}

std::string metrics_text(const Metrics& metrics, const MetricsNow& now) {
    Page page;
    add_process(page, now);
    add_dhcp(page, metrics, now);
    add_transfers(page, metrics, now);
    add_durations(page, metrics);
    return page.take();
}

}  // namespace pxed::io
