// One option's value as text, and back, for dhcp_text. What is written always reads back to the same bytes:
// where a value has not the shape of its type, hexadecimal is written instead, and quoting never loses a
// byte.

#include "wire/dhcp_option_text.hpp"

#include <array>
#include <limits>
#include <optional>

#include "base/text.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::dhcp {

namespace {

using ValueBytes = std::vector<std::uint8_t>;
using TextError = std::string;

// Words by custom, though dnsmasq declares no type for them: vendor class, user class, PXELINUX's
// configuration file and path prefix (RFC 5071), captive portal or ONIE's URL (RFC 8910), proxy URL.
constexpr std::array<std::uint8_t, 6> k_words_by_custom{60, 77, 114, 209, 210, 252};

constexpr std::string_view k_hex_digits = "0123456789abcdef";
constexpr std::string_view k_hex_prefix = "hex:";
constexpr std::size_t k_address_size = 4;
constexpr std::size_t k_longest_value = 0xffff;

/// Hexadecimal that reads as such whatever the type.
std::string hex_value(Bytes value) {
    // One pair alone would read as something else.
    return value.size() < 2 ? std::string{k_hex_prefix} + hex_text(value) : hex_text(value);
}

/// The low `width` bytes of the value, big-endian.
void put_number(ValueBytes& bytes, std::uint64_t value, std::size_t width) {
    for (auto left = width; left > 0; --left)
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
}

std::string with_commas(const std::vector<std::string>& parts) {
    std::string result;
    for (const auto& part : parts) {
        if (!result.empty()) result += ',';
        result += part;
    }
    return result;
}

// Writers. Each gives hexadecimal where the value has not the shape of its type, so that a malformed value of
// a client shows as what it is, and no value is shown as another.

std::string numbers_text(Bytes value, std::size_t width) {
    if (width == 0 || value.empty() || value.size() % width != 0) return hex_value(value);
    std::vector<std::string> parts;
    for (auto left = value; !left.empty(); left = left.subspan(width)) {
        std::uint64_t number = 0;
        for (const auto byte : left.first(width))
            number = number << 8 | byte;
        parts.push_back(std::to_string(number));
    }
    return with_commas(parts);
}

std::string addresses_text(Bytes value) {
    if (value.empty() || value.size() % k_address_size != 0) return hex_value(value);
    std::vector<std::string> parts;
    for (ByteReader reader{value}; !reader.is_at_end();)
        parts.push_back(reader.ipv4().text());
    return with_commas(parts);
}

/// Bytes of the destination that a route of this prefix length carries (RFC 3442: only the significant ones).
std::size_t significant_bytes(std::size_t prefix_length) {
    return (prefix_length + 7) / 8;
}

/// RFC 3442: prefix length, its significant bytes, router; again and again.
std::string routes_text(Bytes value) {
    std::vector<std::string> parts;
    ByteReader reader{value};
    while (!reader.is_at_end()) {
        const auto length = reader.u8();
        // No prefix, and the length of what follows is anybody's guess.
        if (length > 32) return hex_value(value);
        const auto significant = reader.take(significant_bytes(length));
        std::array<std::uint8_t, k_address_size> destination{};
        std::ranges::copy(significant, destination.begin());
        const auto router = reader.ipv4();
        if (reader.is_bad()) return hex_value(value);
        parts.push_back(ByteReader{destination}.ipv4().text() + '/' + std::to_string(length));
        parts.push_back(router.text());
    }
    return with_commas(parts);
}

/// One error, told the same way for every type.
auto no_value(std::string_view name, std::string_view text, std::string_view wanted) {
    return fail(escaped(name) + ": \"" + escaped(text) + "\" is " + std::string{wanted});
}

// Readers, one for each way to write a value.

// The inverse of quoted(). Requires: `text` begins with a double quote.
Result<ValueBytes, TextError> read_quoted(std::string_view name, std::string_view text) {
    ValueBytes bytes;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            if (i + 1 == text.size()) return bytes;
            return fail(escaped(name) + ": something follows the closing quote");
        }
        if (text[i] != '\\') {
            bytes.push_back(static_cast<std::uint8_t>(text[i]));
            continue;
        }
        const auto next = text.substr(i + 1);
        if (next.starts_with('"') || next.starts_with('\\')) {
            bytes.push_back(static_cast<std::uint8_t>(next.front()));
            i += 1;
            continue;
        }
        const auto digits = next.size() >= 3 && next.front() == 'x' ? next.substr(1, 2) : std::string_view{};
        const auto byte = parse_hex_byte(digits);
        if (!byte)
            return fail(escaped(name) + R"(: after \ only ", \ or xHH (two hexadecimal digits) may stand)");
        bytes.push_back(*byte);
        i += 3;
    }
    return fail(escaped(name) + ": the closing quote is missing");
}

// `hex:` with nothing behind it is no byte, as parse_hex() cannot say.
Result<ValueBytes, TextError> read_hex(std::string_view name, std::string_view text) {
    if (text.empty()) return ValueBytes{};
    if (auto bytes = parse_hex(text)) return std::move(*bytes);
    return no_value(name, text, "no hexadecimal: write 0a:01:ff");
}

Result<ValueBytes, TextError> read_numbers(std::string_view name, std::string_view text, std::size_t width) {
    ValueBytes bytes;
    // A shift by all 64 bits is undefined, hence the case of 8 bytes and more.
    const auto most =
        width >= 8 ? std::numeric_limits<std::uint64_t>::max() : (std::uint64_t{1} << 8 * width) - 1;
    for (const auto part : split(text, ',')) {
        const auto number = parse_number(part);
        if (!number) return no_value(name, part, "no number");
        if (*number > most) {
            return no_value(name, part, "more than " + std::to_string(width) + " byte(s) hold");
        }
        put_number(bytes, *number, width);
    }
    return bytes;
}

// Digits with at most one unit behind them. Requires: `text` is not empty.
Result<ValueBytes, TextError> read_seconds(std::string_view name, std::string_view text) {
    constexpr std::uint64_t k_infinite = 0xffffffff;
    std::uint64_t unit = 1;
    switch (text.back()) {
        case 'w':
            unit = 7 * 86400;
            break;
        case 'd':
            unit = 86400;
            break;
        case 'h':
            unit = 3600;
            break;
        case 'm':
            unit = 60;
            break;
        default:  // a character, no enum: everything else is read as a digit, or refused as none
            break;
    }
    const auto digits = text.substr(0, text.size() - (unit == 1 ? 0 : 1));
    // RFC 2131 3.3: all ones is for ever.
    const auto number = text == "infinite" ? k_infinite : parse_number(digits);
    if (!number) return no_value(name, text, "no time: write seconds, or 4m, 3h, 2d, 1w, infinite");
    if (*number > k_infinite / unit) return no_value(name, text, "more seconds than 4 bytes hold");
    ValueBytes bytes;
    put_number(bytes, *number * unit, 4);
    return bytes;
}

Result<ValueBytes, TextError> read_addresses(std::string_view name, std::string_view text,
                                             std::string_view else_say) {
    ValueBytes bytes;
    for (const auto part : split(text, ',')) {
        const auto address = Ipv4::parse(part);
        if (!address) return no_value(name, part, else_say);
        put_number(bytes, address->value(), k_address_size);
    }
    return bytes;
}

// RFC 3442 as routes_text() writes it: destination and router in turn.
Result<ValueBytes, TextError> read_routes(std::string_view name, std::string_view text) {
    constexpr std::string_view k_wanted = "no route: write 10.0.0.0/8,10.99.0.1 (destination, router, ...)";
    const auto parts = split(text, ',');
    if (parts.size() % 2 != 0) return no_value(name, text, k_wanted);
    ValueBytes bytes;
    for (std::size_t i = 0; i < parts.size(); i += 2) {
        const auto slash = std::min(parts[i].size(), parts[i].find('/'));
        const auto destination = Ipv4::parse(parts[i].substr(0, slash));
        const auto length = parse_number(parts[i].substr(std::min(parts[i].size(), slash + 1)));
        const auto router = Ipv4::parse(parts[i + 1]);
        if (!destination || !router || !length || *length > 32) return no_value(name, text, k_wanted);
        // Bits behind the prefix but in its last byte are kept, so that every value comes back from its text.
        const auto significant = significant_bytes(*length);
        put_number(bytes, *length, 1);
        put_number(bytes, std::uint64_t{destination->value()} >> 8 * (k_address_size - significant),
                   significant);
        put_number(bytes, router->value(), k_address_size);
    }
    return bytes;
}

/// What is neither quoted nor hexadecimal reads by the option's type.
Result<ValueBytes, TextError> read_bare(ValueType type, std::uint8_t width, std::string_view name,
                                        std::string_view text) {
    switch (type) {
        case ValueType::address_list:
            return read_addresses(name, text, "no IPv4 address");
        case ValueType::text:
            return no_value(name, text, "bare: text stands in double quotes");
        case ValueType::number:
        case ValueType::client_arch:
            return read_numbers(name, text, width);
        case ValueType::seconds:
            return read_seconds(name, text);
        case ValueType::static_routes:
            return read_routes(name, text);
        case ValueType::bytes:
        case ValueType::domain_list:
        case ValueType::sip_servers:
            return read_addresses(
                name, text,
                "of no known form: write bytes as 0a:01, one byte as hex:0a, text in double "
                "quotes, addresses with commas");
    }
    return fail(std::string{name});
}

}  // namespace

ValueForm value_form(std::uint8_t code) {
    if (std::ranges::find(k_words_by_custom, code) != k_words_by_custom.end()) return {ValueType::text, 0};
    const auto* row = find_option(code);
    return row ? ValueForm{row->type, row->width} : ValueForm{};
}

std::string quoted(Bytes text) {
    std::string result = "\"";
    for (const auto byte : text) {
        if (byte == '"' || byte == '\\') {
            result += '\\';
            result += static_cast<char>(byte);
        } else if (byte >= 0x20 && byte < 0x7f) {
            result += static_cast<char>(byte);
        } else {
            result += "\\x";
            result += k_hex_digits[byte >> 4];
            result += k_hex_digits[byte & 15];
        }
    }
    return result + '"';
}

std::string value_text(ValueForm form, Bytes value) {
    if (value.empty()) return "";
    switch (form.type) {
        case ValueType::address_list:
            return addresses_text(value);
        case ValueType::text:
            return quoted(value);
        case ValueType::number:
        case ValueType::client_arch:
            return numbers_text(value, form.width);
        case ValueType::seconds:
            // One time only: a list of them has no form.
            return value.size() == form.width ? numbers_text(value, form.width) : hex_value(value);
        case ValueType::static_routes:
            return routes_text(value);
        case ValueType::bytes:
        case ValueType::domain_list:
        case ValueType::sip_servers:
            return hex_value(value);
    }
    return hex_value(value);
}

Result<std::vector<std::uint8_t>, std::string> value_from_text(ValueType type, std::uint8_t width,
                                                               std::string_view name, std::string_view text) {
    const auto read = [&]() -> Result<ValueBytes, TextError> {
        if (text.empty()) return ValueBytes{};
        if (text.front() == '"') return read_quoted(name, text);
        // One byte in hexadecimal can only be written so: `0a` alone would be a number, or a word.
        if (text.starts_with(k_hex_prefix)) return read_hex(name, text.substr(k_hex_prefix.size()));
        // A name like http://... has colons too: for a text that is no hexadecimal the missing quotes are
        // named.
        const bool is_hex = text.find(':') != text.npos && (type != ValueType::text || parse_hex(text));
        return is_hex ? read_hex(name, text) : read_bare(type, width, name, text);
    };
    TRY(auto bytes, read());
    if (bytes.size() > k_longest_value) {
        return fail(escaped(name) + ": " + std::to_string(bytes.size()) +
                    " bytes, more than any option holds");
    }
    return bytes;
}

std::string text_of(const Option& option) {
    return value_text(value_form(option.code), option.value);
}

}  // namespace pxed::dhcp
