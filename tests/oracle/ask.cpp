// The `ask` step: a TFTP request to both daemons, as far as the first block.
#include <algorithm>

#include "base/text.hpp"
#include "conversation.hpp"
#include "wire/tftp_packet.hpp"

namespace pxed::oracle {
namespace {

/// Who asks when the case does not say: the golden vectors' 10.99.0.2.
Ipv4 second_address(const Port& port) {
    return port.addresses.empty() ? Ipv4{} : Ipv4{port.addresses.front().base().value() + 2};
}

/// A request packet with any mode, which build_request() would not write.
std::vector<std::uint8_t> request_packet(std::uint8_t opcode, std::string_view file, std::string_view mode,
                                         const std::vector<std::string_view>& options) {
    std::vector<std::uint8_t> packet{0, opcode};
    const auto add = [&](std::string_view text) {
        packet.insert(packet.end(), text.begin(), text.end());
        packet.push_back(0);
    };
    add(file);
    add(mode);
    for (const std::string_view word : options) {
        add(scenario::name_of(word));
        add(scenario::value_of(word));
    }
    return packet;
}

}  // namespace

Conversation::Done Conversation::play_ask(const Step& step) {
    if (step.words.size() < 3) return fail("ask INTERFACE \"NAME\" [netascii|mail|write] [OPTION=VALUE...]");
    Request request;
    TRY(request.port, port_named(step.words[1]));
    request.client = second_address(lab_.ports()[request.port]);
    std::string_view mode = "octet";
    std::uint8_t opcode = 1;
    std::vector<std::string_view> options;
    for (std::size_t i = 3; i < step.words.size(); ++i) {
        const std::string& word = step.words[i];
        if (word == "netascii" || word == "mail") {
            mode = word;
        } else if (word == "write") {
            opcode = 2;
        } else if (word.starts_with("client=")) {
            request.client = Ipv4::parse(scenario::value_of(word)).value_or(Ipv4{});
        } else if (word.starts_with("raw=")) {
            const auto bytes = parse_hex(scenario::value_of(word));
            if (!bytes) return fail("'" + word + "' is no raw=HEX");
            request.packet = *bytes;
        } else if (word.find('=') != std::string::npos) {
            options.emplace_back(word);
        } else {
            return fail("'" + word + "' says nothing about a request");
        }
    }
    const std::string file = unescaped(scenario::value_of("=" + step.words[2]));
    if (request.packet.empty()) request.packet = request_packet(opcode, file, mode, options);
    Facts sent{{"type", "RRQ"}, {"file", escaped(file)}, {"mode", std::string{mode}}};
    for (const std::string_view option : options)
        sent["option." + lower_case(scenario::name_of(option))] = scenario::value_of(option);
    Pair<std::vector<Facts>> seen;
    std::size_t most = 1;
    for (const Side side : k_sides) {
        seen[side] = ask(side, request);
        most = std::max(most, seen[side].size());
    }
    std::string text;
    for (const std::string& word : step.words)
        text += (text.empty() ? "" : " ") + word;
    for (std::size_t i = 0; i < most; ++i) {
        for (auto& facts : seen)
            facts.resize(most);
        note({sent, seen[Side::theirs][i], seen[Side::ours][i], {}, {}}, step.line, text);
    }
    return {};
}

std::vector<Facts> Conversation::ask(Side side, const Request& request) {
    const Port& port = lab_.ports()[request.port];
    const Ipv4 server = port.addresses.empty() ? Ipv4{} : port.addresses.front().address;
    const std::uint16_t own = next_transfer_++;
    Tap& tap = taps_[side][request.port];
    const auto send = [&](std::uint16_t to, Bytes packet) {
        tap.send(neighbour(), port.hardware, {request.client, own, server, to, packet});
    };
    send(tftp::k_port, request.packet);
    std::vector<Facts> facts;
    for (unsigned packets = 0; packets < 2; ++packets) {
        Pair<std::vector<Seen>> seen;
        // The other side is not asked at this moment: one answer is all there can be.
        const auto start = std::chrono::steady_clock::now();
        const auto is_mine = [&](const Seen& one) { return one.datagram.destination_port == own; };
        while (std::ranges::none_of(seen[side], is_mine) &&
               std::chrono::steady_clock::now() < start + patience_.silence)
            listen(seen, SIZE_MAX, milliseconds{2});
        const auto found = std::ranges::find_if(seen[side], is_mine);
        if (found == seen[side].end()) return facts;
        const Datagram& datagram = found->datagram;
        // From a port of its own (RFC 1350 4), or from 69 where a firewall wants one port.
        facts.push_back(facts_of_tftp(datagram, datagram.source_port == tftp::k_port ? "69" : "own"));
        const std::string_view type = fact(facts.back(), "type");
        if (type == "ERROR") return facts;
        if (type == "OACK" && packets == 0) {
            send(datagram.source_port, tftp::build_ack(0));
            continue;
        }
        // Enough seen: no more blocks, or the next questions would find them.
        send(datagram.source_port, tftp::build_error(tftp::ErrorCode::undefined, "enough"));
        return facts;
    }
    return facts;
}

}  // namespace pxed::oracle
