#include "io/event_lines.hpp"

#include <optional>
#include <utility>

#include <initializer_list>

#include "base/text.hpp"
#include "io/event_level.hpp"
#include "machine/message.hpp"

namespace pxed::io {

using machine::Event;
using machine::Stage;

namespace {

constexpr std::size_t k_longest_name = 64;    // a host's
constexpr std::size_t k_longest_text = 255;   // a file name, a detail
constexpr std::size_t k_longest_field = 512;  // a client id or vendor class, for machines to read

bool is_tftp(Stage stage) {
    return stage == Stage::tftp_request || stage == Stage::tftp_sent || stage == Stage::tftp_failed;
}

bool is_http(Stage stage) {
    return stage == Stage::http_request || stage == Stage::http_sent || stage == Stage::http_failed;
}

bool is_about_tftp(const Event& event) {
    return is_tftp(event.stage) || event.reason == Reason::multicast_asked;
}

// dnsmasq's word for a message; empty for steps that are none.
std::string_view word_of(Stage stage) {
    switch (stage) {
        case Stage::discover:
            return "DHCPDISCOVER";
        case Stage::offer:
            return "DHCPOFFER";
        case Stage::request:
            return "DHCPREQUEST";
        case Stage::ack:
            return "DHCPACK";
        case Stage::nak:
            return "DHCPNAK";
        case Stage::decline:
            return "DHCPDECLINE";
        case Stage::release:
            return "DHCPRELEASE";
        case Stage::inform:
            return "DHCPINFORM";
        case Stage::bootp:
            return "BOOTP";
        case Stage::relay:
            return "DHCP relay";
        case Stage::notice:
            return "DHCP";
        case Stage::proxy_offer:
        case Stage::boot_server:
            return "PXE";
        case Stage::probe:
        case Stage::lease_expired:
        case Stage::tftp_request:
        case Stage::tftp_sent:
        case Stage::tftp_failed:
        case Stage::http_request:
        case Stage::http_sent:
        case Stage::http_failed:
            return {};
    }
    return {};
}

// `phrase: detail (advice)`. The advice is for what the administrator can change, and a line that only
// informs asks for nothing.
std::string explanation(const Event& event, Level level) {
    const auto& row = row_of(event.reason);
    // The phrase first: it is what people who know dnsmasq search for.
    std::string text{row.phrase};
    if (!event.detail.empty()) text += (text.empty() ? "" : ": ") + escaped(event.detail, k_longest_text);
    if (level <= Level::warning && !row.advice.empty()) text += " (" + std::string{row.advice} + ')';
    return text;
}

// `DHCPOFFER(br0) 192.168.1.132 52:54:00:00:00:01`, with log-dhcp after the number of the exchange.
std::string message_text(std::string_view word, const Event& event, bool names_address, bool logs_dhcp) {
    std::string text;
    if (logs_dhcp && event.xid != 0) text += std::to_string(event.xid) + ' ';
    text.append(word).append("(").append(escaped(event.interface, k_longest_name)).append(")");
    // 0.0.0.0 is a client without an address, and dnsmasq leaves the word out.
    if (names_address && event.peer && event.peer->ipv4() && !event.peer->ipv4()->is_zero())
        text += ' ' + event.peer->address_text();
    if (!event.machine.is_empty()) text += ' ' + event.machine.text();
    return text;
}

void add(std::vector<Field>& fields, std::string_view name, std::string value) {
    if (!value.empty()) fields.push_back({name, std::move(value)});
}

// `explained`: what the line is about, the event's reason or its step.
std::vector<Field> fields_of(const Event& event, const config::Config& config, Reason explained) {
    std::vector<Field> fields;
    const bool tftp = is_about_tftp(event);
    add(fields, "MESSAGE_ID", std::string{message_id(event.stage, explained)});
    add(fields, "SYSLOG_IDENTIFIER", std::string{tftp ? "pxed-tftp" : program_of(event.stage)});
    add(fields, "PXED_EVENT", std::string{name_of(event.stage)});
    add(fields, "PXED_STAGE", tftp ? "tftp" : is_http(event.stage) ? "http" : "dhcp");
    if (event.boot_id != 0) add(fields, "PXED_BOOT_ID", std::to_string(event.boot_id));
    if (event.xid != 0) add(fields, "PXED_XID", std::to_string(event.xid));
    if (!event.machine.is_empty()) add(fields, "PXED_MAC", event.machine.text());
    if (event.peer) add(fields, "PXED_CLIENT_IP", event.peer->address_text());
    add(fields, "PXED_INTERFACE", escaped(event.interface, k_longest_name));
    if (event.arch) {
        const auto name = pxed::name_of(*event.arch);
        add(fields, "PXED_ARCH",
            name.empty() ? std::to_string(static_cast<unsigned>(*event.arch)) : std::string{name});
    }
    if (!event.client_id.is_empty())
        add(fields, "PXED_CLIENT_ID", escaped(event.client_id.text(), k_longest_field));
    add(fields, "PXED_VENDOR_CLASS", escaped(event.vendor_class, k_longest_field));
    add(fields, "PXED_HOST_NAME", escaped(event.host_name, k_longest_field));
    add(fields, "PXED_FILE", escaped(event.file, k_longest_field));
    add(fields, "PXED_FOUND", escaped(event.found, k_longest_field));
    add(fields, "PXED_DETAIL", escaped(event.detail, k_longest_field));
    if (is_tftp(event.stage) && event.stage != Stage::tftp_request) {
        add(fields, "PXED_BYTES", std::to_string(event.bytes));
        add(fields, "PXED_RETRANSMISSIONS", std::to_string(event.retransmissions));
    }
    if (event.stage == Stage::http_sent || event.stage == Stage::http_failed)
        add(fields, "PXED_BYTES", std::to_string(event.bytes));
    if (event.duration > nanoseconds{0}) {
        const auto length = std::chrono::duration_cast<milliseconds>(event.duration);
        add(fields, "PXED_DURATION_MS", std::to_string(length.count()));
    }
    if (event.reason != Reason::none) {
        add(fields, "PXED_REASON", std::string{row_of(event.reason).name});
        add(fields, "PXED_ADVICE", std::string{row_of(event.reason).advice});
    }
    // A reload may have fewer files than the one this event was decided with.
    if (event.line.is_known() && event.line.file < config.files.size()) {
        add(fields, "PXED_CONF_FILE", config.files[event.line.file]);
        add(fields, "PXED_CONF_LINE", std::to_string(event.line.line));
    }
    return fields;
}

// What the request itself was, when its answer is the event.
std::optional<Stage> request_of(Stage stage) {
    if (stage == Stage::offer) return Stage::discover;
    if (stage == Stage::ack || stage == Stage::nak) return Stage::request;
    return std::nullopt;
}

// An answer says why there is a "but" in a line of its own, so that its own line stays as everybody knows it.
bool is_answer(const Event& event) {
    return event.stage == Stage::offer || event.stage == Stage::ack || event.stage == Stage::proxy_offer ||
           event.stage == Stage::boot_server ||
           ((event.stage == Stage::bootp || event.stage == Stage::inform) && event.reason == Reason::none);
}

// dnsmasq's two forms: `PXE(br0) MAC proxy` for an offer, `PXE(br0) ADDRESS MAC FILE` for the boot server's.
std::string pxe_text(const Event& event, bool logs_dhcp) {
    const bool names_file = event.stage == Stage::boot_server && !event.file.empty();
    return message_text(word_of(event.stage), event, names_file, logs_dhcp) + ' ' +
           (names_file ? escaped(event.file, k_longest_text) : "proxy");
}

std::string answer_text(const Event& event, bool logs_dhcp) {
    if (event.stage == Stage::proxy_offer || event.stage == Stage::boot_server)
        return pxe_text(event, logs_dhcp);
    std::string text = message_text(word_of(event.stage), event, true, logs_dhcp);
    // The name is news when the lease is: dnsmasq tells it with the ACK.
    const bool names_host = event.stage == Stage::ack || event.stage == Stage::bootp;
    if (names_host && !event.host_name.empty()) text += ' ' + escaped(event.host_name, k_longest_name);
    return text;
}

// `DHCP relay at 10.1.0.1 -> 10.2.0.2 52:54:00:00:00:01`: dnsmasq's words, and whose message it was.
std::string relay_text(const Event& event, Level level) {
    std::string text = "DHCP relay at " + escaped(event.detail, k_longest_text);
    if (event.peer) text += ' ' + event.peer->address_text();
    if (!event.machine.is_empty()) text += ' ' + event.machine.text();
    if (event.reason == Reason::none) return text;
    const auto& row = row_of(event.reason);
    text += ": " + std::string{row.phrase};
    return level <= Level::warning ? text + " (" + std::string{row.advice} + ')' : text;
}

std::string notice_text(const Event& event, Level level) {
    // What is not served is told of the machine that asked for it.
    const bool names_asker = event.reason == Reason::bsdp_asked || event.reason == Reason::multicast_asked ||
                             event.reason == Reason::tags_forgotten;
    const auto asker = event.machine.is_empty() ? address_of(event) : event.machine.text();
    return (is_about_tftp(event) ? "TFTP, " : "DHCP, ") + explanation(event, level) +
           (names_asker ? ", asked for by " + asker : "");
}

// A refusal, a silence, or something given back.
std::string other_text(const Event& event, Level level, bool logs_dhcp) {
    if (event.stage == Stage::relay) return relay_text(event, level);
    if (event.stage == Stage::notice) return notice_text(event, level);
    if (event.stage == Stage::probe) {
        const std::string who = event.machine.is_empty() ? "" : " for " + event.machine.text();
        if (event.reason == Reason::none) return "testing address " + address_of(event) + who;
        return "not offering address " + address_of(event) + who + ": " + explanation(event, level);
    }
    if (event.stage == Stage::lease_expired)
        return "lease of " + address_of(event) + " to " + event.machine.text() + " has expired";
    std::string text = message_text(word_of(event.stage), event, true, logs_dhcp);
    if (const auto why = explanation(event, level); !why.empty()) text += ' ' + why;
    return text;
}

Limit routine_limit(const config::Config& config) {
    return config.daemon.logs_dhcp ? Limit::none : Limit::routine;
}

std::vector<LogLine> dhcp_lines(const Event& event, const config::Config& config) {
    const bool logs_dhcp = config.daemon.logs_dhcp;
    const Level level = level_of(event.reason);
    const bool is_problem = level <= Level::warning;
    std::vector<LogLine> lines;
    const Limit routine = routine_limit(config);
    const auto say = [&](Level at, std::string text, Limit limit) {
        // An answer is the step itself; the reason has a line of its own beside it.
        const auto explained = limit == Limit::trouble ? event.reason : Reason::none;
        lines.push_back({at, std::move(text), fields_of(event, config, explained), limit});
    };
    // One message a decision: its first half is the answer's to tell, unless log-dhcp asks for it.
    if (const auto request = request_of(event.stage); request && logs_dhcp)
        say(Level::info, message_text(word_of(*request), event, *request == Stage::request, true), routine);
    if (is_answer(event)) {
        // quiet-dhcp silences routine, not trouble; log-dhcp was asked for more, and wins as in dnsmasq.
        if (logs_dhcp || !config.daemon.is_quiet_dhcp)
            say(Level::info, answer_text(event, logs_dhcp), routine);
        if (event.reason != Reason::none && (logs_dhcp || level < Level::debug))
            say(level, event.machine.text() + ": " + explanation(event, level), Limit::trouble);
        return lines;
    }
    const bool is_step = event.stage == Stage::lease_expired ||
                         (event.reason == Reason::none && event.stage != Stage::release);
    const bool is_routine = level == Level::debug || is_step;
    if (is_routine && !logs_dhcp) return lines;
    if (!is_problem && event.reason == Reason::none && config.daemon.is_quiet_dhcp && !logs_dhcp)
        return lines;
    say(std::min(level, Level::info), other_text(event, level, logs_dhcp),
        event.reason == Reason::none ? routine : Limit::trouble);
    return lines;
}

// The file is there, or might be, and yet nobody gets it.
bool is_refused_access(Reason reason) {
    return reason == Reason::not_a_file || reason == Reason::permission_denied ||
           reason == Reason::owner_differs || reason == Reason::outside_root ||
           reason == Reason::link_leaves_root || reason == Reason::bad_target ||
           reason == Reason::bad_request || reason == Reason::method_not_allowed ||
           reason == Reason::precondition_failed || reason == Reason::range_not_satisfiable;
}

std::string failure_text(const Event& event, Level level) {
    const std::string file = escaped(event.file, k_longest_text);
    const std::string address = address_of(event);
    const std::string why = explanation(event, level);
    if (event.reason == Reason::file_not_found) {
        const std::string detail = event.detail.empty() ? "" : ": " + escaped(event.detail, k_longest_text);
        return "file " + file + " not found for " + address + detail;
    }
    if (event.reason == Reason::size_probe) return address + " asked for the size of " + file;
    if (event.reason == Reason::unsupported_request || event.reason == Reason::write_asked)
        return "unsupported request from " + address + ": " + why;
    if (is_refused_access(event.reason)) return "cannot access " + file + " for " + address + ": " + why;
    return "failed sending " + file + " to " + address + (why.empty() ? "" : ": " + why);
}

// `grubx64.efi`, and what it stood for where that is something else: `grubx64.efi -> debian/grubx64.efi`.
std::string file_text(const Event& event, const config::Config& config) {
    std::string text = escaped(event.file, k_longest_text);
    if (!event.found.empty()) text += " -> " + escaped(event.found, k_longest_text);
    if (event.line.is_known() && event.line.file < config.files.size())
        text += " -> boot-linux of " + config.text_of(event.line);
    return text;
}

std::vector<LogLine> tftp_lines(const Event& event, const config::Config& config) {
    const Level level = level_of(event.reason);
    if (event.stage == Stage::tftp_sent) {
        const std::string text = "sent " + file_text(event, config) + " to " + address_of(event);
        return {{Level::info, text, fields_of(event, config, event.reason), routine_limit(config)}};
    }
    if (event.stage == Stage::tftp_request) {
        if (!config.daemon.logs_dhcp) return {};
        const std::string text = address_of(event) + " asks for " + file_text(event, config);
        return {{Level::info, text, fields_of(event, config, event.reason), Limit::none}};
    }
    // pxelinux asks for a dozen names until one is there, and quiet-tftp is for that.
    if (event.reason == Reason::file_not_found && config.tftp.is_quiet) return {};
    if (level == Level::debug && !config.daemon.logs_dhcp) return {};
    return {{std::min(level, Level::info), failure_text(event, level), fields_of(event, config, event.reason),
             Limit::trouble}};
}

std::vector<LogLine> http_lines(const Event& event, const config::Config& config) {
    const Level level = level_of(event.reason);
    if (level == Level::debug && !config.daemon.logs_dhcp) return {};
    const std::string file = file_text(event, config);
    if (event.stage == Stage::http_request) {
        if (!config.daemon.logs_dhcp) return {};
        return {{Level::info, address_of(event) + " asks for " + file, fields_of(event, config, event.reason),
                 Limit::none}};
    }
    if (event.stage == Stage::http_sent) {
        // The detail is the part, where it was one: sanboot's first tells more than "sent".
        std::string text = "sent " + file + " to " + address_of(event);
        if (const auto why = explanation(event, level); !why.empty()) text += ": " + why;
        // With log-dhcp too: each sector of a disk image has its line then.
        return {{Level::info, std::move(text), fields_of(event, config, event.reason), Limit::routine}};
    }
    if (event.reason == Reason::file_not_found && config.tftp.is_quiet) return {};
    if (event.reason == Reason::tls_failed)
        return {{level, address_of(event) + " speaks no HTTPS with us: " + explanation(event, level),
                 fields_of(event, config, event.reason), Limit::trouble}};
    if (event.reason == Reason::too_many_connections)
        return {{level, "refused " + address_of(event) + ": " + explanation(event, level),
                 fields_of(event, config, event.reason), Limit::trouble}};
    return {{std::min(level, Level::info), failure_text(event, level), fields_of(event, config, event.reason),
             Limit::trouble}};
}

}  // namespace

std::string_view program_of(Stage stage) {
    return is_tftp(stage) ? "pxed-tftp" : is_http(stage) ? "pxed-http" : "pxed-dhcp";
}

std::string address_of(const Event& event) {
    return event.peer ? event.peer->address_text() : "unknown address";
}

std::vector<LogLine> lines_of(const Event& event, const config::Config& config) {
    if (is_http(event.stage)) return http_lines(event, config);
    return is_tftp(event.stage) ? tftp_lines(event, config) : dhcp_lines(event, config);
}

}  // namespace pxed::io
