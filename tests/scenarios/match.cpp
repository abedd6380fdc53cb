#include "match.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "scenario.hpp"
#include "wire/dhcp_option_table.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::scenario {
namespace {

using dhcp::Message;

/// A header field: its name in dhcp_text, its value in words, whether it is empty.
struct Field {
    std::string_view name;
    std::string (*text)(const Message&);
};

std::string number(std::uint32_t value) {
    return value == 0 ? "" : std::to_string(value);
}
std::string address(Ipv4 value) {
    return value.is_zero() ? "" : value.text();
}

constexpr std::array<Field, 11> k_header{{
    {"hw", [](const Message& m) { return m.hardware.text(); }},
    {"hops", [](const Message& m) { return number(m.hops); }},
    {"xid", [](const Message& m) { return number(m.xid); }},
    {"secs", [](const Message& m) { return number(m.secs); }},
    {"flags", [](const Message& m) { return number(m.flags); }},
    {"ciaddr", [](const Message& m) { return address(m.ciaddr); }},
    {"yiaddr", [](const Message& m) { return address(m.yiaddr); }},
    {"siaddr", [](const Message& m) { return address(m.siaddr); }},
    {"giaddr", [](const Message& m) { return address(m.giaddr); }},
    {"sname", [](const Message& m) { return m.sname; }},
    {"file", [](const Message& m) { return m.file; }},
}};

const Field* header_field(std::string_view name) {
    const auto found = std::ranges::find(k_header, name, &Field::name);
    return found == k_header.end() ? nullptr : &*found;
}

std::optional<std::uint8_t> code_of(std::string_view name) {
    if (const auto value = parse_number(name); value && *value < 256)
        return static_cast<std::uint8_t>(*value);
    const dhcp::OptionRow* row = dhcp::find_option(name);
    return row == nullptr ? std::nullopt : std::optional{row->code};
}

std::string option_text(const dhcp::Options& options, std::uint8_t code) {
    const auto value = options.find(code);
    return value ? dhcp::text_of(dhcp::Option{code, *value}) : "nothing";
}

std::string codes_of(const dhcp::Options& options) {
    std::string codes;
    for (std::size_t i = 0; i < options.size(); ++i) {
        codes += (codes.empty() ? "" : ",") + std::to_string(options[i].code);
    }
    return codes;
}

void compare_header(const Wanted& wanted, const Message& got, std::vector<std::string>& found) {
    for (const Field& field : k_header) {
        const bool is_named = std::ranges::find(wanted.named, field.name) != wanted.named.end();
        if (!is_named && !wanted.is_exact) continue;
        const std::string want = field.text(wanted.message);
        const std::string have = field.text(got);
        if (want != have)
            found.push_back(std::string{field.name} + ": wanted '" + want + "', got '" + have + "'");
    }
}

void compare_options(const Wanted& wanted, const Message& got, std::vector<std::string>& found) {
    const dhcp::Options& want = wanted.message.options;
    for (std::size_t i = 0; i < want.size(); ++i) {
        const auto value = got.options.find(want[i].code);
        if (value && std::ranges::equal(*value, want[i].value)) continue;
        found.push_back("option " + std::to_string(want[i].code) + ": wanted " +
                        option_text(want, want[i].code) + ", got " + option_text(got.options, want[i].code));
    }
    if (wanted.is_exact && codes_of(want) != codes_of(got.options)) {
        found.push_back("options: wanted " + codes_of(want) + ", got " + codes_of(got.options));
    }
}

}  // namespace

Result<Wanted, std::string> wanted_from(const std::vector<std::string>& block) {
    Wanted wanted;
    for (const std::string& line : block) {
        auto words = words_of(line);
        if (!words.empty() && words.front() == "without") {
            for (std::size_t i = 1; i < words.size(); ++i) {
                if (header_field(words[i]) == nullptr && !code_of(words[i])) {
                    return fail("there is no field or option '" + words[i] + "'");
                }
                wanted.without.push_back(words[i]);
            }
            continue;
        }
        wanted.text += (wanted.text.empty() ? "" : " ") + line;
    }
    TRY(wanted.message, dhcp::message_from_text(wanted.text));
    for (const std::string& word : words_of(wanted.text))
        wanted.named.emplace_back(name_of(word));
    return wanted;
}

std::vector<std::string> differences(const Wanted& wanted, const dhcp::Outgoing& got) {
    std::vector<std::string> found;
    const Message& message = got.message;
    if (wanted.interface != got.interface) found.emplace_back("it left by another interface");
    if (!wanted.destination.empty() && wanted.destination != got.destination.text()) {
        found.push_back("destination: wanted " + wanted.destination + ", got " + got.destination.text());
    }
    const std::string source = got.destination.source.text();
    if (!wanted.source.empty() && wanted.source != source) {
        found.push_back("source: wanted " + wanted.source + ", got " + source);
    }
    if (wanted.message.type() != message.type()) found.emplace_back("it is a message of another type");
    compare_header(wanted, message, found);
    compare_options(wanted, message, found);
    for (const std::string& name : wanted.without) {
        const Field* field = header_field(name);
        const bool is_there =
            field != nullptr ? !field->text(message).empty() : message.options.has(*code_of(name));
        if (is_there) found.push_back(name + ": wanted none");
    }
    return found;
}

std::vector<std::string> broken_rules(const dhcp::Outgoing& got) {
    std::vector<std::string> broken;
    const Message& message = got.message;
    if (message.op != dhcp::Op::reply) broken.emplace_back("op is not 2");
    // RFC 2131 table 3: a server sets both to zero.
    if (message.hops != 0 || message.secs != 0) broken.emplace_back("hops or secs is not zero");
    const dhcp::Built built = dhcp::build(message, got.limit);
    if (built.bytes.size() < 300) broken.emplace_back("shorter than 300 bytes");
    if (built.bytes.size() > got.limit) broken.emplace_back("longer than the client takes");
    const auto parsed = dhcp::parse(built.bytes);
    if (!parsed) {
        broken.push_back("its own bytes do not parse: " + std::string{sentence(parsed.error())});
    } else if (built.left_out.empty() && dhcp::text_of(*parsed) != dhcp::text_of(message)) {
        broken.push_back("its bytes read as something else: " + dhcp::text_of(*parsed));
    }
    if (message.type() == dhcp::MessageType::none) return broken;
    // RFC 2131 table 3: MUST NOT stand in a reply; 54 MUST.
    for (const std::uint8_t code :
         {dhcp::k_requested_address, dhcp::k_parameter_list, dhcp::k_max_message_size}) {
        if (message.options.has(code)) broken.push_back("carries option " + std::to_string(code));
    }
    if (!message.options.address(dhcp::k_server_id)) broken.emplace_back("carries no server identifier");
    if (message.options.has(dhcp::k_overload)) broken.emplace_back("uses option overload");
    return broken;
}

std::string side_by_side(std::string_view wanted, std::string_view got) {
    const auto left = words_of(wanted);
    auto right = words_of(got);
    std::string text;
    const auto line = [&text](std::string_view a, std::string_view b) {
        std::array<char, 512> row{};
        std::snprintf(row.data(), row.size(), "    %-50.*s | %.*s\n", static_cast<int>(a.size()), a.data(),
                      static_cast<int>(b.size()), b.data());
        text += row.data();
    };
    line("WANTED", "GOT");
    for (const std::string& word : left) {
        const auto same =
            std::ranges::find_if(right, [&](const std::string& r) { return name_of(r) == name_of(word); });
        line(word, same == right.end() ? "" : *same);
        if (same != right.end()) right.erase(same);
    }
    for (const std::string& word : right)
        line("", word);
    return text;
}

}  // namespace pxed::scenario
