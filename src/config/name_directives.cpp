// The rows of names and domains, and of the tags that names and relays give. What dnsmasq's DNS makes of the
// names is not served; what clients are told of them, and what the lease file and scripts say, is.

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "config/dhcp_fields.hpp"
#include "config/domain.hpp"
#include "config/line.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

Parsed parse_ignore_names(Line& line) {
    line.config().dhcp.names.ignores.push_back({tag_tests_of(line.value()), line.origin()});
    return {};
}

Parsed parse_generate_names(Line& line) {
    line.config().dhcp.names.generates.push_back({tag_tests_of(line.value()), line.origin()});
    return {};
}

Parsed parse_fqdn(Line& line) {
    line.config().dhcp.names.compares_fqdn = true;
    line.config().dhcp.names.fqdn_line = line.origin();
    return {};
}

Parsed parse_client_update(Line& line) {
    line.config().dhcp.names.lets_clients_update = true;
    return {};
}

// set:TAG,NAME[*]
Parsed parse_name_match(Line& line) {
    FieldReader fields{line.value()};
    dhcp::NameMatch match;
    match.origin = line.origin();
    match.set_tag = fields.has_more() ? set_tag_name(fields.take()) : std::string{};
    match.name = fields.has_more() ? fields.take_rest().str() : std::string{};
    if (match.name.empty()) return fail(std::string{"a tag and a name are wanted: set:TAG,NAME"});
    if (match.set_tag.empty()) {
        line.warn(std::string{"no tag is named; the line has no effect"});
        return {};
    }
    match.is_prefix = match.name.ends_with('*');
    if (match.is_prefix) match.name.pop_back();
    // dnsmasq takes it and never finds a machine: a `*` that is not the last character is one like others.
    if (!match.name.empty() && match.name.find_first_of("*, ") != match.name.npos) {
        line.warn(quote(match.name) + " matches no host name; only one * may stand, behind the name");
    }
    line.config().dhcp.names.matches.push_back(std::move(match));
    return {};
}

// set:TAG,VALUE, where VALUE is bytes in hexadecimal with colons, or else text.
template <std::uint8_t suboption>
Parsed parse_relay_match(Line& line) {
    FieldReader fields{line.value()};
    dhcp::RelayMatch match;
    match.suboption = suboption;
    match.origin = line.origin();
    match.set_tag = fields.has_more() ? set_tag_name(fields.take()) : std::string{};
    if (!fields.has_more()) return fail(std::string{"a tag and a value are wanted: set:TAG,VALUE"});
    const Field value = fields.take();
    if (fields.has_more()) {
        return fail(std::string{"there is one comma too many; put a text with a comma in double quotes"});
    }
    const auto hex = value.contains(':') ? parse_hex_pattern(value.text()) : std::nullopt;
    const bool is_hex = hex && std::ranges::find(hex->wildcards, true) == hex->wildcards.end();
    const auto text = as_bytes(value.text());
    match.value = is_hex ? hex->bytes : std::vector<std::uint8_t>{text.begin(), text.end()};
    if (!is_hex && value.contains(':'))
        line.warn(quote(value.text()) + " is no hexadecimal and is compared as text");
    if (match.set_tag.empty() || match.value.empty()) {
        line.warn(std::string{"without a tag or without a value the line has no effect"});
        return {};
    }
    line.config().dhcp.relay_matches.push_back(std::move(match));
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    // dnsmasq prepends the ones for some addresses to its list: the last line that fits wins.
    {.name = "domain",
     .short_option = 's',
     .group = Group::dhcp,
     .syntax = "NAME[,ADDRESS[,ADDRESS]|,ADDRESS/BITS[,local]|,INTERFACE]|#",
     .help = "the domain clients are in (option 15)",
     .manual = "The domain name that clients are told when they ask for it (option 15), and that stands "
               "behind their host name in option 81. A dhcp-option line for option 15 goes first. Without "
               "this line, and without such a one, they are told none.\n\n"
               "With addresses, a network or the name of an interface behind it, it is the domain of the "
               "clients there; the last line that fits wins, and without one the domain given alone. `#` "
               "takes it from the `search` line of `/etc/resolv.conf`. `local` is for DNS and has no "
               "effect.\n\n"
               "A client or a dhcp-host line may write its name with a domain; when that is not the domain "
               "of its address only the first part counts, and the log says so."
               "\n\n    domain=lab.example"
               "\n    domain=wifi.lab.example,192.168.7.0/24"
               "\n    domain=printers.lab.example,192.168.1.200,192.168.1.220",
     .parse = parse_domain},
    {.name = "domain-suffix",
     .short_option = 's',
     .group = Group::dhcp,
     .syntax = "NAME",
     .help = "the same as domain",
     .manual = "Another name of domain.",
     .parse = parse_domain,
     .alias_of = "domain"},
    {.name = "dhcp-fqdn",
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "let a host name be in use once in each domain, not once at all",
     .manual = "A host name belongs to one lease: a machine that brings a name takes it from the lease that "
               "had it, unless a dhcp-host line gave it there. With dhcp-fqdn names in different domains "
               "are different names.",
     .pitfall = "It needs a `domain=` line without addresses.",
     .parse = parse_fqdn},
    // RFC 4702 2.1: the S, O and N bits of option 81.
    {.name = "dhcp-client-update",
     .group = Group::dhcp,
     .use = Use::flag,
     .value = Value::none,
     .help = "tell clients to put their names into DNS themselves",
     .manual =
         "Clients that send their fully qualified name (option 81) are told that the server updates no "
         "DNS, so that they do it themselves. Without it they are told that the server does: pxed has "
         "no DNS, so this is right only where a dhcp-script or a server that reads the leases keeps the "
         "zone.",
     .parse = parse_client_update},
    {.name = "dhcp-ignore-names",
     .group = Group::dhcp,
     .value = Value::optional,
     .syntax = "tag:TAG[,tag:TAG...]",
     .help = "do not keep the names that clients with these tags give themselves",
     .manual = "A client's own host name is not kept with its lease, nor sent back to it, when it has all "
               "the tags; without tags that holds for all clients. Names of dhcp-host lines are kept. "
               "Without this line all names are."
               "\n\n    dhcp-ignore-names=tag:!known",
     .parse = parse_ignore_names},
    {.name = "dhcp-generate-names",
     .group = Group::dhcp,
     .value = Value::optional,
     .syntax = "tag:TAG[,tag:TAG...]",
     .help = "name clients without a name after their hardware address",
     .manual = "Clients that have all the tags and no name get one made of their hardware address, "
               "`52-54-00-12-34-56`; without tags that holds for all clients. Without this line they stay "
               "without a name."
               "\n\n    dhcp-generate-names=tag:!known",
     .parse = parse_generate_names},
    {.name = "dhcp-name-match",
     .group = Group::tags,
     .syntax = "set:TAG,NAME[*]",
     .help = "set a tag for clients that call themselves NAME",
     .manual = "Gives the tag to clients that give themselves this name, in capitals or not; with a `*` "
               "behind it to all whose names begin so. Without this line a client's name sets no tag."
               "\n\n    dhcp-name-match=set:kiosk,kiosk*",
     .pitfall = "The tag comes too late to choose a dhcp-host line by MAC.",
     .parse = parse_name_match},
    {.name = "dhcp-circuitid",
     .group = Group::tags,
     .syntax = "set:TAG,CIRCUIT-ID",
     .help = "set a tag for clients at this port of a relay",
     .manual = "Gives the tag to clients whose relay agent names this circuit (option 82, sub-option 1): "
               "exactly these bytes, in hexadecimal with colons, or this text. Without this line the "
               "circuit sets no tag."
               "\n\n    dhcp-circuitid=set:port7,00:04:00:07",
     .parse = parse_relay_match<1>},
    {.name = "dhcp-remoteid",
     .group = Group::tags,
     .syntax = "set:TAG,REMOTE-ID",
     .help = "set a tag for clients behind this relay",
     .manual = "As dhcp-circuitid, for the remote id (sub-option 2). Without this line the remote id sets "
               "no tag."
               "\n\n    dhcp-remoteid=set:rack3,switch-rack3",
     .parse = parse_relay_match<2>},
    {.name = "dhcp-subscrid",
     .group = Group::tags,
     .syntax = "set:TAG,SUBSCRIBER-ID",
     .help = "set a tag for this subscriber of a provider",
     .manual = "As dhcp-circuitid, for the subscriber id (sub-option 6, RFC 3993). Without this line the "
               "subscriber id sets no tag."
               "\n\n    dhcp-subscrid=set:gold,customer-4711",
     .parse = parse_relay_match<6>},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> name_rows() {
    return k_rows;
}

}  // namespace pxed::config
