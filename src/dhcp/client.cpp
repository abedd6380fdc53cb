#include "dhcp/client.hpp"

#include <algorithm>

namespace pxed::dhcp {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 1123 2.1, and the underscore that dnsmasq takes as well. It becomes a field of the lease file, a word
// of a script's command line and a name others trust: nothing but a host name will do.
bool is_legal_label(std::string_view label) {
    constexpr std::size_t k_longest = 63;
    return !label.empty() && label.size() <= k_longest && is_letter_or_digit(label.front()) &&
           std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
}

// RFC 4702 2.3.1: labels behind their lengths. A client that only has a host name leaves out the last zero,
// and a label that runs past the option ends the name.
std::string dotted_name(Bytes labels) {
    std::string name;
    ByteReader reader{labels};
    while (!reader.is_at_end()) {
        const Bytes label = reader.take(reader.u8());
        if (reader.is_bad() || label.empty()) break;
        if (!name.empty()) name += '.';
        name += as_text(label);
    }
    return name;
}

constexpr std::uint8_t k_is_encoded = 0x04;  // RFC 4702 2.1, the E bit

// Flags, two bytes nobody uses any more, then the name: as text, or with the E bit as RFC 1035 has it.
void read_fqdn(Bytes option, Client& client, std::string& name) {
    constexpr std::size_t k_before_name = 3;
    client.fqdn_flags = option[0];
    const Bytes value = option.subspan(k_before_name);
    const bool is_encoded = (option[0] & k_is_encoded) != 0;
    name = is_encoded ? dotted_name(value) : std::string{as_text(value)};
    client.counts_nul = !is_encoded && !value.empty() && value.back() == 0;
}

// Option 81 alone counts when both are there, even when its name is no good (RFC 4702 4: a client that sends
// 81 should not send 12, and a server ignores it then).
void read_names(const Options& options, Client& client) {
    constexpr std::size_t k_shortest_fqdn = 3;
    std::string name;
    const auto fqdn = options.find(k_fqdn);
    if (fqdn && fqdn->size() >= k_shortest_fqdn) {
        read_fqdn(*fqdn, client, name);
    } else if (const auto plain = options.find(k_host_name)) {
        name = as_text(*plain);
        client.counts_nul = name.ends_with('\0');
    }
    name.resize(std::min(name.find('\0'), name.size()));
    if (name.ends_with('.')) name.pop_back();
    const auto dot = name.find('.');
    const auto label = std::string_view{name}.substr(0, dot);
    if (!is_legal_label(label)) return;
    client.host_name = label;
    if (dot != name.npos) client.host_domain = name.substr(dot + 1);
}

}  // namespace

bool Client::asks_for(std::uint8_t code) const {
    return !parameters || std::ranges::find(*parameters, code) != parameters->end();
}

std::string Client::full_name() const {
    return host_domain.empty() ? host_name : host_name + '.' + host_domain;
}

Client client_of(const Message& message, bool ignores_client_ids) {
    const Options& options = message.options;
    Client client;
    client.hardware = message.hardware;
    // An empty client id is none (RFC 2132 9.14 wants two bytes; some firmware sends a length of zero).
    if (const auto id = options.find(k_client_id)) client.id_as_sent = ClientId{*id};
    if (!ignores_client_ids) client.id = client.id_as_sent;
    client.arch = arch_of(options);
    client.vendor_class = options.text(k_vendor_class).value_or(std::string_view{});
    // BOOTP names nobody but by a dhcp-host line, as in dnsmasq: its lease would keep the name for ever.
    if (message.type() != MessageType::none) read_names(options, client);
    client.parameters = options.find(k_parameter_list);
    client.requested = options.address(k_requested_address);
    // RFC 2131 4.4.1: ciaddr is zero where an address is asked for; clients that fill it in all the same are
    // read as if they had not.
    if (!client.requested && message.type() != MessageType::discover) client.ciaddr = message.ciaddr;
    return client;
}

bool is_same_client(const Message& a, const Message& b) {
    if (a.hardware != b.hardware) return false;
    const auto id_a = a.options.find(k_client_id);
    const auto id_b = b.options.find(k_client_id);
    if (id_a.has_value() != id_b.has_value()) return false;
    return !id_a || std::ranges::equal(*id_a, *id_b);
}

bool user_class_contains(Bytes option, std::string_view text) {
    std::string plain;
    ByteReader reader{option};
    while (!reader.is_at_end()) {
        plain += as_text(reader.take(reader.u8()));
        plain += '\0';  // no text matches across two classes
    }
    const bool is_counted_list = !reader.is_bad() && !option.empty();
    return (is_counted_list ? std::string_view{plain} : as_text(option)).find(text) != std::string_view::npos;
}

}  // namespace pxed::dhcp
