#include "dhcp/client_facts.hpp"

#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

constexpr std::uint8_t k_mud_url = 161;                     // RFC 8520
constexpr std::uint32_t k_broadband_forum = 3561;           // TR-069 annex F: gateway identity in option 125
constexpr std::uint8_t k_circuit = 1, k_remote = 2;         // RFC 3046
constexpr std::uint8_t k_subscriber = 6;                    // RFC 3993
constexpr std::uint8_t k_oui = 1, k_serial = 2, k_cls = 3;  // TR-069, sub-options of a gateway
// Nobody has more classes; an environment variable each.
constexpr std::size_t k_most_classes = 64;

// A variable of an environment ends at a NUL, so nothing behind one could be told.
std::string text_of(std::optional<Bytes> value) {
    if (!value) return {};
    const auto text = as_text(*value);
    return std::string{text.substr(0, text.find('\0'))};
}

// RFC 3046 2.0: a sub-option may have any code, 0 and 255 too.
std::string agent_text(const Message& message, std::uint8_t code) {
    const auto agent = message.options.find(k_relay_agent);
    return agent ? text_of(find_suboption(*agent, code, false)) : std::string{};
}

// RFC 3925 4: blocks of enterprise number, length and sub-options.
std::optional<Bytes> block_of(const Message& message, std::uint32_t enterprise) {
    const auto option = message.options.find(k_vendor_options_vi);
    if (!option) return std::nullopt;
    ByteReader reader{*option};
    while (!reader.is_at_end()) {
        const auto number = reader.u32();
        const auto block = reader.take(reader.u8());
        if (reader.is_bad()) break;
        if (number == enterprise) return block;
    }
    return std::nullopt;
}

// RFC 3004 makes the option a list of counted texts; iPXE and others send one text as it is.
std::vector<std::string> classes_of(const Message& message) {
    std::vector<std::string> classes;
    const auto option = message.options.find(k_user_class);
    if (!option || option->empty()) return classes;
    ByteReader reader{*option};
    while (!reader.is_at_end() && classes.size() < k_most_classes) {
        const auto one = reader.take(reader.u8());
        if (reader.is_bad()) return {text_of(option)};
        classes.push_back(text_of(one));
    }
    return classes;
}

}  // namespace

ClientFacts facts_of(const Inquiry& inquiry, const Tags& tags) {
    const Message& message = inquiry.message();
    ClientFacts facts;
    facts.vendor_class = inquiry.client.vendor_class;
    facts.supplied_name = text_of(message.options.find(k_host_name));
    if (const auto gateway = block_of(message, k_broadband_forum)) {
        facts.cpewan_oui = text_of(find_suboption(*gateway, k_oui, false));
        facts.cpewan_serial = text_of(find_suboption(*gateway, k_serial, false));
        facts.cpewan_class = text_of(find_suboption(*gateway, k_cls, false));
    }
    facts.circuit_id = agent_text(message, k_circuit);
    facts.remote_id = agent_text(message, k_remote);
    facts.subscriber_id = agent_text(message, k_subscriber);
    facts.mud_url = text_of(message.options.find(k_mud_url));
    if (const auto& asked = inquiry.client.parameters)
        facts.requested_options.assign(asked->begin(), asked->end());
    facts.tags.assign(tags.names().begin(), tags.names().end());
    facts.user_classes = classes_of(message);
    return facts;
}

}  // namespace pxed::dhcp
