// A value of dhcp-option or dhcp-match as bytes, by dnsmasq's rules: a type that the option has goes first,
// then what the value looks like. Addresses, hexadecimal and numbers are told by their characters; quotes
// turn all of them into text, which is how `240,"1.2.3.4"` stays seven characters.

#include "config/option_value.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <span>

#include "base/ipv4.hpp"
#include "base/text.hpp"
#include "config/dhcp_fields.hpp"

namespace pxed::config {

namespace {

using dhcp::OptionRow;
using dhcp::ValueType;
using Form = OptionValue::Form;
using Encoded = Result<OptionValue, std::string>;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

ValueType type_of(const OptionRow* row) {
    return row == nullptr ? ValueType::bytes : row->type;
}

// A decimal number, perhaps negative, perhaps with its width behind it.
struct Number {
    std::int64_t value = 0;
    std::size_t width = 0;  // 0: not said
};

std::optional<Number> read_number(std::string_view text) {
    Number number;
    if (!text.empty()) {
        switch (text.back()) {
            case 'b':
                number.width = 1;
                break;
            case 's':
                number.width = 2;
                break;
            case 'i':
                number.width = 4;
                break;
            default:
                break;
        }
        if (number.width != 0) text.remove_suffix(1);
    }
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    const auto digits = parse_number(text);
    // No number then; bare digits of that length fail as an address.
    if (!digits || *digits > 0xffffffff) return std::nullopt;
    number.value = static_cast<std::int64_t>(*digits);
    if (is_negative) number.value = -number.value;
    return number;
}

std::size_t width_of(const OptionRow* row) {
    switch (type_of(row)) {
        case ValueType::number:
            return row->width;
        case ValueType::seconds:
            return 4;
        case ValueType::client_arch:
            return 2;
        case ValueType::bytes:
        case ValueType::address_list:
        case ValueType::text:
        case ValueType::domain_list:
        case ValueType::sip_servers:
        case ValueType::static_routes:
            return 0;
    }
    return 0;
}

// As few of 1, 2 and 4 bytes as hold it.
std::size_t smallest_width(std::int64_t value) {
    if (value < 0 || value > 0xffff) return 4;
    return value > 0xff ? 2 : 1;
}

Encoded encode_number(const Number& number, const OptionRow* row) {
    // The suffix before the option's own width: who writes `2b` means one byte.
    auto width = number.width;
    if (width == 0) width = width_of(row);
    if (width == 0) width = smallest_width(number.value);
    const std::int64_t most = (std::int64_t{1} << (8 * width)) - 1;
    // Negative numbers are two's complement of that width (option 2, the offset from UTC, has them).
    if (number.value > most || number.value < -(most / 2) - 1) {
        return fail("the number " + std::to_string(number.value) + " does not fit in " +
                    std::to_string(width) + (width == 1 ? " byte" : " bytes"));
    }
    OptionValue result{Form::number, {}, {}};
    for (auto shift = 8 * width; shift > 0; shift -= 8) {
        result.bytes.push_back(
            static_cast<std::uint8_t>(static_cast<std::uint64_t>(number.value) >> (shift - 8)));
    }
    return result;
}

// Digits, dots, commas and slashes, at least one digit; a path is none.
bool looks_like_addresses(const Field& value) {
    const auto text = value.text();
    return !text.starts_with('/') && std::ranges::any_of(text, is_digit) &&
           std::ranges::all_of(
               text, [](char c) { return is_digit(c) || c == '.' || c == ',' || c == '/' || c == ' '; });
}

// RFC 3442: the length of the prefix, then as many bytes of it as are significant.
Result<void, std::string> add_descriptor(const Field& field, std::size_t slash,
                                         std::vector<std::uint8_t>& bytes) {
    const auto prefix = Ipv4::parse(field.text().substr(0, slash));
    const auto length = parse_number_between(field.text().substr(slash + 1), 0, 32);
    if (!prefix || !length) return fail(quote(field.text()) + " is no network (10.0.0.0/8)");
    bytes.push_back(static_cast<std::uint8_t>(*length));
    // One byte for every eight bits begun; a default route (/0) has none.
    for (std::uint32_t bits = 0; bits < *length; bits += 8) {
        bytes.push_back(static_cast<std::uint8_t>(prefix->value() >> (24 - bits)));
    }
    return {};
}

Encoded encode_addresses(const Field& value, const OptionRow* row) {
    OptionValue result{Form::addresses, {}, {}};
    // RFC 3361 3.1: addresses follow an encoding byte of 1.
    if (type_of(row) == ValueType::sip_servers) {
        result.form = Form::descriptors;
        result.bytes.push_back(1);
    }
    for (const auto& field : value.split()) {
        if (const auto slash = field.find('/'); slash != std::string_view::npos) {
            result.form = Form::descriptors;
            if (auto added = add_descriptor(field, slash, result.bytes); !added)
                return fail(std::move(added).error());
            continue;
        }
        const auto address = Ipv4::parse(field.text());
        if (!address) return fail("bad IPv4 address " + quote(field.text()));
        for (int shift = 24; shift >= 0; shift -= 8) {
            result.bytes.push_back(static_cast<std::uint8_t>(address->value() >> shift));
        }
    }
    return result;
}

Encoded encode_name_list(const Field& value, const OptionRow* row) {
    OptionValue result{Form::names, {}, {}};
    // RFC 3361 3.1: names follow an encoding byte of 0.
    if (type_of(row) == ValueType::sip_servers) result.bytes.push_back(0);
    const auto fields = value.split();
    auto names = encode_names(fields);
    if (!names) return fail(std::move(names).error());
    result.bytes.insert(result.bytes.end(), names->begin(), names->end());
    return result;
}

// Without a NUL: whether one follows depends on the option and the client, when the reply is made.
OptionValue encode_text(const Field& value) {
    const auto bytes = as_bytes(value.text());
    return {Form::text, {bytes.begin(), bytes.end()}, {}};
}

// At least two groups: a single pair of digits could be a number, or a word.
std::optional<OptionValue> encode_hex(const Field& value, bool allows_wildcards) {
    if (!value.contains(':')) return std::nullopt;
    auto pattern = parse_hex_pattern(value.text());
    if (!pattern) return std::nullopt;
    const bool has_wildcard = std::ranges::find(pattern->wildcards, true) != pattern->wildcards.end();
    // What is sent has no "any byte".
    if (has_wildcard && !allows_wildcards) return std::nullopt;
    return OptionValue{Form::hex, std::move(pattern->bytes), std::move(pattern->wildcards)};
}

// By its looks alone; empty when it looks like nothing but text.
std::optional<Encoded> encode_by_looks(const Field& value, const OptionRow* row, bool allows_wildcards) {
    // Quotes are how a dotted quad or a number stays text.
    if (value.has_quotes()) return std::nullopt;
    // Hexadecimal before numbers and addresses: only it has colons.
    if (auto hex = encode_hex(value, allows_wildcards)) return Encoded{std::move(*hex)};
    // `30s` is a time here, and not a number of two bytes as read_number() would have it.
    if (type_of(row) == ValueType::seconds) {
        if (const auto time = parse_time(value.text())) return encode_number({time->count(), 0}, row);
    }
    if (const auto number = read_number(value.text())) return encode_number(*number, row);
    if (looks_like_addresses(value)) return encode_addresses(value, row);
    return std::nullopt;
}

}  // namespace

Encoded encode_option_value(const Field& value, const OptionRow* row, bool allows_wildcards) {
    switch (type_of(row)) {
        case ValueType::text:
            return encode_text(value);
        case ValueType::domain_list:
            return encode_name_list(value, row);
        case ValueType::address_list:
            if (value.has_quotes() || !looks_like_addresses(value)) {
                return fail("bad IP address " + quote(value.text()) + "; " + std::string{row->name} +
                            " takes addresses (10.0.0.1,10.0.0.2)");
            }
            return encode_addresses(value, row);
        case ValueType::sip_servers:
            if (!value.has_quotes() && looks_like_addresses(value)) return encode_addresses(value, row);
            return encode_name_list(value, row);
        case ValueType::bytes:
        case ValueType::number:
        case ValueType::seconds:
        case ValueType::client_arch:
        case ValueType::static_routes:
            break;
    }
    auto encoded = encode_by_looks(value, row, allows_wildcards);
    return encoded ? std::move(*encoded) : Encoded{encode_text(value)};
}

Result<std::vector<std::uint8_t>, std::string> encode_names(std::span<const Field> names) {
    // RFC 1035 4.1.4: a pointer has 14 bits.
    constexpr std::size_t k_furthest_pointer = 0x3fff;
    std::vector<std::uint8_t> bytes;
    std::map<std::string, std::size_t, std::less<>> tails;  // tail -> where it stands
    for (const auto& field : names) {
        auto rest = field.text();
        if (rest.ends_with('.')) rest.remove_suffix(1);
        if (rest.empty() || rest.size() > 253) return fail("bad domain name " + quote(field.text()));
        bool is_pointed = false;
        while (!rest.empty() && !is_pointed) {
            // The longest tail that stood before is found first, since labels are taken off from the left.
            if (const auto tail = tails.find(rest); tail != tails.end()) {
                bytes.push_back(static_cast<std::uint8_t>(0xc0 | tail->second >> 8));
                bytes.push_back(static_cast<std::uint8_t>(tail->second));
                is_pointed = true;
                continue;
            }
            // Only what a pointer can reach is worth remembering.
            if (bytes.size() <= k_furthest_pointer) tails.emplace(rest, bytes.size());
            const auto label = rest.substr(0, rest.find('.'));
            if (label.empty() || label.size() > 63) return fail("bad domain name " + quote(field.text()));
            bytes.push_back(static_cast<std::uint8_t>(label.size()));
            bytes.insert(bytes.end(), label.begin(), label.end());
            rest.remove_prefix(std::min(rest.size(), label.size() + 1));
        }
        if (!is_pointed) bytes.push_back(0);
    }
    return bytes;
}

}  // namespace pxed::config
