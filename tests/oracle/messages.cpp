// The `send` and `also` steps: DHCP messages on their way to both daemons, and the answers beside each other.
#include <algorithm>

#include "base/text.hpp"
#include "conversation.hpp"
#include "scenario.hpp"
#include "units.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::oracle {
namespace {

// A client's message is at most what every network carries (RFC 2131 2).
constexpr std::size_t k_largest_message = 1472;
/// Stands for the address that this side has offered the machine last.
constexpr std::string_view k_offered = "=offered";

std::string with_address(std::string text, Ipv4 address) {
    for (auto at = text.find(k_offered); at != std::string::npos; at = text.find(k_offered))
        text.replace(at + 1, k_offered.size() - 1, address.text());
    return text;
}

/// What came of this message: the same transaction. A relay agent's is a request on its way to the server.
bool is_answer(const dhcp::Message& reply, const dhcp::Message& request) {
    return reply.xid == request.xid;
}

}  // namespace

Result<std::size_t, std::string> Conversation::port_named(const std::string& name) const {
    const auto& ports = lab_.ports();
    const auto found = std::ranges::find(ports, name, &Port::name);
    if (found == ports.end()) return fail("there is no interface " + name);
    if (found->is_loopback) return fail("nobody is on " + name);
    return static_cast<std::size_t>(found - ports.begin());
}

Result<Conversation::Travel, std::string> Conversation::travel_of(const Step& step) const {
    Travel travel;
    travel.source_port = client_port_;
    travel.server_port = server_port_;
    for (std::size_t i = 2; i < step.words.size(); ++i) {
        const std::string& word = step.words[i];
        if (word == "to-us") {
            travel.is_to_us = true;
            continue;
        }
        if (i + 1 == step.words.size()) return fail("'" + word + "' lacks its value");
        const std::string& value = step.words[++i];
        if (word == "as") {
            const auto client = clients_.find(value);
            if (client == clients_.end()) return fail("there is no client " + value);
            travel.client = client->second;
        } else if (word == "from") {
            TRY(const scenario::AddressPort from, scenario::parse_address_port(value, client_port_));
            travel.source = from.address;
            travel.source_port = from.port;
        } else if (word == "port") {
            travel.server_port = static_cast<std::uint16_t>(parse_number(value).value_or(0));
        } else {
            return fail("'" + word + "' says nothing about a message");
        }
    }
    return travel;
}

Result<dhcp::Message, std::string> Conversation::message_for(Side side, const std::string& text) const {
    TRY(const dhcp::Message asker, dhcp::message_from_text(with_address(text, {})));
    const auto offered = offered_[side].find(asker.hardware);
    return dhcp::message_from_text(
        with_address(text, offered == offered_[side].end() ? Ipv4{} : offered->second));
}

void Conversation::emit(Side side, const Question& question, const Travel& travel) {
    const dhcp::Message& message = question.messages[side];
    const Port& port = lab_.ports()[question.port];
    const bool comes_from_relay = !message.giaddr.is_zero() || !message.hardware.is_ethernet();
    const HwAddr from = comes_from_relay ? neighbour() : message.hardware;
    constexpr std::array<std::uint8_t, 6> k_all{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const HwAddr to = travel.is_to_us ? port.hardware : HwAddr{k_ethernet, k_all};
    const bool has_address = travel.is_to_us && !port.addresses.empty();
    const Ipv4 destination = has_address ? port.addresses.front().address : k_limited_broadcast;
    const auto built = dhcp::build(message, k_largest_message);
    taps_[side][question.port].send(
        from, to, {travel.source, travel.source_port, destination, travel.server_port, built.bytes});
}

Conversation::Done Conversation::play_send(const Step& step) {
    if (step.words.size() < 2) return fail("send INTERFACE");
    if (step.verb() == "also" && batch_.empty()) return fail("`also` stands below `send`");
    Question question;
    TRY(question.port, port_named(step.words[1]));
    TRY(const Travel travel, travel_of(step));
    question.line = step.line;
    question.text = scenario::with_defaults(step.joined(), travel.client);
    for (const Side side : k_sides) {
        TRY(question.messages[side], message_for(side, question.text));
    }
    for (const Side side : k_sides)
        emit(side, question, travel);
    batch_.push_back(std::move(question));
    return {};
}

void Conversation::end_batch() {
    Pair<std::vector<Seen>> seen;
    listen(seen, batch_.size(), patience_.silence);
    for (const Question& question : batch_)
        compare_answers(question, seen);
    batch_.clear();
}

void Conversation::compare_answers(const Question& question, const Pair<std::vector<Seen>>& seen) {
    Pair<std::vector<Facts>> answers;
    for (const Side side : k_sides) {
        const dhcp::Message& request = question.messages[side];
        for (const Seen& one : seen[side]) {
            const auto reply = dhcp::parse(one.datagram.payload);
            if (reply && !is_answer(*reply, request)) continue;
            Facts facts = facts_of_reply(one.datagram, request);
            facts["interface"] = lab_.ports()[one.port].name;
            answers[side].push_back(std::move(facts));
            if (reply && !reply->yiaddr.is_zero()) offered_[side][request.hardware] = reply->yiaddr;
        }
    }
    const std::size_t most =
        std::max({answers[Side::theirs].size(), answers[Side::ours].size(), std::size_t{1}});
    for (auto& some : answers)
        some.resize(most);
    for (std::size_t i = 0; i < most; ++i) {
        note({facts_of(question.messages[Side::ours]),
              answers[Side::theirs][i],
              answers[Side::ours][i],
              {},
              {}},
             question.line, question.text);
    }
}

}  // namespace pxed::oracle
