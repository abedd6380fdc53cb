#include "conversation.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <poll.h>

#include "base/text.hpp"
#include "units.hpp"

namespace pxed::oracle {

const Conversation::Verb* Conversation::find_verb(std::string_view word) {
    static constexpr std::array<Verb, 14> k_verbs{{
        {"interface", &Conversation::play_interface},
        {"config", &Conversation::play_config},
        {"file", &Conversation::play_file},
        {"tree", &Conversation::play_tree},
        {"client", &Conversation::play_client},
        {"lease", &Conversation::play_lease},
        {"probes", &Conversation::play_setting},
        {"silence", &Conversation::play_setting},
        {"send", &Conversation::play_send, true},
        {"also", &Conversation::play_send, true},
        {"ask", &Conversation::play_ask, true},
        {"wait", &Conversation::play_wait, true},
        {"hup", &Conversation::play_signal, true},
        {"restart", &Conversation::play_restart, true},
    }};
    const auto* found = std::ranges::find(k_verbs, word, &Verb::word);
    return found == k_verbs.end() ? nullptr : found;
}

Conversation::Conversation(const Case& played, const Pair<const Program*>& programs,
                           const std::vector<Difference>& table, Patience patience)
    : case_(played),
      programs_(programs),
      table_(table),
      patience_(patience),
      configuration_(played.configuration()) {}

Result<Outcome, std::string> Conversation::play() {
    auto lab = Lab::open();
    if (!lab) return fail(lab.error());
    lab_ = std::move(*lab);
    const auto& steps = case_.scenario.steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (auto done = play_step(steps[i]); !done) {
            return fail(case_.path + ": line " + std::to_string(steps[i].line) + ": " + done.error());
        }
        const bool goes_on = i + 1 < steps.size() && steps[i + 1].verb() == "also";
        if (!batch_.empty() && !goes_on) end_batch();
    }
    // A case may be about nothing but what a daemon takes for a configuration.
    if (!is_started_) {
        if (auto done = start(0); !done) return fail(case_.path + ": " + done.error());
    }
    for (const Side side : k_sides) {
        if (is_refused_ || daemons_[side]->is_running()) continue;
        outcome_.differences += programs_[side]->name + " has ended by itself\n";
    }
    if (!outcome_.differences.empty()) {
        outcome_.differences += "-- log of dnsmasq\n" + daemons_[Side::theirs]->log() + "-- log of pxed\n" +
                                daemons_[Side::ours]->log();
    }
    return std::move(outcome_);
}

Conversation::Done Conversation::play_step(const Step& step) {
    const Verb* verb = find_verb(step.verb());
    if (verb == nullptr) return fail("there is no step '" + step.verb() + "' in a case");
    if (verb->is_traffic && !is_started_) {
        if (auto done = start(step.line); !done) return done;
    }
    // Nobody is there to talk to.
    if (verb->is_traffic && is_refused_) return {};
    return (this->*verb->play)(step);
}

Conversation::Done Conversation::play_interface(const Step& step) {
    if (step.words.size() < 2) return fail("interface NAME [ADDRESS/BITS...] [loopback]");
    Port port;
    port.name = step.words[1];
    const auto count = static_cast<std::uint8_t>(lab_.ports().size() + 2);
    port.hardware = HwAddr{k_ethernet, std::array<std::uint8_t, 6>{0x52, 0x54, 0, 0, 0, count}};
    for (std::size_t i = 2; i < step.words.size(); ++i) {
        if (step.words[i] == "loopback") {
            port.is_loopback = true;
            continue;
        }
        TRY(const Network network, scenario::parse_network(step.words[i]));
        port.addresses.push_back(network);
    }
    const std::size_t before = lab_.ports().size();
    if (auto done = lab_.plug(port); !done || lab_.ports().size() == before) return done;
    for (const Side side : k_sides) {
        if (port.is_loopback) {
            taps_[side].emplace_back();
            continue;
        }
        auto tap = Tap::open(Lab::client_end(side, before));
        if (!tap) return fail(tap.error());
        taps_[side].push_back(std::move(*tap));
    }
    return {};
}

Conversation::Done Conversation::play_config(const Step& step) {
    const bool is_escaped = step.words.size() == 2 && step.words[1] == "escaped";
    const std::string text = is_escaped ? unescaped(step.text()) : step.text();
    std::ofstream{"pxed.conf", std::ios::binary} << text;
    constexpr std::string_view k_ports = "dhcp-alternate-port";
    for (const std::string& line : step.block) {
        if (!line.starts_with(k_ports)) continue;
        const auto value = line.find('=');
        const auto parts =
            split(value == std::string::npos ? "1067" : std::string_view{line}.substr(value + 1), ',');
        server_port_ = static_cast<std::uint16_t>(parse_number(parts[0]).value_or(0));
        client_port_ = static_cast<std::uint16_t>(server_port_ + 1);
        if (parts.size() > 1) client_port_ = static_cast<std::uint16_t>(parse_number(parts[1]).value_or(0));
    }
    return {};
}

Conversation::Done Conversation::play_file(const Step& step) {
    if (step.words.size() != 2) return fail("file PATH");
    const std::filesystem::path path{step.words[1]};
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << step.text();
    return {};
}

Conversation::Done Conversation::play_tree(const Step& step) {
    if (step.words.size() != 3) return fail("tree PATH SIZE");
    const auto size = parse_number(step.words[2]);
    if (!size) return fail("'" + step.words[2] + "' is no size");
    const std::filesystem::path path = "/srv/tftp/" + step.words[1];
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << std::string(*size, 't');
    return {};
}

Conversation::Done Conversation::play_client(const Step& step) {
    if (step.words.size() != 2) return fail("client NAME");
    clients_[step.words[1]] = step.joined();
    return {};
}

Conversation::Done Conversation::play_lease(const Step& step) {
    if (is_started_) return fail("leases are given before the first message");
    const Now now{Instant{}, std::chrono::time_point_cast<seconds>(std::chrono::system_clock::now())};
    TRY(const dhcp::Lease lease, scenario::parse_lease(step.words, now));
    const auto ends = lease.expires == k_never ? 0 : (now.wall + lease.duration).time_since_epoch().count();
    lease_lines_ += std::to_string(ends) + " " + lease.hardware.text() + " " + lease.address.text() + " " +
                    (lease.host_name.empty() ? "*" : std::string{lease.host_name}) + " " +
                    (lease.client_id.is_empty() ? "*" : lease.client_id.text()) + "\n";
    return {};
}

Conversation::Done Conversation::play_setting(const Step& step) {
    if (step.verb() == "probes") {
        probes_ = true;
        return {};
    }
    if (step.words.size() != 2) return fail("silence TIME");
    TRY(const nanoseconds length, scenario::parse_time(step.words[1]));
    patience_.silence = std::max(patience_.silence, std::chrono::duration_cast<milliseconds>(length));
    return {};
}

Conversation::Done Conversation::start(unsigned line) {
    is_started_ = true;
    for (const Side side : k_sides) {
        const std::string directory = side == Side::theirs ? "/srv/oracle/.theirs" : "/srv/oracle/.ours";
        std::filesystem::create_directories(directory);
        daemons_[side] = std::make_unique<Daemon>(*programs_[side], lab_.network(side), directory, probes_);
        if (!lease_lines_.empty()) std::ofstream{daemons_[side]->lease_file()} << lease_lines_;
    }
    return start_daemons(line);
}

Conversation::Done Conversation::start_daemons(unsigned line) {
    Pair<Facts> facts;
    for (const Side side : k_sides) {
        const Daemon::Start start = daemons_[side]->start(patience_.start);
        if (start == Daemon::Start::hangs)
            return fail(programs_[side]->name + " does not start:\n" + daemons_[side]->log());
        facts[side]["start"] = start == Daemon::Start::ready ? "runs" : "refuses the configuration";
        if (start == Daemon::Start::refused) is_refused_ = true;
    }
    note({{}, facts[Side::theirs], facts[Side::ours], {}, {}}, line, "at the start");
    return {};
}

Conversation::Done Conversation::play_wait(const Step& step) {
    if (step.words.size() != 2) return fail("wait TIME");
    TRY(const nanoseconds length, scenario::parse_time(step.words[1]));
    pass(std::chrono::duration_cast<milliseconds>(length));
    return {};
}

Conversation::Done Conversation::play_signal(const Step&) {
    for (const Side side : k_sides)
        daemons_[side]->signal(SIGHUP);
    // Neither says when it is done.
    pass(patience_.silence);
    return {};
}

Conversation::Done Conversation::play_restart(const Step& step) {
    for (const Side side : k_sides)
        daemons_[side]->kill();
    return start_daemons(step.line);
}

void Conversation::pass(milliseconds length) {
    Pair<std::vector<Seen>> seen;
    listen(seen, SIZE_MAX, length);
}

std::vector<Network> Conversation::server_addresses() const {
    std::vector<Network> all;
    for (const Port& port : lab_.ports())
        all.insert(all.end(), port.addresses.begin(), port.addresses.end());
    return all;
}

void Conversation::listen(Pair<std::vector<Seen>>& seen, std::size_t wanted, milliseconds longest) {
    using Clock = std::chrono::steady_clock;
    std::vector<pollfd> descriptors;
    for (const Side side : k_sides) {
        for (const Tap& tap : taps_[side])
            descriptors.push_back({tap.descriptor(), POLLIN, 0});
    }
    const auto addresses = server_addresses();
    for (auto end = Clock::now() + longest; Clock::now() < end;) {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
        ::poll(descriptors.data(), descriptors.size(), static_cast<int>(left.count()));
        const std::size_t before = seen[Side::theirs].size() + seen[Side::ours].size();
        for (const Side side : k_sides) {
            for (std::size_t i = 0; i < taps_[side].size(); ++i) {
                while (auto datagram = taps_[side][i].receive(addresses))
                    seen[side].push_back({i, std::move(*datagram)});
            }
        }
        const bool is_complete = seen[Side::theirs].size() >= wanted && seen[Side::ours].size() >= wanted;
        const bool is_new = seen[Side::theirs].size() + seen[Side::ours].size() > before;
        // Both have said what was to be expected: from here on only a surprise can come.
        if (is_complete && is_new) end = std::min(end, Clock::now() + patience_.grace);
    }
}

void Conversation::note(Exchange exchange, unsigned line, const std::string& text) {
    ++outcome_.exchanges;
    exchange.case_name = case_.scenario.name;
    exchange.configuration = configuration_;
    const Comparison comparison = compare(exchange, table_);
    outcome_.used.insert(comparison.used.begin(), comparison.used.end());
    if (comparison.unexplained.empty()) return;
    outcome_.differences += "line " + std::to_string(line) + ": " + text + "\n";
    for (const std::string& difference : comparison.unexplained)
        outcome_.differences += "    " + difference + "\n";
    outcome_.differences +=
        "  dnsmasq: " + text_of(exchange.theirs) + "\n  pxed:    " + text_of(exchange.ours) + "\n";
}

}  // namespace pxed::oracle
