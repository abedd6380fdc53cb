#include "config/domain.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/dhcp_fields.hpp"

namespace pxed::config {

namespace {

constexpr const char* k_resolv_conf = "/etc/resolv.conf";

// Lower case and without the dot at the end: so dnsmasq sends it.
Result<std::string, std::string> read_name(const Line& line, const Field& field) {
    std::string name = lower_case(field.text());
    if (name.ends_with('.')) name.pop_back();
    if (name.empty() || is_host_name(name)) return name;
    // What cannot be written as RFC 1035 has it could not be sent in option 81 either.
    const auto labels = split(name, '.');
    const bool is_too_long = name.size() > 253 || std::ranges::any_of(labels, [](std::string_view label) {
                                 return label.size() > 63;
                             });
    if (is_too_long) return fail("bad domain name " + quote(field.text()) + "; it is too long");
    line.warn(quote(field.text()) + " is no domain name; it is sent to clients as it stands");
    return name;
}

// NAME,ADDRESS/BITS[,local]
Parsed read_network(const Line& line, const std::vector<Field>& fields, dhcp::Domain& domain) {
    const auto text = fields[1].text();
    const auto slash = text.find('/');
    const auto address = Ipv4::parse(text.substr(0, slash));
    const auto bits = parse_number_between(text.substr(slash + 1), 0, 32);
    if (!address || !bits) return fail(quote(text) + " is no network (10.0.0.0/8)");
    const bool is_local = fields.size() == 3 && fields[2].is_word("local");
    if (fields.size() > 3 || (fields.size() == 3 && !is_local)) {
        return fail("only \"local\" may stand behind a network, not " + quote(fields[2].text()));
    }
    // `local` tells dnsmasq's DNS not to ask others for names in the domain.
    const Network network{*address, netmask_of(*bits)};
    const Ipv4 first{address->value() & network.netmask.value()};
    domain.addresses = {first, network.broadcast()};
    domain.origin = line.origin();
    return {};
}

// NAME,FIRST[,LAST[,local]]
Parsed read_range(const Line& line, Ipv4 first, const std::vector<Field>& fields, dhcp::Domain& domain) {
    Ipv4 last = first;
    if (fields.size() > 2) {
        const auto parsed = Ipv4::parse(fields[2].text());
        if (!parsed) return fail(quote(fields[2].text()) + " is no address; the form is NAME,FIRST,LAST");
        last = *parsed;
    }
    if (fields.size() > 3 && !fields[3].is_word("local"))
        line.warn(quote(fields[3].text()) + " has no effect behind two addresses");
    if (last < first) {
        line.warn("the addresses from " + first.text() + " to " + last.text() +
                  " are none; write the lower one first");
    }
    domain.addresses = {first, last};
    return {};
}

bool looks_like_address(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// NAME,WHERE...: for some addresses only.
Parsed add_domain(const Line& line, std::string name, const std::vector<Field>& fields) {
    const Field& where = fields[1];
    dhcp::Domain domain;
    domain.name = std::move(name);
    domain.origin = line.origin();
    if (where.contains(':')) {
        line.warn_once("a domain for IPv6 addresses has no effect; pxed serves DHCPv4 only");
        return {};
    }
    if (where.contains('/')) {
        if (auto read = read_network(line, fields, domain); !read) return read;
    } else if (const auto address = Ipv4::parse(where.text())) {
        if (auto read = read_range(line, *address, fields, domain); !read) return read;
    } else {
        // dnsmasq takes whatever is left for the name of an interface, even `300.1.1.1` and nothing.
        domain.interface = where.str();
        if (where.is_empty() || looks_like_address(where.text()))
            line.warn(quote(where.text()) + " is taken for the name of an interface; no address matches it");
        if (fields.size() > 2) line.warn(quote(fields[2].text()) + " has no effect behind an interface");
    }
    line.config().dhcp.names.domains.push_back(std::move(domain));
    return {};
}

std::string_view next_word(std::string_view& text) {
    text = trim(text);
    const auto word = text.substr(0, text.find_first_of(" \t\r"));
    text.remove_prefix(word.size());
    return word;
}

}  // namespace

Parsed parse_domain(Line& line) {
    auto& policy = line.config().dhcp;
    const auto fields = line.value().split();
    if (line.value().is_word("#")) {
        policy.names.resolver_line = line.origin();
        return {};
    }
    if (fields.empty()) {
        line.warn(std::string{"no domain is named, so clients are told none"});
        policy.domain.clear();
        return {};
    }
    if (fields.front().is_empty() || fields.front().is_word("#")) {
        line.warn("there is no domain name in front of " + quote(fields[1].text()) +
                  "; the line has no effect");
        return {};
    }
    TRY(auto name, read_name(line, fields.front()));
    if (fields.size() > 1) return add_domain(line, std::move(name), fields);
    policy.domain = std::move(name);
    return {};
}

std::optional<std::string> domain_in_resolv_conf(std::string_view text) {
    std::optional<std::string> found;
    for (auto rest : split(text, '\n')) {
        const auto keyword = next_word(rest);
        if (keyword != "search" && keyword != "domain") continue;
        const auto name = next_word(rest);
        if (name.empty()) continue;
        // dnsmasq reads `search` alone; `domain` is what older files have instead (resolv.conf(5)).
        if (keyword == "search") return lower_case(name);
        if (!found) found = lower_case(name);
    }
    return found;
}

std::vector<Finding> finish_domains(Config& config, const Reader& reader) {
    std::vector<Finding> problems;
    auto& policy = config.dhcp;
    if (policy.names.resolver_line.is_known()) {
        const auto file = reader.read_file(k_resolv_conf);
        const auto name = file ? domain_in_resolv_conf(file->text) : std::nullopt;
        if (name && is_host_name(*name)) {
            policy.domain = *name;
            if (policy.domain.ends_with('.')) policy.domain.pop_back();
        } else if (policy.domain.empty()) {
            problems.push_back(
                {policy.names.resolver_line, file ? std::string{"domain: there is no search line in "} +
                                                        k_resolv_conf + "; write the domain instead of \"#\""
                                                  : "domain: " + file.error()});
        }
    }
    // With names compared in their domains, an address without one would have none at all.
    if (policy.names.compares_fqdn && policy.domain.empty() && problems.empty()) {
        problems.push_back(
            {policy.names.fqdn_line, "dhcp-fqdn: there must be a default domain; write domain=NAME as well"});
    }
    return problems;
}

}  // namespace pxed::config
