// The `expect` steps of the player.
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "io/event_log.hpp"
#include "player.hpp"
#include "settings.hpp"
#include "stages.hpp"
#include "units.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::scenario {

namespace {

// The names a field of an event has in `expect event`.
constexpr auto k_event_names =
    std::to_array<std::string_view>({"reason", "hw", "line", "host", "file", "interface", "detail", "arch"});

// A word that is compared with nothing would let every `no-event` pass.
Result<void, std::string> check_event_words(const Step& step) {
    if (step.words.size() < 3) return fail("expect " + step.words[1] + " STAGE [ADDRESS] [NAME=VALUE...]");
    if (!is_stage(step.words[2])) return fail("there is no stage '" + step.words[2] + "'");
    for (std::size_t i = 3; i < step.words.size(); ++i) {
        const auto name = name_of(step.words[i]);
        const auto value = value_of(step.words[i]);
        if (name == step.words[i]) {
            TRY(const Ipv4 address, parse_address(name));
            if (address.is_zero()) return fail("an event names no address 0.0.0.0");
        } else if (std::ranges::find(k_event_names, name) == k_event_names.end()) {
            return fail("an event has no '" + std::string{name} + "'");
        } else if (name == "reason" &&
                   std::ranges::find(reason_table(), value, &ReasonRow::name) == reason_table().end()) {
            return fail("there is no reason '" + std::string{value} + "'");
        }
    }
    return {};
}

}  // namespace

const Player::Verb* Player::find_expectation(std::string_view word) {
    static constexpr auto k_verbs = std::to_array<Verb>({
        {"nothing", &Player::expect_nothing},
        {"event", &Player::expect_event},
        {"no-event", &Player::expect_no_event},
        {"log", &Player::expect_log},
        {"trace", &Player::expect_trace},
        {"no-trace", &Player::expect_no_trace},
        {"left-out", &Player::expect_left_out},
        {"probe", &Player::expect_probe},
        {"lease", &Player::expect_lease},
        {"no-lease", &Player::expect_no_lease},
        {"problem", &Player::expect_problem},
        {"warning", &Player::expect_warning},
        {"setting", &Player::expect_setting},
        {"script", &Player::expect_script},
        {"paths", &Player::expect_paths},
        {"written", &Player::expect_written},
        {"terms", &Player::expect_terms},
    });
    const auto* found = std::ranges::find(k_verbs, word, &Verb::word);
    return found == k_verbs.end() ? nullptr : found;
}

Player::Outcome Player::play_expect(const Step& step) {
    store_.flush();
    if (step.words.size() < 2) return fail("expect what?");
    if (const Verb* verb = find_expectation(step.words[1])) return (this->*verb->play)(step);
    return expect_reply(step);
}

std::string Player::replies_text() const {
    std::string text;
    for (const dhcp::Outgoing& reply : replies_) {
        text += "    " + reply.destination.text() + "\n        " + dhcp::text_of(reply.message) + "\n";
    }
    return text.empty() ? "    (no reply)\n" : text;
}

std::string Player::events_text() const {
    std::string text;
    for (const machine::Event& event : events_) {
        text += "    " + std::string{name_of(event.stage)} +
                (event.peer ? " " + event.peer->address_text() : "") + " hw=" + event.machine.text() +
                " reason=" + std::string{row_of(event.reason).name} +
                " line=" + std::to_string(event.line.line) + " host=\"" + escaped(event.host_name) +
                "\" file=\"" + escaped(event.file) + "\" detail=\"" + escaped(event.detail) + "\"\n";
    }
    return text.empty() ? "    (no event)\n" : text;
}

Player::Outcome Player::expect_reply(const Step& step) {
    std::size_t i = 1;
    const bool is_exact = step.words[i] == "exactly";
    if (is_exact) ++i;
    // What a relay agent sends to a server goes by whatever interface the routes say.
    const bool is_as_routed = i < step.words.size() && step.words[i] == "any";
    const dhcp::Link* link = i < step.words.size() ? find_link(step.words[i]) : nullptr;
    if (link == nullptr && !is_as_routed)
        return fail("there is neither an interface nor an expectation '" + step.words[i] + "'");
    TRY(Wanted wanted, wanted_from(step.block));
    wanted.is_exact = is_exact;
    wanted.interface = is_as_routed ? 0 : link->index;
    for (++i; i < step.words.size(); ++i) {
        if (step.words[i] == "from" && i + 1 < step.words.size()) {
            wanted.source = step.words[++i];
        } else {
            wanted.destination += (wanted.destination.empty() ? "" : " ") + step.words[i];
        }
    }
    if (replies_.empty()) {
        return fail("wanted this reply, and there is none:\n    " + wanted.text + "\nthe events were\n" +
                    events_text());
    }
    const auto found = std::ranges::find_if(
        replies_, [&](const dhcp::Outgoing& reply) { return differences(wanted, reply).empty(); });
    if (found != replies_.end()) {
        replies_.erase(found);
        return {};
    }
    std::string text = "no reply is as wanted:\n";
    for (const dhcp::Outgoing& reply : replies_) {
        for (const std::string& difference : differences(wanted, reply))
            text += "  " + difference + "\n";
        text += side_by_side(step.words.size() > 2 ? wanted.destination + " " + wanted.text : wanted.text,
                             reply.destination.text() + " " + dhcp::text_of(reply.message));
    }
    return fail(text);
}

Player::Outcome Player::expect_nothing(const Step& step) {
    if (!replies_.empty()) return fail("wanted silence, got\n" + replies_text());
    if (!probes_.empty()) return fail("wanted silence, got a probe of " + probes_.front().text());
    if (step.words.size() < 3) return {};
    const std::string& reason = step.words[2];
    const bool is_told = std::ranges::any_of(
        events_, [&](const machine::Event& event) { return row_of(event.reason).name == reason; });
    if (!is_told)
        return fail("wanted silence because of " + reason + ", but the events were\n" + events_text());
    return {};
}

bool Player::is_like(const machine::Event& event, const Step& step) {
    if (name_of(event.stage) != step.words[2]) return false;
    for (std::size_t i = 3; i < step.words.size(); ++i) {
        const auto name = name_of(step.words[i]);
        const auto value = value_of(step.words[i]);
        bool is_same = false;
        if (name == "reason") is_same = row_of(event.reason).name == value;
        if (name == "hw") is_same = event.machine.text() == value;
        if (name == "line") is_same = std::to_string(event.line.line) == value;
        if (name == "host") is_same = event.host_name == value;
        if (name == "file") is_same = event.file == value;
        if (name == "interface") is_same = event.interface == value;
        if (name == "detail") is_same = event.detail.find(value) != std::string::npos;
        if (name == "arch") is_same = event.arch && name_of(*event.arch) == value;
        if (name == step.words[i]) is_same = event.peer && event.peer->address_text() == name;
        if (!is_same) return false;
    }
    return true;
}

Player::Outcome Player::expect_event(const Step& step) {
    if (auto checked = check_event_words(step); !checked) return checked;
    const bool is_told =
        std::ranges::any_of(events_, [&](const machine::Event& event) { return is_like(event, step); });
    if (!is_told) return fail("no event is like that; the events were\n" + events_text());
    return {};
}

Player::Outcome Player::expect_no_event(const Step& step) {
    if (auto checked = check_event_words(step); !checked) return checked;
    const bool is_told =
        std::ranges::any_of(events_, [&](const machine::Event& event) { return is_like(event, step); });
    if (is_told) return fail("there is such an event:\n" + events_text());
    return {};
}

Player::Outcome Player::expect_log(const Step& step) {
    std::vector<std::string> lines;
    for (const machine::Event& event : events_) {
        for (const io::LogLine& line : io::lines_of(event, configs_.back()))
            lines.push_back(line.text);
    }
    for (const std::string& wanted : step.block) {
        if (std::ranges::any_of(lines, [&](const auto& line) { return line.starts_with(wanted); })) continue;
        std::string all;
        for (const std::string& line : lines)
            all += "    " + line + "\n";
        return fail("wanted the line\n    " + wanted + "\nthe log has\n" + all);
    }
    if (step.block.empty() && !lines.empty())
        return fail("wanted no line, the log has\n    " + lines.front());
    return {};
}

Player::Outcome Player::expect_trace(const Step& step) {
    if (step.block.empty()) return fail("expect trace stands above the words that are wanted");
    for (const std::string& wanted : step.block) {
        const bool is_there = std::ranges::any_of(
            traces_, [&](const std::string& text) { return text.find(wanted) != std::string::npos; });
        if (is_there) continue;
        std::string all;
        for (const std::string& text : traces_)
            all += text + "\n";
        return fail("wanted in the trace\n    " + wanted + "\ngot\n" + all);
    }
    return {};
}

Player::Outcome Player::expect_no_trace(const Step&) {
    if (!traces_.empty()) return fail("there is a trace:\n" + traces_.front());
    return {};
}

Player::Outcome Player::expect_left_out(const Step& step) {
    const std::vector<std::string> wanted{step.words.begin() + 2, step.words.end()};
    if (wanted.empty()) return fail("expect left-out CODE...");
    const auto got = std::exchange(left_out_, {});
    if (got == wanted) return {};
    std::string all;
    for (const std::string& code : got)
        all += " " + code;
    return fail("left out was" + (all.empty() ? " nothing" : all));
}

Player::Outcome Player::expect_probe(const Step& step) {
    if (step.words.size() != 3) return fail("expect probe ADDRESS");
    TRY(const Ipv4 address, parse_address(step.words[2]));
    if (!replies_.empty()) return fail("wanted a probe first, got\n" + replies_text());
    const auto found = std::ranges::find(probes_, address);
    if (found == probes_.end()) {
        return fail("wanted a probe of " + address.text() +
                    (probes_.empty() ? ", got none" : ", got one of " + probes_.front().text()));
    }
    probes_.erase(found);
    return {};
}

Player::Outcome Player::expect_lease(const Step& step) {
    TRY(const dhcp::Lease wanted, parse_lease({step.words.begin() + 1, step.words.end()}, now_));
    const auto rows = store_.rows();
    const auto row = std::ranges::find(rows, wanted.address, &dhcp::Lease::address);
    if (row == rows.end()) {
        return fail("no row of " + wanted.address.text() + " is stored; stored are\n" +
                    rows_text(rows, now_));
    }
    bool is_same = row->state == wanted.state;
    for (std::size_t i = 3; i < step.words.size(); ++i) {
        const auto name = name_of(step.words[i]);
        if (name == "hw") is_same = is_same && row->hardware == wanted.hardware;
        if (name == "id") is_same = is_same && row->client_id == wanted.client_id;
        if (name == "name") is_same = is_same && row->host_name == wanted.host_name;
        if (name == "netbooted") is_same = is_same && row->was_netbooted;
        // `for` is what is left of it; SQLite's file has it by the real clock.
        if (name == "for" && store_.scripted() != nullptr)
            is_same = is_same && row->expires == wanted.expires;
    }
    if (!is_same) return fail("the row is another one:\n" + rows_text({*row}, now_));
    return {};
}

Player::Outcome Player::expect_no_lease(const Step& step) {
    if (step.words.size() != 3) return fail("expect no-lease ADDRESS");
    TRY(const Ipv4 address, parse_address(step.words[2]));
    const auto rows = store_.rows();
    const auto row = std::ranges::find(rows, address, &dhcp::Lease::address);
    if (row != rows.end()) return fail("there is a row:\n" + rows_text({*row}, now_));
    return {};
}

Player::Outcome Player::expect_problem(const Step& step) {
    if (step.block.empty()) return fail("expect problem stands above the words that are wanted");
    std::string all;
    for (const config::Problem& problem : problems_)
        all += "    " + problem.text() + "\n";
    for (const std::string& wanted : step.block) {
        if (all.find(wanted) == std::string::npos) return fail("wanted\n    " + wanted + "\ngot\n" + all);
    }
    problems_.clear();
    return {};
}

Player::Outcome Player::expect_warning(const Step& step) {
    if (step.block.empty()) return fail("expect warning stands above the words that are wanted");
    if (configs_.empty()) return fail("there is no configuration yet");
    std::string all;
    for (const config::Finding& finding : configs_.back().findings) {
        all += "    " + configs_.back().text_of(finding.origin) + ": " + finding.text + "\n";
    }
    for (const std::string& wanted : step.block) {
        if (all.find(wanted) == std::string::npos) return fail("wanted\n    " + wanted + "\ngot\n" + all);
    }
    return {};
}

Player::Outcome Player::expect_setting(const Step& step) {
    if (configs_.empty()) return fail("there is no configuration yet");
    for (std::size_t i = 2; i < step.words.size(); ++i) {
        const auto value = setting(configs_.back(), name_of(step.words[i]));
        if (!value) return fail("there is no setting '" + std::string{name_of(step.words[i])} + "'");
        if (*value != value_of(step.words[i])) return fail(step.words[i] + ": it is " + *value);
    }
    return {};
}

Player::Outcome Player::expect_paths(const Step& step) {
    if (paths_ != std::vector<std::string>{step.words.begin() + 2, step.words.end()}) {
        std::string all;
        for (const std::string& path : paths_)
            all += " " + path;
        return fail("it looks for" + (all.empty() ? " nothing" : all));
    }
    return {};
}

Player::Outcome Player::expect_written(const Step& step) {
    auto lines = split(written_, '\n');
    for (auto& line : lines)
        line = trim(line);
    for (const std::string& wanted : step.block) {
        if (std::ranges::find(lines, wanted) == lines.end())
            return fail("no such line: " + wanted + "\nit is\n" + (written_.empty() ? "nothing" : written_));
    }
    if (step.block.empty() && !written_.empty()) return fail("there is one:\n" + written_);
    return {};
}

Player::Outcome Player::expect_terms(const Step& step) {
    std::string wanted;
    for (std::size_t i = 2; i < step.words.size(); ++i)
        wanted += (wanted.empty() ? "" : " ") + step.words[i];
    if (wanted != terms_) return fail("the terms are: " + terms_);
    return {};
}

}  // namespace pxed::scenario
