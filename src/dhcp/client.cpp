#include "dhcp/client.hpp"

#include <algorithm>

namespace pxed::dhcp {

namespace {

bool is_legal_label(std::string_view label) {
    constexpr std::size_t k_longest = 63;
    const auto is_legal = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    return !label.empty() && label.size() <= k_longest && label.front() != '-' &&
           std::ranges::all_of(label, is_legal);
}

// The first label of option 81: flags and two unused bytes, then a name as text, or (E bit) as RFC 1035 has
// it (RFC 4702 2.1).
std::string_view first_fqdn_label(Bytes value) {
    constexpr std::size_t k_before_name = 3;
    constexpr std::uint8_t k_is_encoded = 0x04;
    if (value.size() <= k_before_name) return {};
    const Bytes name = value.subspan(k_before_name);
    if ((value[0] & k_is_encoded) == 0) return as_text(name);
    ByteReader reader{name};
    return as_text(reader.take(reader.u8()));
}

std::string host_name_of(const Options& options) {
    std::string_view name;
    if (const auto fqdn = options.find(k_fqdn)) name = first_fqdn_label(*fqdn);
    if (name.empty()) name = options.text(k_host_name).value_or(std::string_view{});
    name = name.substr(0, name.find('\0'));
    name = name.substr(0, name.find('.'));
    // It becomes a field of the lease file and a name others trust: nothing but a host name will do.
    return is_legal_label(name) ? std::string{name} : std::string{};
}

bool ends_with_nul(const Options& options, std::uint8_t code) {
    const auto value = options.find(code);
    return value && !value->empty() && value->back() == 0;
}

}  // namespace

bool Client::asks_for(std::uint8_t code) const {
    return !parameters || std::ranges::find(*parameters, code) != parameters->end();
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
    client.host_name = host_name_of(options);
    client.sends_fqdn = options.has(k_fqdn);
    client.counts_nul = ends_with_nul(options, k_host_name);
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
