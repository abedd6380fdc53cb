// The fields of dhcp-host: no order, each told by its shape, as in dnsmasq. The trap of that: only what has a
// colon can be a hardware address, so `aa-bb-cc-dd-ee-ff` is a host name without a word of complaint. It
// stays one here, and check() says what was probably meant.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/text.hpp"
#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/parsers.hpp"

namespace pxed::config {

namespace {

// In any case, as dnsmasq compares it. A quoted colon makes it a host name, and a bad one.
bool begins_with_id(const Field& field) {
    return field.size() >= 3 && equal_ignoring_case(field.text().substr(0, 3), "id:") && !field.is_quoted(2);
}

// `id:*`, `id:01:02:03` or `id:text`. A quoted colon is text.
Parsed add_client_id(const Field& field, dhcp::Host& host) {
    const Field id = field.from(3);
    if (id.starts_with("*")) {
        host.ignores_client_id = true;
        return {};
    }
    if (id.is_empty()) return fail(std::string{"\"id:\" needs a client id: id:01:02:03, id:text or id:*"});
    // Text is taken as its characters. A client that sends a zero byte in front of them (RFC 2132 9.14: a
    // type that is no hardware) is found too, as in dnsmasq.
    if (!id.contains(':')) {
        host.client_ids.emplace_back(as_bytes(id.text()));
        return {};
    }
    const auto pattern = parse_hex_pattern(id.text());
    const bool has_wildcards =
        pattern && std::ranges::find(pattern->wildcards, true) != pattern->wildcards.end();
    if (!pattern || has_wildcards) {
        return fail("bad hexadecimal client id " + quote(id.text()) + "; text with a colon is quoted: id:\"" +
                    escaped(id.text(), 40) + '"');
    }
    host.client_ids.emplace_back(pattern->bytes);
    return {};
}

// dnsmasq's brackets. One file often serves both families, so the field is left out and the line still holds.
Parsed add_ipv6(Line& line, const Field& field) {
    const auto address = field.text().substr(1, field.size() - 2);
    const bool is_plausible = std::ranges::all_of(address, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
               c == '/' || c == '.';
    });
    if (!is_plausible) return fail("bad IPv6 address " + quote(field.text()));
    line.warn("the IPv6 address " + quote(field.text()) + " is left out; pxed serves DHCPv4 only");
    return {};
}

Parsed add_hardware(Line& line, const Field& field, dhcp::Host& host) {
    auto pattern = parse_hw_pattern(field.text());
    if (!pattern) return fail(std::move(pattern).error());
    if (pattern->type == k_ethernet && pattern->length != 6) {
        // dnsmasq takes any number of bytes and then never finds the machine.
        line.warn(quote(field.text()) + " has " + std::to_string(pattern->length) +
                  " bytes; an Ethernet address has 6");
    }
    host.hardware.push_back(*pattern);
    return {};
}

// Two hosts with one address would be offered it in turn and refused it in turn. Last of all fields: a line
// that is refused for another one (in a hostsfile it is only skipped) keeps no address from others.
Parsed claim_address(const Line& line, const dhcp::Host& host) {
    if (!host.address) return {};
    const auto [other, is_first] = line.reading().host_addresses.emplace(*host.address, line.origin());
    if (is_first) return {};
    return fail("duplicate address " + host.address->text() + "; it is already given at " +
                line.config().text_of(other->second));
}

bool has_only_digits_and_dots(std::string_view text) {
    return text.find('.') != text.npos &&
           std::ranges::all_of(text, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

// A field without a colon: address, lease time, `infinite`, `ignore`, or a name.
Parsed add_word(Line& line, const Field& field, dhcp::Host& host) {
    const auto text = field.text();
    if (text.empty()) return {};
    if (const auto address = Ipv4::parse(text)) {
        host.address = *address;
        return {};
    }
    if (field.is_word("ignore")) {
        host.is_ignored = true;
        return {};
    }
    // A word of digits is a lease time before it is a name: dnsmasq reads `dhcp-host=MAC,86400` so.
    if (const auto time = parse_time(text)) {
        host.lease_time = std::max(*time, dhcp::k_shortest_lease_time);
        return {};
    }
    // A mistyped address becomes a host name, as in dnsmasq: both are letters, digits and dots. The file has
    // worked so far, without the reservation.
    if (has_only_digits_and_dots(text))
        line.warn(quote(text) + " is no address, and is read as a host name; the host gets any address");
    if (!is_host_name(text)) {
        return fail("bad host name " + quote(text) + "; a name has letters, digits, \"-\" and \"_\"");
    }
    if (text.find('_') != text.npos) {
        line.warn(quote(text) + " has an underscore; many clients refuse such a name");
    }
    host.name = field.str();
    if (host.name.ends_with('.')) host.name.pop_back();
    return {};
}

Parsed add_field(Line& line, const Field& field, dhcp::Host& host) {
    if (!field.contains(':')) return add_word(line, field, host);
    // Before a MAC is tried: an id may be hexadecimal with colons as well.
    if (begins_with_id(field)) return add_client_id(field, host);
    // In dhcp-host the old net: sets a tag; in front of dhcp-boot or dhcp-option it tests one.
    if (field.starts_with("set:") || field.starts_with("net:")) {
        host.set_tags.push_back(set_tag_name(field));
        return {};
    }
    if (field.starts_with("tag:")) {
        host.tests.push_back(tag_test(field));
        return {};
    }
    if (field.starts_with("[") && field.text().ends_with(']')) return add_ipv6(line, field);
    return add_hardware(line, field, host);
}

}  // namespace

// Any order of MAC, id:, set:, tag:, address, name, lease time, ignore; told apart by their shape.
Parsed parse_dhcp_host(Line& line) {
    dhcp::Host host;
    host.origin = line.origin();
    FieldReader fields{line.value()};
    while (fields.has_more()) {
        if (auto added = add_field(line, fields.take(), host); !added) return added;
    }
    if (auto claimed = claim_address(line, host); !claimed) return claimed;
    // dnsmasq takes even `dhcp-host=` alone.
    const bool identifies = !host.hardware.empty() || !host.client_ids.empty() || !host.name.empty();
    if (!identifies) line.warn(std::string{"no MAC, client id or name: the line matches no machine"});
    line.config().dhcp.hosts.push_back(std::move(host));
    return {};
}

}  // namespace pxed::config
