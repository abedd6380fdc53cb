// dhcp-option, dhcp-option-force and dhcp-match: which option a line names, inside what, and its value. Tags
// and envelope stand in any order in front, then the number or name, then the value to the end of the line,
// commas included. `vendor:X,encap:N` makes dnsmasq 2.90 crash; here it is an error.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/option_value.hpp"
#include "config/parsers.hpp"
#include "wire/dhcp_option_table.hpp"

namespace pxed::config {

namespace {

using dhcp::ConfiguredOption;
using dhcp::Envelope;

// What stands before the value: tags, envelope, and at last the option.
struct Selector {
    std::vector<Field> tags;
    Envelope envelope = Envelope::plain;
    std::string vendor_class;
    std::uint32_t number = 0;  // of the envelope: outer option or enterprise
    std::optional<std::uint32_t> code;
    const dhcp::OptionRow* row = nullptr;  // of a plain option
    bool is_ipv6 = false;
};

std::vector<std::string_view> option_names() {
    std::vector<std::string_view> names;
    for (const auto& row : dhcp::option_table())
        names.push_back(row.name);
    return names;
}

std::string name_hint(std::string_view word) {
    const auto near = nearest(lower_case(word), option_names());
    return near.empty() ? std::string{} : "; did you mean option:" + std::string{near} + '?';
}

Parsed read_code(const Field& field, Selector& selector) {
    const auto number = parse_number(field.text());
    if (!number || *number > 0xffff)
        return fail("option " + quote(field.text()) + " is out of range (1 to 254)");
    // Up to 16 bits, since dnsmasq takes 300 as well and sends its low byte; the caller warns.
    selector.code = static_cast<std::uint32_t>(*number);
    // A sub-option's number has nothing to do with the option of that number: no name, no type.
    if (selector.envelope == Envelope::plain && *number <= 0xff) {
        selector.row = dhcp::find_option(static_cast<std::uint8_t>(*number));
    }
    return {};
}

// RFC 2132: padding, overload, maximum size; and 81 (RFC 4702), which answers what the client said.
// The others say what the server decided (51, 53, 54), what only clients send (50, 55), or echo the client
// and its relay (61, 82).
bool is_servers_own(std::uint8_t code) {
    constexpr std::uint8_t k_own[] = {0, 50, 51, 52, 53, 54, 55, 57, 61, 81, 82};
    return std::ranges::find(k_own, code) != std::end(k_own);
}

Parsed read_name(const Field& name, bool may_be_internal, Selector& selector) {
    const auto* row = dhcp::find_option(name.text());
    if (row == nullptr)
        return fail("there is no option named " + quote(name.text()) + name_hint(name.text()));
    // dnsmasq refuses the names and takes the numbers (`dhcp-option=43,01:02:03`); so do we.
    if (row->is_internal && !may_be_internal) {
        return fail("option:" + std::string{row->name} + " is set by the server itself" +
                    (is_servers_own(row->code)
                         ? std::string{" and cannot be configured"}
                         : "; to send it all the same write " + std::to_string(row->code)));
    }
    selector.code = row->code;
    if (selector.envelope == Envelope::plain) selector.row = row;
    return {};
}

Parsed set_envelope(Envelope envelope, Selector& selector) {
    const bool both = (selector.envelope == Envelope::vendor && envelope == Envelope::encapsulated) ||
                      (selector.envelope == Envelope::encapsulated && envelope == Envelope::vendor);
    if (both) return fail(std::string{"vendor: and encap: exclude each other"});
    selector.envelope = envelope;
    return {};
}

// `vendor:CLASS`, `encap:N`, `vi-encap:ENTERPRISE`; false when the field is none of them.
Result<bool, std::string> read_envelope(const Field& field, Selector& selector) {
    struct Form {
        std::string_view prefix;
        Envelope envelope;
        std::uint32_t most;
    };
    constexpr Form k_forms[] = {{"vendor:", Envelope::vendor, 0},
                                {"encap:", Envelope::encapsulated, 0xff},
                                {"vi-encap:", Envelope::vendor_vi, 0xffffffff}};
    for (const auto& form : k_forms) {
        if (!field.starts_with(form.prefix)) continue;
        const Field rest = field.from(form.prefix.size());
        if (auto set = set_envelope(form.envelope, selector); !set) return fail(std::move(set).error());
        if (form.envelope == Envelope::vendor) {
            selector.vendor_class = rest.str();
            return true;
        }
        const auto number = parse_number_between(rest.text(), 0, form.most);
        if (!number) return fail(quote(rest.text()) + " is no number from 0 to " + std::to_string(form.most));
        selector.number = *number;
        return true;
    }
    return false;
}

bool is_number(const Field& field) {
    return !field.is_empty() && !field.has_quotes() && parse_number(field.text()).has_value();
}

// Takes fields up to the option; what is left is the value.
Result<Selector, std::string> read_selector(FieldReader& fields, bool is_match) {
    Selector selector;
    while (fields.has_more() && !selector.code && !selector.is_ipv6) {
        const Field field = fields.take();
        Parsed read;
        // First: a bare number is the option, even where a tag of digits was meant.
        if (is_number(field)) {
            read = read_code(field, selector);
        } else if (field.starts_with("option:")) {
            read = read_name(field.from(7), is_match, selector);
        } else if (field.starts_with("option6:")) {
            selector.is_ipv6 = true;
        } else {
            TRY(const bool is_envelope, read_envelope(field, selector));
            if (!is_envelope) selector.tags.push_back(field);
            // A match in vi-encap: may end here: any class of that enterprise.
            if (is_envelope && is_match && selector.envelope == Envelope::vendor_vi) break;
        }
        if (!read) return fail(std::move(read).error());
    }
    return selector;
}

dhcp::TagTests tests_of(const Line& line, const std::vector<Field>& tags) {
    dhcp::TagTests tests;
    for (const auto& tag : tags) {
        if (tag.is_empty()) continue;
        if (tag.starts_with("set:")) {
            // A common slip: in this place a tag can only be tested.
            line.warn(quote(tag.text()) + " tests a tag here; write tag:" + escaped(set_tag_name(tag)));
            tests.push_back({set_tag_name(tag), false});
        } else if (auto test = tag_test(tag); !test.name.empty()) {
            tests.push_back(std::move(test));
        }
    }
    return tests;
}

std::string missing_option(const Selector& selector) {
    // What was taken for a tag is the likeliest misspelling: `dhcp-option=routr,10.0.0.1`.
    for (const auto& tag : selector.tags) {
        if (const auto hint = name_hint(tag.text()); !hint.empty()) {
            return quote(tag.text()) + " is neither an option number nor option:NAME" + hint;
        }
    }
    return "there is no option number or option:NAME";
}

// dnsmasq: these without a value mean "do not send", all others an empty option.
bool means_suppression(std::uint8_t code) {
    // Those the server would fill in by itself.
    constexpr std::uint8_t k_defaults[] = {1, 3, 6, 12, 15, 28};
    return std::ranges::find(k_defaults, code) != std::end(k_defaults);
}

// Whether a value of more than 255 bytes may be split (RFC 3396). The options of RFC 2132, up to 76, are
// older and their readers take the first piece for the whole, but for 43, which is a list; boot programs are
// such readers. dnsmasq refuses all long values.
bool may_be_long(std::uint8_t code) {
    constexpr std::uint8_t k_last_of_rfc2132 = 76;
    constexpr std::uint8_t k_vendor_options = 43;
    return code > k_last_of_rfc2132 || code == k_vendor_options;
}

std::size_t longest_in(const ConfiguredOption& option) {
    switch (option.envelope) {
        case Envelope::plain:
            return may_be_long(option.code) ? 0xffff : 255;
        case Envelope::vendor:
        case Envelope::encapsulated:
            return 253;  // code and length of the inner option
        case Envelope::vendor_vi:
            return 250;  // RFC 3925 4: and the enterprise number and its length
    }
    return 0;
}

Parsed set_value(Line& line, const Selector& selector, const Field& value, ConfiguredOption& option) {
    auto encoded = encode_option_value(value, selector.row, false);
    if (!encoded) return fail(std::move(encoded).error());
    const auto longest = longest_in(option);
    if (encoded->bytes.size() > longest) {
        return fail("the value has " + std::to_string(encoded->bytes.size()) + " bytes; at most " +
                    std::to_string(longest) + " fit");
    }
    using Form = OptionValue::Form;
    option.has_text_value = encoded->form == Form::text;
    // In a plain option 0.0.0.0 becomes this server's address; inside an envelope dnsmasq leaves it as it is.
    option.is_address_list = encoded->form == Form::addresses && selector.envelope == Envelope::plain;
    option.value = std::move(encoded->bytes);
    const bool wants_number = selector.row != nullptr && (selector.row->type == dhcp::ValueType::number ||
                                                          selector.row->type == dhcp::ValueType::seconds);
    // dnsmasq sends the letters without a word, and the client reads a number of them.
    if (option.has_text_value && wants_number) {
        line.warn(quote(value.text()) + " is no number as " + std::string{selector.row->name} +
                  " wants; it is sent as text");
    }
    // RFC 3442: a client that reads letters as prefix lengths ends with routes nobody wrote.
    if (option.has_text_value && selector.row != nullptr &&
        selector.row->type == dhcp::ValueType::static_routes) {
        line.warn(quote(value.text()) + " is no list of NETWORK/LENGTH,ROUTER; it is sent as text",
                  "option:" + std::string{selector.row->name} + ",10.1.0.0/16,192.168.1.1");
    }
    return {};
}

// 255: not sent, but the address of the server to boot from.
Parsed check_next_server(const ConfiguredOption& option) {
    if (option.sets_next_server && !(option.is_address_list && option.value.size() == 4)) {
        return fail(std::string{"server-ip-address takes one address"});
    }
    return {};
}

enum class Send { if_asked, always, to_pxe };

Parsed add_option(Line& line, Send send) {
    FieldReader fields{line.value()};
    TRY(const Selector selector, read_selector(fields, false));
    if (selector.is_ipv6) {
        line.warn_once("option6: is DHCPv6; pxed serves DHCPv4 only and skips the line");
        return {};
    }
    if (line.value().is_empty()) {
        line.warn("the line is empty and has no effect");
        return {};
    }
    if (!selector.code) return fail(missing_option(selector));

    ConfiguredOption option;
    option.code = static_cast<std::uint8_t>(*selector.code);
    if (*selector.code > 0xff) {
        line.warn("there is no option " + std::to_string(*selector.code) + "; what is sent is " +
                  std::to_string(option.code) + ", as dnsmasq does");
    }
    option.envelope = selector.envelope;
    option.vendor_class = selector.vendor_class;
    option.outer_code =
        selector.envelope == Envelope::encapsulated ? static_cast<std::uint8_t>(selector.number) : 0;
    option.enterprise = selector.envelope == Envelope::vendor_vi ? selector.number : 0;
    option.is_forced = send == Send::always;
    option.is_for_pxe = send == Send::to_pxe;
    option.tests = tests_of(line, selector.tags);
    option.origin = line.origin();
    const bool is_plain = selector.envelope == Envelope::plain;
    option.sets_next_server = is_plain && *selector.code == 0xff;
    if (fields.has_more()) {
        if (auto set = set_value(line, selector, fields.take_rest(), option); !set) return set;
    } else {
        option.is_suppressed = is_plain && means_suppression(option.code);
    }
    if (auto checked = check_next_server(option); !checked) return checked;
    // Skipped, not refused: dnsmasq starts with such a line and does not send it either.
    if (is_plain && is_servers_own(option.code)) {
        line.warn("option " + std::to_string(option.code) + " is the server's own and never sent from here");
        return {};
    }
    line.config().dhcp.options.push_back(std::move(option));
    return {};
}

// How a match compares follows from the form of its value, as in dnsmasq: bytes from the left, text anywhere,
// a number as an element of an array. `93,7` thus finds 7 in a list of architectures (RFC 4578 2.1).
Parsed set_match_value(const Selector& selector, const Field& value, dhcp::Match& match) {
    auto encoded = encode_option_value(value, selector.row, true);
    if (!encoded) return fail(std::move(encoded).error());
    // No value, no comparison: the option's presence is enough.
    if (encoded->bytes.empty()) return {};
    using Form = OptionValue::Form;
    using Kind = dhcp::Match::Kind;
    switch (encoded->form) {
        case Form::hex:
            match.kind = Kind::prefix_bytes;
            break;
        case Form::text:
        case Form::names:
            match.kind = Kind::text;
            break;
        case Form::number:
        case Form::addresses:
        case Form::descriptors:
            match.kind = Kind::numbers;
            break;
    }
    match.wildcards = std::move(encoded->wildcards);
    match.value = std::move(encoded->bytes);
    return {};
}

}  // namespace

Parsed parse_dhcp_option(Line& line) {
    return add_option(line, Send::if_asked);
}

Parsed parse_dhcp_option_force(Line& line) {
    return add_option(line, Send::always);
}

Parsed parse_dhcp_option_pxe(Line& line) {
    return add_option(line, Send::to_pxe);
}

// set:T,N|option:NAME|vi-encap:ENTERPRISE[,VALUE]
Parsed parse_dhcp_match(Line& line) {
    FieldReader fields{line.value()};
    TRY(const Selector selector, read_selector(fields, true));
    if (selector.is_ipv6) {
        line.warn_once("option6: is DHCPv6; pxed serves DHCPv4 only and skips the line");
        return {};
    }
    if (selector.envelope == Envelope::vendor || selector.envelope == Envelope::encapsulated) {
        return fail(std::string{"vendor: and encap: cannot be matched; match the option that holds them"});
    }
    const bool is_vi = selector.envelope == Envelope::vendor_vi;
    if (!selector.code && !is_vi) return fail(missing_option(selector));
    // dnsmasq: "illegal dhcp-match" for more than one tag.
    if (selector.tags.size() != 1 || set_tag_name(selector.tags.front()).empty()) {
        return fail("exactly one tag is set by a match (set:TAG,OPTION[,VALUE]); here are " +
                    std::to_string(selector.tags.size()));
    }
    if (selector.code.value_or(0) > 0xff) {
        line.warn("there is no option " + std::to_string(*selector.code) + "; nothing ever matches");
        return {};
    }

    dhcp::Match match;
    match.set_tag = set_tag_name(selector.tags.front());
    match.code = static_cast<std::uint8_t>(selector.code.value_or(124));  // RFC 3925 3
    if (is_vi) match.enterprise = selector.number;
    match.origin = line.origin();
    if (fields.has_more()) {
        if (auto set = set_match_value(selector, fields.take_rest(), match); !set) return set;
    }
    line.config().dhcp.matches.push_back(std::move(match));
    return {};
}

}  // namespace pxed::config
