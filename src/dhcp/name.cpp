#include "dhcp/name.hpp"

#include <algorithm>
#include <vector>

#include "base/reversed.hpp"
#include "base/text.hpp"
#include "dhcp/host.hpp"

namespace pxed::dhcp {

namespace {

std::string_view first_label(std::string_view name) {
    return name.substr(0, name.find('.'));
}

std::string_view behind_first_label(std::string_view name) {
    const auto dot = name.find('.');
    return dot == name.npos ? std::string_view{} : name.substr(dot + 1);
}

bool holds_for(const std::vector<Condition>& lines, const Tags& tags) {
    return std::ranges::any_of(lines, [&](const Condition& line) { return tags.satisfy(line.tests); });
}

// dnsmasq looks at the two directives when it makes a binding, and so neither for an OFFER nor for INFORM and
// BOOTP, where it lets the client keep the name it believes in.
bool makes_binding(const Terms& terms) {
    return terms.type == MessageType::ack && !terms.address.is_zero();
}

// `02-00-00-00-0a-01`: a legal label, and the same at each boot.
std::string name_of_hardware(const HwAddr& hardware) {
    std::string name = hex_text(hardware.bytes());
    std::ranges::replace(name, ':', '-');
    return name;
}

// The line that gives the client a name; one that was found by the client's own name gives it none.
const Host* naming_line(const Inquiry& inquiry) {
    const Host* host = inquiry.who.host;
    if (host == nullptr || host->name.empty()) return nullptr;
    const bool is_found_by_name = host->hardware.empty() && host->client_ids.empty();
    return is_found_by_name ? nullptr : host;
}

// Takes a name apart, and notices a domain that is not that of the address.
void set_name(std::string_view host, std::string_view domain_written, std::string_view domain, Name& name) {
    name.host = host;
    if (!domain_written.empty() && !equal_ignoring_case(domain_written, domain))
        name.foreign_domain = domain_written;
}

Ipv4 address_of(const Inquiry& inquiry, const Terms& terms) {
    return terms.address.is_zero() ? inquiry.client.ciaddr : terms.address;
}

std::string_view domain_of(const Inquiry& inquiry, Ipv4 address) {
    return dhcp::domain_of(inquiry.policy(), inquiry.context.links, address);
}

bool is_for(const Domain& line, std::span<const Link> links, Ipv4 address) {
    if (line.addresses) return line.addresses->first <= address && address <= line.addresses->second;
    return std::ranges::any_of(
        links, [&](const Link& link) { return link.name == line.interface && is_on_link(link, address); });
}

// RFC 4702 2.1. S: the server sees to the client's A record; O: it does so although the client did not ask,
// or does not although it asked; N: it does no update at all, and then S is never set. pxed itself has no
// DNS, nor had dnsmasq with port=0: these are the words of whoever keeps the zone beside it.
std::uint8_t fqdn_flags(std::uint8_t asked, bool lets_clients_update) {
    constexpr std::uint8_t k_server_updates = 0x01;
    constexpr std::uint8_t k_overridden = 0x02;
    constexpr std::uint8_t k_is_encoded = 0x04;
    constexpr std::uint8_t k_no_updates = 0x08;
    const bool client_wants = (asked & k_server_updates) != 0;
    const bool server_does = !lets_clients_update;
    auto flags = static_cast<std::uint8_t>(asked & k_is_encoded);  // the reply is written as the request was
    flags |= server_does ? k_server_updates : k_no_updates;
    if (client_wants != server_does) flags |= k_overridden;
    return flags;
}

void append_labels(std::vector<std::uint8_t>& bytes, std::string_view name) {
    for (const auto label : split(name, '.')) {
        if (label.empty()) continue;  // it would end the name
        bytes.push_back(static_cast<std::uint8_t>(label.size()));
        bytes.insert(bytes.end(), label.begin(), label.end());
    }
}

std::vector<std::uint8_t> fqdn_value(const Client& client, const std::string& host, std::string_view domain,
                                     bool lets_clients_update) {
    constexpr std::uint8_t k_is_encoded = 0x04;
    constexpr std::uint8_t k_no_rcode = 255;  // RFC 4702 2.2: what a server puts there
    const std::uint8_t flags = fqdn_flags(*client.fqdn_flags, lets_clients_update);
    std::vector<std::uint8_t> value{flags, k_no_rcode, k_no_rcode};
    if ((flags & k_is_encoded) != 0) {
        append_labels(value, host);
        append_labels(value, domain);
        // RFC 4702 2.3.1: without a domain it is a partial name, which no zero ends.
        if (!domain.empty()) value.push_back(0);
        return value;
    }
    std::string name = host;
    if (!domain.empty()) name.append(".").append(domain);
    value.insert(value.end(), name.begin(), name.end());
    if (client.counts_nul) value.push_back(0);
    return value;
}

// An OFFER contradicts no name the client gave itself: dnsmasq found clients that take another server's offer
// then. A client that sends option 81 asked to be told.
bool may_be_told(const Client& client, const Terms& terms, const Name& name) {
    if (terms.type != MessageType::offer || client.fqdn_flags) return true;
    return name.is_configured &&
           (client.host_name.empty() || equal_ignoring_case(name.host, client.host_name));
}

// Whether a dhcp-host line gives the lease its name.
bool has_configured_name(const Policy& policy, const Lease& lease) {
    return std::ranges::any_of(policy.hosts.named(lease.host_name), [&](HostList::Number number) {
        const Host& host = policy.hosts[number];
        return host.address == lease.address || has_hardware(host, lease.hardware) ||
               std::ranges::find(host.client_ids, lease.client_id) != host.client_ids.end();
    });
}

// dhcp-fqdn: one host name in two domains is two names.
bool is_same_name(const Inquiry& inquiry, const Lease& one, const Lease& other) {
    if (!inquiry.policy().names.compares_fqdn) return true;
    const auto domain = domain_of(inquiry, one.address);
    return !domain.empty() && equal_ignoring_case(domain, domain_of(inquiry, other.address));
}

}  // namespace

Name name_for(const Inquiry& inquiry, const Terms& terms) {
    const Client& client = inquiry.client;
    const NamePolicy& policy = inquiry.policy().names;
    const auto domain = domain_of(inquiry, address_of(inquiry, terms));
    Name name;
    if (const Host* host = naming_line(inquiry)) {
        set_name(first_label(host->name), behind_first_label(host->name), domain, name);
        name.is_configured = true;
        return name;
    }
    set_name(client.host_name, client.host_domain, domain, name);
    if (!makes_binding(terms) || (policy.ignores.empty() && policy.generates.empty())) return name;
    const Tags tags = terms.subnet == nullptr
                          ? inquiry.who.tags
                          : tags_with_range(inquiry.policy(), inquiry.who, *terms.subnet->range);
    if (holds_for(policy.ignores, tags)) name = {};
    if (name.host.empty() && holds_for(policy.generates, tags)) name.host = name_of_hardware(client.hardware);
    return name;
}

std::string_view domain_of(const Policy& policy, std::span<const Link> links, Ipv4 address) {
    for (const auto& line : reversed(policy.names.domains)) {
        if (is_for(line, links, address)) return line.name;
    }
    return policy.domain;
}

void put_names(const Inquiry& inquiry, const Terms& terms, const ChosenOptions& chosen, Options& options) {
    const Client& client = inquiry.client;
    const auto domain = domain_of(inquiry, address_of(inquiry, terms));
    if (!domain.empty() && client.asks_for(k_domain_name) && !chosen.has(k_domain_name))
        options.set_text(k_domain_name, domain, client.counts_nul);
    const Name name = name_for(inquiry, terms);
    if (name.host.empty() || !may_be_told(client, terms, name)) return;
    if (client.asks_for(k_host_name) && !chosen.has(k_host_name))
        options.set_text(k_host_name, name.host, client.counts_nul);
    // RFC 4702 4: answered whether or not the list of parameters has it.
    if (client.fqdn_flags && terms.type != MessageType::none)
        options.set(k_fqdn,
                    fqdn_value(client, name.host, domain, inquiry.policy().names.lets_clients_update));
}

void settle_name(const Inquiry& inquiry, Change& binding, Decision& decision) {
    Lease& row = *binding.row;
    if (row.host_name.empty()) return;
    std::vector<const Lease*> others = inquiry.context.leases.named(row.host_name);
    std::erase_if(others, [&](const Lease* other) {
        return other->address == row.address || !is_same_name(inquiry, row, *other);
    });
    const bool is_configured = naming_line(inquiry) != nullptr;
    const bool is_anothers = !is_configured && std::ranges::any_of(others, [&](const Lease* other) {
        return has_configured_name(inquiry.policy(), *other);
    });
    if (is_anothers) {
        row.host_name.clear();
        return;
    }
    for (const Lease* other : others) {
        Lease nameless = *other;
        nameless.host_name.clear();
        nameless.version = other->version + 1;
        decision.changes.push_back(
            {.address = other->address, .row = std::move(nameless), .replaces = other->version});
    }
}

}  // namespace pxed::dhcp
