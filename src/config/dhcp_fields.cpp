// The spellings of tags, hardware addresses and names that dnsmasq's DHCP directives share. A tag has four of
// them in real files (set:x, tag:x, net:x, bare x) and "not" has two (`!`, and `#` of old).

#include "config/dhcp_fields.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "config/line.hpp"

namespace pxed::config {

namespace {

constexpr std::size_t k_prefix = 4;  // "tag:", "set:", "net:"

bool is_hex_digit(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_label_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

// One group of hexadecimal digits, read in pairs from the left.
bool add_group(std::string_view group, HexPattern& pattern) {
    if (group == "*") {
        pattern.bytes.push_back(0);
        pattern.wildcards.push_back(true);
        return true;
    }
    for (std::size_t at = 0; at < group.size(); at += 2) {
        const auto byte = parse_hex_byte(group.substr(at, 2));
        if (!byte) return false;
        pattern.bytes.push_back(*byte);
        pattern.wildcards.push_back(false);
    }
    return true;
}

}  // namespace

bool is_tag_test(const Field& field) {
    return field.starts_with("tag:") || field.starts_with("net:");
}

dhcp::TagTest tag_test(const Field& field) {
    auto name = is_tag_test(field) ? field.text().substr(k_prefix) : field.text();
    const bool is_negated = name.starts_with('!') || name.starts_with('#');
    if (is_negated) name.remove_prefix(1);
    return {std::string{name}, is_negated};
}

dhcp::TagTests take_tag_tests(FieldReader& fields) {
    dhcp::TagTests tests;
    while (fields.has_more() && is_tag_test(fields.peek())) {
        auto test = tag_test(fields.take());
        // dnsmasq ignores an empty one too, where an older version fell over it.
        if (!test.name.empty()) tests.push_back(std::move(test));
    }
    return tests;
}

dhcp::TagTests tag_tests_of(const Field& value) {
    dhcp::TagTests tests;
    for (const auto& field : value.split()) {
        if (auto test = tag_test(field); !test.name.empty()) tests.push_back(std::move(test));
    }
    return tests;
}

std::string set_tag_name(const Field& field) {
    const bool has_prefix = is_tag_test(field) || field.starts_with("set:");
    return std::string{has_prefix ? field.text().substr(k_prefix) : field.text()};
}

std::optional<HexPattern> parse_hex_pattern(std::string_view text) {
    HexPattern pattern;
    for (const auto group : split(text, ':')) {
        if (!add_group(group, pattern)) return std::nullopt;
    }
    return pattern;
}

Result<dhcp::HwPattern, std::string> parse_hw_pattern(std::string_view text) {
    dhcp::HwPattern result;
    auto digits = text;
    // An ARP type stands before the first dash; dnsmasq takes further dashes as colons.
    if (const auto dash = digits.find('-'); dash != digits.npos && dash < digits.find(':')) {
        const auto type = parse_hex_byte(digits.substr(0, dash));
        if (!type) return fail("bad hardware type before the dash in " + quote(text));
        result.type = *type;
        digits.remove_prefix(dash + 1);
    }
    const auto pattern = parse_hex_pattern(digits);
    if (!pattern) {
        return fail(quote(text) +
                    " is no hardware address (bytes in hexadecimal with colons, * for any byte)");
    }
    if (pattern->bytes.size() > result.bytes.size()) {
        return fail(quote(text) + " has more than 16 bytes");
    }
    result.length = static_cast<std::uint8_t>(pattern->bytes.size());
    std::ranges::copy(pattern->bytes, result.bytes.begin());
    for (std::size_t i = 0; i < pattern->wildcards.size(); ++i) {
        if (pattern->wildcards[i]) result.wildcards |= std::uint32_t{1} << i;
    }
    return result;
}

bool is_host_name(std::string_view text) {
    // RFC 1035 2.3.4: 63 characters a label, 253 in all once the length bytes are taken off 255. The
    // underscore is dnsmasq's.
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.empty() || text.size() > 253 || std::isalnum(static_cast<unsigned char>(text.front())) == 0) {
        return false;
    }
    return std::ranges::all_of(split(text, '.'), [](std::string_view label) {
        return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, is_label_character);
    });
}

std::optional<std::string> misspelt_mac(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (is_hex_digit(c)) {
            digits += c;
        } else if (c != '-' && c != '.') {
            return std::nullopt;
        }
    }
    // Windows' form, Cisco's form (aabb.ccdd.eeff), or digits alone.
    const bool has_dashes = std::ranges::count(text, '-') == 5;
    const bool has_dots = std::ranges::count(text, '.') == 2 && text.size() == 14;
    if (digits.size() != 12 || !(has_dashes || has_dots || text.size() == 12)) return std::nullopt;
    std::string mac;
    for (std::size_t at = 0; at < digits.size(); at += 2) {
        if (!mac.empty()) mac += ':';
        mac += lower_case(std::string_view{digits}.substr(at, 2));
    }
    return mac;
}

Parsed read_boot_file(Line& line, FieldReader& fields, dhcp::Boot& boot) {
    if (fields.has_more()) boot.file = fields.take().str();
    // It ends with a NUL in option 67, and no firmware joins two pieces of that option.
    constexpr std::size_t k_longest_file = 254;
    if (boot.file.size() > k_longest_file) {
        return fail("the file name has " + std::to_string(boot.file.size()) +
                    " characters; option 67 holds " + std::to_string(k_longest_file));
    }
    if (fields.has_more()) boot.server_name = fields.take().str();
    if (fields.has_more()) {
        const Field server = fields.take();
        boot.server_address = Ipv4::parse(server.text());
        if (!boot.server_address && !server.is_empty()) {
            if (!is_host_name(server.text())) {
                return fail(quote(server.text()) +
                            " is neither an address nor a host name; the form is FILE,NAME,ADDRESS");
            }
            boot.server_host.name = server.str();
        }
        // A next server of zero is none: firmware could only fail with it.
        if (boot.server_address == Ipv4{}) boot.server_address.reset();
    }
    // dnsmasq takes both without a word.
    if (fields.has_more())
        line.warn("what follows the server's address is left out; the form is FILE,NAME,ADDRESS");
    return {};
}

}  // namespace pxed::config
