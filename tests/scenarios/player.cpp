#include "player.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/boot_trees.hpp"
#include "io/clock.hpp"
#include "io/served.hpp"
#include "units.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::scenario {
namespace {

constexpr std::string_view k_config_path = "pxed.conf";
/// An endless row of deadlines is a bug, not a long scenario.
constexpr unsigned k_most_deadlines = 10000;

}  // namespace

const Player::Verb* Player::find_verb(std::string_view word) {
    static constexpr auto k_verbs = std::to_array<Verb>({
        {"interface", &Player::play_interface},
        {"file", &Player::play_file},
        {"tree", &Player::play_tree},
        {"config", &Player::play_config},
        {"reload", &Player::play_config},
        {"hup", &Player::play_hup},
        {"client", &Player::play_client},
        {"lease", &Player::play_lease},
        {"only", &Player::play_only},
        {"send", &Player::play_send},
        {"also", &Player::play_send},
        {"foreign", &Player::play_foreign},
        {"answer", &Player::play_answer},
        {"wait", &Player::play_wait},
        {"store", &Player::play_store},
        {"restart", &Player::play_restart},
        {"ask", &Player::play_ask},
    });
    const auto* found = std::ranges::find(k_verbs, word, &Verb::word);
    return found == k_verbs.end() ? nullptr : found;
}

Player::Player(const Scenario& scenario, StoreKind store) : scenario_(scenario), store_(store) {
    now_ = {Instant{seconds{1000}}, WallTime{seconds{1'800'000'000}}};
    // The daemon's store reads the clocks itself, to write wall time into its file.
    if (store == StoreKind::sqlite) now_ = io::read_clocks();
}

Player::~Player() {
    // The store goes first: it must not answer a server that is gone.
    store_.kill();
}

Player::Outcome Player::play() {
    const auto& steps = scenario_.steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step none;
        const Step& next = i + 1 < steps.size() ? steps[i + 1] : none;
        auto outcome = play_step(steps[i], next);
        if (is_skipped_) return {};
        if (!outcome) return fail("line " + std::to_string(steps[i].line) + ": " + outcome.error());
    }
    if (expectations_ == 0) return fail(std::string{"it expects nothing, so it can show nothing"});
    return end();
}

Player::Outcome Player::play_step(const Step& step, const Step& next) {
    if (step.verb() == "expect") {
        ++expectations_;
        if (auto outcome = play_expect(step); !outcome) return outcome;
    } else if (const Verb* verb = find_verb(step.verb())) {
        if (auto outcome = (this->*verb->play)(step); !outcome) return outcome;
    } else {
        return fail("there is no step '" + step.verb() + "'");
    }
    // A batch ends where no `also` follows.
    const std::string_view next_verb = next.words.empty() ? "" : std::string_view{next.verb()};
    if (!batch_.empty() && next_verb != "also") receive_batch();
    const bool may_be_wrong = next_verb == "expect" && next.words.size() > 1 && next.words[1] == "problem";
    if (!problems_.empty() && !may_be_wrong) return fail(problems_.front().text());
    if (!broken_.empty()) return fail(broken_.front());
    return {};
}

Player::Outcome Player::play_interface(const Step& step) {
    if (step.words.size() < 2) return fail("interface NAME [ADDRESS/BITS...]");
    dhcp::Link link;
    link.name = step.words[1];
    link.index = static_cast<unsigned>(links_.size()) + 2;
    const std::array<std::uint8_t, 6> hardware{0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(link.index)};
    link.hardware = HwAddr{k_ethernet, hardware};
    for (std::size_t i = 2; i < step.words.size(); ++i) {
        if (step.words[i] == "loopback") {
            link.is_loopback = true;
            continue;
        }
        TRY(const Network network, parse_network(step.words[i]));
        link.addresses.push_back(network);
    }
    const auto old = std::ranges::find(links_, link.name, &dhcp::Link::name);
    if (old == links_.end()) {
        links_.push_back(std::move(link));
    } else {
        old->addresses = std::move(link.addresses);
    }
    return {};
}

Player::Outcome Player::play_file(const Step& step) {
    if (step.words.size() != 2) return fail("file PATH");
    files_[step.words[1]] = step.text();
    return {};
}

Player::Outcome Player::play_tree(const Step& step) {
    if (step.words.size() < 3) return fail("tree PATH PLATFORM [LOADER], or tree PATH gone");
    if (step.words[2] == "gone") {
        if (tree_.programs.erase(step.words[1]) == 0) return fail(step.words[1] + " is not in the tree");
        return {};
    }
    TRY(const auto program, parse_boot_program(step.words[2], step.words.size() > 3 ? step.words[3] : ""));
    tree_.programs[step.words[1]] = program;
    return {};
}

Result<config::Config, std::vector<config::Problem>> Player::read_config(const Step& step) const {
    config::Reader reader;
    reader.read_file = [&](const std::string& path) -> Result<config::FileText, std::string> {
        if (path == k_config_path) return config::FileText{step.text(), 1};
        const auto found = files_.find(path);
        if (found == files_.end()) return fail("cannot read " + path + ": No such file or directory");
        const auto number = static_cast<std::uint64_t>(std::distance(files_.begin(), found));
        return config::FileText{found->second, number + 2};
    };
    reader.list_directory = [&](const std::string& path) -> Result<std::vector<std::string>, std::string> {
        std::vector<std::string> names;
        for (const auto& [name, text] : files_) {
            if (name.starts_with(path + "/")) names.push_back(name.substr(path.size() + 1));
        }
        if (names.empty()) return fail("cannot read " + path + ": No such file or directory");
        return names;
    };
    return config::load(std::string{k_config_path}, {}, reader);
}

Player::Outcome Player::play_config(const Step& step) {
    if (auto quiet = require_quiet(step); !quiet) return quiet;
    problems_.clear();
    config_step_ = &step;
    auto loaded = read_config(step);
    if (!loaded) {
        problems_ = std::move(loaded).error();
        return {};
    }
    configs_.push_back(std::move(*loaded));
    config::use_boot_trees(configs_.back(), {tree_, {}});
    if (server_) {
        server_->use(configs_.back().dhcp);
        follow_leases();
        news_.repeat_all();
        server_->trace_decisions(configs_.back().daemon.logs_dhcp);
    }
    return {};
}

// SIGHUP with the configuration as it was and the files as they are now.
Player::Outcome Player::play_hup(const Step&) {
    if (config_step_ == nullptr) return fail("there is no configuration yet");
    return play_config(*config_step_);
}

Player::Outcome Player::play_client(const Step& step) {
    if (step.words.size() != 2) return fail("client NAME");
    clients_[step.words[1]] = step.joined();
    return {};
}

Player::Outcome Player::play_lease(const Step& step) {
    if (server_) return fail("leases are given before the first message");
    TRY(dhcp::Lease lease, parse_lease(step.words, now_));
    lease.version = 1;
    rows_at_start_.push_back(lease);
    return {};
}

Player::Outcome Player::play_only(const Step& step) {
    const bool is_named = std::ranges::any_of(
        step.words, [&](const std::string& word) { return store_kind(word) == store_.kind(); });
    is_skipped_ = !is_named;
    return {};
}

const dhcp::Link* Player::find_link(std::string_view name) const {
    const auto found = std::ranges::find(links_, name, &dhcp::Link::name);
    return found == links_.end() ? nullptr : &*found;
}

std::vector<io::Interface> Player::interfaces() const {
    std::vector<io::Interface> table;
    for (const auto& link : links_) {
        io::Interface interface;
        interface.name = link.name;
        interface.index = link.index;
        interface.hardware = link.hardware;
        interface.addresses = link.addresses;
        interface.is_up = true;
        interface.is_loopback = link.is_loopback;
        table.push_back(std::move(interface));
    }
    return table;
}

std::vector<dhcp::Link> Player::links_as_served() const {
    auto links = links_;
    const auto table = interfaces();
    for (std::size_t i = 0; i < links.size(); ++i)
        links[i].addresses = io::addresses_as_served(configs_.back().daemon, table[i]);
    return links;
}

Player::Outcome Player::start() {
    if (server_) return {};
    if (configs_.empty()) return fail("there is no configuration yet");
    store_.open(rows_at_start_);
    dhcp::Surroundings& surroundings = *this;
    server_ = std::make_unique<dhcp::Server>(configs_.back().dhcp, store_.store(), surroundings);
    server_->trace_decisions(configs_.back().daemon.logs_dhcp);
    server_->load(store_.rows());
    news_.load(store_.rows());
    follow_leases();
    return {};
}

Result<dhcp::Arrival, std::string> Player::arrival_of(const Step& step) {
    if (step.words.size() < 2) return fail("send INTERFACE");
    dhcp::Arrival arrival;
    arrival.link = find_link(step.words[1]);
    if (arrival.link == nullptr) return fail("there is no interface " + step.words[1]);
    arrival.received = now_.instant;
    arrival.source_port = configs_.back().dhcp.client_port;
    arrival.local_port = configs_.back().dhcp.server_port;
    std::string text = step.joined();
    for (std::size_t i = 2; i < step.words.size(); ++i) {
        const std::string& word = step.words[i];
        if (word == "to-us") {
            arrival.was_unicast = true;
            continue;
        }
        if (i + 1 == step.words.size()) return fail("'" + word + "' lacks its value");
        const std::string& value = step.words[++i];
        if (word == "as") {
            const auto client = clients_.find(value);
            if (client == clients_.end()) return fail("there is no client " + value);
            text = with_defaults(text, client->second);
        } else if (word == "from") {
            TRY(const AddressPort from, parse_address_port(value, arrival.source_port));
            arrival.source = from.address;
            arrival.source_port = from.port;
        } else if (word == "port") {
            arrival.local_port = static_cast<std::uint16_t>(parse_number(value).value_or(0));
        } else {
            return fail("'" + word + "' says nothing about a message");
        }
    }
    TRY(arrival.message, dhcp::message_from_text(text));
    return arrival;
}

Player::Outcome Player::play_send(const Step& step) {
    if (step.verb() == "send") {
        if (auto quiet = require_quiet(step); !quiet) return quiet;
        if (auto started = start(); !started) return started;
    } else if (batch_.empty()) {
        return fail("`also` stands below `send`");
    }
    TRY(dhcp::Arrival arrival, arrival_of(step));
    batch_.push_back(std::move(arrival));
    return {};
}

void Player::receive_batch() {
    events_.clear();
    traces_.clear();
    // As DhcpService does it: first the relay agent; an alias stands for another interface, and what is not
    // served is not heard.
    const auto links = links_as_served();
    const auto table = interfaces();
    const auto& daemon = configs_.back().daemon;
    std::vector<dhcp::Arrival> heard;
    for (dhcp::Arrival& arrival : std::exchange(batch_, {})) {
        if (is_relayed(arrival)) continue;
        const auto came_by = std::ranges::find(table, arrival.link->index, &io::Interface::index);
        const io::Interface* link = io::taken_for(daemon, *came_by, table);
        if (link == nullptr || !io::is_served(daemon, *link)) continue;
        arrival.link = &*std::ranges::find(links, link->index, &dhcp::Link::index);
        arrival.leaves_by = came_by->index;
        heard.push_back(std::move(arrival));
    }
    server_->follow(links);
    server_->receive(std::move(heard), now_);
}

Player::Outcome Player::play_foreign(const Step& step) {
    if (step.words.size() < 4 || step.words[2] != "from") return fail("foreign INTERFACE from ADDRESS [MAC]");
    if (auto quiet = require_quiet(step); !quiet) return quiet;
    if (auto started = start(); !started) return started;
    const auto links = links_as_served();
    const auto link = std::ranges::find(links, step.words[1], &dhcp::Link::name);
    if (link == links.end()) return fail("there is no interface " + step.words[1]);
    dhcp::ForeignReply reply;
    reply.link = &*link;
    TRY(reply.source, parse_address(step.words[3]));
    if (step.words.size() > 4) reply.sender = HwAddr::parse(step.words[4]).value_or(HwAddr{});
    TRY(reply.message, dhcp::message_from_text(step.joined()));
    events_.clear();
    server_->follow(links);
    server_->hear(reply, now_);
    return {};
}

Player::Outcome Player::play_answer(const Step& step) {
    if (step.words.size() != 4 || step.words[1] != "probe" || !server_) {
        return fail("answer probe ADDRESS free|in-use");
    }
    if (auto quiet = require_quiet(step); !quiet) return quiet;
    TRY(const Ipv4 address, parse_address(step.words[2]));
    const bool is_in_use = step.words[3] == "in-use";
    if (!is_in_use && step.words[3] != "free") return fail("a probed address is free or in-use");
    events_.clear();
    server_->follow(links_as_served());
    server_->on_probe_answer(address, is_in_use, now_);
    return {};
}

Player::Outcome Player::play_wait(const Step& step) {
    if (step.words.size() != 2) return fail("wait TIME");
    if (auto quiet = require_quiet(step); !quiet) return quiet;
    TRY(const nanoseconds length, parse_time(step.words[1]));
    events_.clear();
    return pass_time(length);
}

Player::Outcome Player::pass_time(nanoseconds length) {
    const Instant end = now_.instant + length;
    const WallTime wall_end = now_.wall + std::chrono::duration_cast<seconds>(length);
    for (unsigned i = 0; server_ != nullptr; ++i) {
        const auto next = server_->next_deadline();
        if (!next || *next > end) break;
        if (i == k_most_deadlines) return fail("the server asks for the same deadline for ever");
        now_.wall = wall_end - std::chrono::duration_cast<seconds>(end - std::max(*next, now_.instant));
        now_.instant = std::max(*next, now_.instant);
        server_->on_time(now_);
        store_.flush();
        // A store that is held back leaves the deadline where it was.
        if (store_.scripted() != nullptr && store_.scripted()->is_holding()) break;
    }
    now_ = {end, wall_end};
    return {};
}

Player::Outcome Player::play_store(const Step& step) {
    test::ScriptedStore* store = store_.scripted();
    if (store == nullptr) {
        is_skipped_ = true;
        return {};
    }
    if (auto started = start(); !started) return started;
    const std::string verb = step.words.size() > 1 ? step.words[1] : "";
    const std::string value = step.words.size() > 2 ? step.words[2] : "";
    const auto count = static_cast<std::size_t>(parse_number(value).value_or(1));
    const auto which =
        value == "newest" ? test::ScriptedStore::Which::newest : test::ScriptedStore::Which::oldest;
    if (verb == "holds") {
        store->hold(true);
    } else if (verb == "resumes") {
        store->hold(false);
        store_.flush();
    } else if (verb == "answers") {
        if (!store->answer(which)) return fail("no answer of the store is waiting");
    } else if (verb == "fails") {
        store->fail_next(count, "the disk is full");
    } else if (verb == "conflicts") {
        store->conflict_next(count);
    } else if (verb == "gets") {
        TRY(const dhcp::Lease lease, parse_lease({step.words.begin() + 1, step.words.end()}, now_));
        store->write_behind(lease.address, lease);
    } else if (verb == "loses") {
        TRY(const Ipv4 address, parse_address(value));
        store->write_behind(address, std::nullopt);
    } else {
        return fail("a store cannot '" + verb + "'");
    }
    return {};
}

Player::Outcome Player::play_restart(const Step&) {
    // Killed, not stopped: what waits is lost, and that is the point.
    store_.kill();
    replies_.clear();
    left_out_.clear();
    probes_.clear();
    server_.reset();
    if (configs_.empty()) return fail("there is no configuration yet");
    dhcp::Surroundings& surroundings = *this;
    server_ = std::make_unique<dhcp::Server>(configs_.back().dhcp, store_.store(), surroundings);
    server_->trace_decisions(configs_.back().daemon.logs_dhcp);
    server_->load(store_.rows());
    news_.load(store_.rows());
    follow_leases();
    return {};
}

Player::Outcome Player::require_quiet(const Step&) {
    store_.flush();
    if (!replies_.empty()) return fail("before this, a reply that nothing expects:\n" + replies_text());
    if (!probes_.empty()) return fail("before this, a probe that nothing expects: " + probes_.front().text());
    if (!left_out_.empty()) return fail("before this, option " + left_out_.front() + " did not fit");
    return {};
}

Player::Outcome Player::end() {
    store_.flush();
    if (!replies_.empty()) return fail("at the end, a reply that nothing expects:\n" + replies_text());
    if (!probes_.empty()) return fail("at the end, a probe that nothing expects: " + probes_.front().text());
    if (!left_out_.empty()) return fail("at the end, option " + left_out_.front() + " did not fit");
    if (!server_ || (store_.scripted() != nullptr && store_.scripted()->pending() > 0)) return {};
    // What the server believes and what would survive it are the same once nothing is under way.
    std::vector<dhcp::Lease> believed;
    for (const auto& [address, lease] : server_->leases().leases())
        believed.push_back(lease);
    const auto stored = store_.rows();
    const auto is_same = [this](const dhcp::Lease& a, const dhcp::Lease& b) {
        return store_.scripted() != nullptr ? a == b : is_same_row(a, b);
    };
    if (!std::ranges::equal(believed, stored, is_same)) {
        return fail("at the end, the server and its store disagree:\nserver:\n" + rows_text(believed, now_) +
                    "store:\n" + rows_text(stored, now_));
    }
    return {};
}

void Player::send(const dhcp::Outgoing& outgoing) {
    for (const std::string& rule : broken_rules(outgoing)) {
        broken_.push_back("a reply " + rule + ": " + dhcp::text_of(outgoing.message));
    }
    // RFC 2131 3.1(4): nothing is acknowledged that would not survive a power cut at this moment. A PXE boot
    // server's ACK gives no lease.
    const bool promises =
        outgoing.message.type() == dhcp::MessageType::ack && outgoing.message.options.has(dhcp::k_lease_time);
    if (promises && store_.scripted() != nullptr) {
        const auto& rows = store_.scripted()->rows();
        const auto row = rows.find(outgoing.message.yiaddr);
        if (row == rows.end() || row->second.hardware != outgoing.message.hardware) {
            broken_.push_back("acknowledged but not stored: " + dhcp::text_of(outgoing.message));
        }
    }
    // What is compared is what the client reads, not what was meant.
    const dhcp::Built built = dhcp::build(outgoing.message, outgoing.limit);
    for (const std::uint8_t code : built.left_out)
        left_out_.push_back(std::to_string(code));
    dhcp::Outgoing read = outgoing;
    if (auto parsed = dhcp::parse(built.bytes)) read.message = std::move(*parsed);
    replies_.push_back(std::move(read));
}

void Player::probe(Ipv4 address, unsigned) {
    probes_.push_back(address);
}

void Player::tell(machine::Event event) {
    machines_.observe(event, now_.instant);
    events_.push_back(std::move(event));
}

void Player::trace(const std::string& text) {
    traces_.push_back(text);
}

}  // namespace pxed::scenario
