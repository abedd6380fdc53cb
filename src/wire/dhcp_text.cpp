// A whole DHCP message as one line, and back: the form that dhcp_text.hpp defines. The two directions are
// each other's inverse, byte for byte; a scenario that was copied from a log then tests what was on the wire.

#include "wire/dhcp_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/text.hpp"
#include "wire/dhcp_option_text.hpp"

namespace pxed::dhcp {

namespace {

// Errors are sentences here: their reader writes a scenario, no packet waits for them.
using TextError = std::string;

// The words of RFC 2131 table 2 without their DHCP in front.
struct TypeWord {
    std::string_view word;
    MessageType type;
};
constexpr std::array k_type_words{
    TypeWord{"DISCOVER", MessageType::discover}, TypeWord{"OFFER", MessageType::offer},
    TypeWord{"REQUEST", MessageType::request},   TypeWord{"DECLINE", MessageType::decline},
    TypeWord{"ACK", MessageType::ack},           TypeWord{"NAK", MessageType::nak},
    TypeWord{"RELEASE", MessageType::release},   TypeWord{"INFORM", MessageType::inform},
};
constexpr std::string_view k_bootp_request = "BOOTREQUEST";
constexpr std::string_view k_bootp_reply = "BOOTREPLY";

constexpr std::array<std::string_view, 12> k_header_fields{
    "op", "hw", "hops", "xid", "secs", "flags", "ciaddr", "yiaddr", "siaddr", "giaddr", "sname", "file",
};

// What the header's areas hold (RFC 2131 figure 1).
constexpr std::size_t k_longest_sname = 64;
constexpr std::size_t k_longest_file = 128;

/// The direction of a type; BOOTP and unknown numbers have none of their own.
Op op_of(MessageType type) {
    switch (type) {
        case MessageType::offer:
        case MessageType::ack:
        case MessageType::nak:
            return Op::reply;
        case MessageType::none:
        case MessageType::discover:
        case MessageType::request:
        case MessageType::decline:
        case MessageType::release:
        case MessageType::inform:
            return Op::request;
    }
    return Op::request;
}

/// The first word of a message's line. A type without a word goes by its direction, as BOOTP does.
std::string_view word_of(const Message& message) {
    const auto* row = std::ranges::find(k_type_words, message.type(), &TypeWord::type);
    if (row != k_type_words.end()) return row->word;
    return message.op == Op::request ? k_bootp_request : k_bootp_reply;
}

bool is_bootp_word(std::string_view word) {
    return word == k_bootp_request || word == k_bootp_reply;
}

/// `0x` and at least `digits` digits.
std::string hex_number(std::uint32_t value, std::size_t digits) {
    std::array<char, 8> memory{};
    const auto end = std::to_chars(memory.data(), memory.data() + memory.size(), value, 16).ptr;
    const std::string text(memory.data(), end);
    return "0x" + std::string(digits > text.size() ? digits - text.size() : 0, '0') + text;
}

/// HwAddr::parse refuses an address without bytes, which the wire may carry: `20-`.
std::string hardware_text(const HwAddr& hardware) {
    return hardware.is_empty() ? hex_text(std::array{hardware.type()}) + '-' : hardware.text();
}

/// The inverse of hardware_text().
std::optional<HwAddr> read_hardware(std::string_view text) {
    if (text.size() >= 2 && text.ends_with('-')) {
        const auto type = parse_hex_byte(text.substr(0, text.size() - 1));
        if (!type) return std::nullopt;
        return HwAddr{*type, {}};
    }
    return HwAddr::parse(text);
}

/// One `name=value`.
struct Field {
    std::string_view name;
    std::string_view value;
};

constexpr std::string_view k_blanks = " \t\r\n\v\f";

bool is_blank(char c) {
    return k_blanks.find(c) != k_blanks.npos;
}

/// Where a field ends: at the first blank outside double quotes.
Result<std::size_t, TextError> field_end(std::string_view text) {
    bool is_quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        // An escaped quote does not end the text; what is escaped is the value reader's to judge.
        if (is_quoted && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && is_blank(text[i])) {
            return i;
        }
    }
    if (is_quoted) return fail(escaped(text.substr(0, text.find('='))) + ": the closing quote is missing");
    return text.size();
}

/// All fields of a line, in order.
Result<std::vector<Field>, TextError> fields_of(std::string_view text) {
    std::vector<Field> fields;
    for (text = trim(text); !text.empty(); text = trim(text)) {
        TRY(const auto end, field_end(text));
        const auto whole = text.substr(0, end);
        text.remove_prefix(end);
        const auto equals = whole.find('=');
        if (equals == whole.npos) {
            return fail('"' + escaped(whole) +
                        "\" is not a field: write name=value, or name= for an empty value");
        }
        fields.push_back({whole.substr(0, equals), whole.substr(equals + 1)});
    }
    return fields;
}

/// A number of the header. Hexadecimal is how xid and flags are written, and welcome everywhere.
Result<std::uint32_t, TextError> read_number(const Field& field, std::uint32_t most) {
    const bool is_hex = field.value.starts_with("0x");
    const auto digits = field.value.substr(is_hex ? 2 : 0);
    std::uint32_t value = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, is_hex ? 16 : 10);
    if (digits.empty() || error != std::errc{} || stop != end || value > most) {
        return fail(std::string{field.name} + ": \"" + escaped(field.value) + "\" is no number from 0 to " +
                    std::to_string(most) + " (decimal, or hexadecimal with 0x)");
    }
    return value;
}

Result<Ipv4, TextError> read_address(const Field& field) {
    const auto address = Ipv4::parse(field.value);
    if (!address) {
        return fail(std::string{field.name} + ": \"" + escaped(field.value) + "\" is no IPv4 address");
    }
    return *address;
}

/// A text field of the header: the wire ends it at a NUL, so it cannot hold one.
Result<std::string, TextError> read_area_text(const Field& field, std::size_t longest) {
    TRY(const auto bytes, value_from_text(ValueType::text, 0, field.name, field.value));
    const auto text = as_text(bytes);
    if (text.size() > longest) {
        return fail(std::string{field.name} + ": " + std::to_string(text.size()) + " bytes where " +
                    std::to_string(longest) + " fit");
    }
    if (text.find('\0') != text.npos) return fail(std::string{field.name} + ": a NUL ends it on the wire");
    return std::string{text};
}

/// Only where it contradicts the type: a DISCOVER that claims to be a reply can be written so.
Result<void, TextError> read_op(const Field& field, Message& message) {
    if (field.value != "request" && field.value != "reply") {
        return fail("op: \"" + escaped(field.value) + "\" is neither request nor reply");
    }
    message.op = field.value == "request" ? Op::request : Op::reply;
    return {};
}

/// One field of the fixed header into its place. Requires: the name is one of k_header_fields.
Result<void, TextError> read_header_field(const Field& field, Message& message) {
    if (field.name == "op") return read_op(field, message);
    if (field.name == "hw") {
        const auto hardware = read_hardware(field.value);
        if (!hardware) {
            return fail(
                "hw: \"" + escaped(field.value) +
                "\" is no hardware address: write 02:00:00:00:00:01, or 20-02:... with its type before");
        }
        message.hardware = *hardware;
    } else if (field.name == "hops") {
        TRY(const auto value, read_number(field, 0xff));
        message.hops = static_cast<std::uint8_t>(value);
    } else if (field.name == "xid") {
        TRY(message.xid, read_number(field, 0xffffffff));
    } else if (field.name == "secs") {
        TRY(const auto value, read_number(field, 0xffff));
        message.secs = static_cast<std::uint16_t>(value);
    } else if (field.name == "flags") {
        // RFC 2131 2 reserves the other 15 bits; they can be written, for a client that sets them all the
        // same.
        TRY(const auto value, field.value == "broadcast" ? k_broadcast_flag : read_number(field, 0xffff));
        message.flags = static_cast<std::uint16_t>(value);
    } else if (field.name == "ciaddr") {
        TRY(message.ciaddr, read_address(field));
    } else if (field.name == "yiaddr") {
        TRY(message.yiaddr, read_address(field));
    } else if (field.name == "siaddr") {
        TRY(message.siaddr, read_address(field));
    } else if (field.name == "giaddr") {
        TRY(message.giaddr, read_address(field));
    } else if (field.name == "sname") {
        TRY(message.sname, read_area_text(field, k_longest_sname));
    } else {
        TRY(message.file, read_area_text(field, k_longest_file));
    }
    return {};
}

/// The option a field names. Pad, end and dnsmasq's pseudo-option 255 cannot be sent.
Result<std::uint8_t, TextError> code_of(std::string_view name) {
    if (const auto number = parse_number(name)) {
        if (*number < 1 || *number > 254) return fail(escaped(name) + ": option codes are 1 to 254");
        return static_cast<std::uint8_t>(*number);
    }
    if (const auto* row = find_option(name); row && row->code != k_end) return row->code;
    std::vector<std::string_view> candidates(k_header_fields.begin(), k_header_fields.end());
    for (const auto& row : option_table())
        candidates.push_back(row.name);
    const auto near = nearest(lower_case(name), candidates);
    return fail("\"" + escaped(name) + "\" is neither a header field nor an option" +
                (near.empty() ? std::string{} : "; perhaps " + std::string{near}));
}

/// The type's word as somebody may write it: dnsmasq's log says DHCPDISCOVER.
Result<Message, TextError> read_first_word(std::string_view word) {
    Message message;
    if (is_bootp_word(word)) {
        message.op = word == k_bootp_request ? Op::request : Op::reply;
        return message;
    }
    const auto bare = word.starts_with("DHCP") ? word.substr(4) : word;
    const auto* row = std::ranges::find(k_type_words, bare, &TypeWord::word);
    if (row == k_type_words.end()) {
        std::vector<std::string_view> candidates{k_bootp_request, k_bootp_reply};
        for (const auto& known : k_type_words)
            candidates.push_back(known.word);
        const auto near = nearest(word, candidates);
        return fail("the first word \"" + escaped(word) + "\" is no message type" +
                    (near.empty() ? " (DISCOVER, OFFER, ... or BOOTREQUEST, BOOTREPLY)"
                                  : "; perhaps " + std::string{near}));
    }
    message.op = op_of(row->type);
    // First of all options, where nearly every client has it; `message-type=` moves it.
    message.options.set_u8(k_message_type, static_cast<std::uint8_t>(row->type));
    return message;
}

/// One option into the message, at the end of those before it.
Result<void, TextError> read_option(const Field& field, std::uint8_t code, std::string_view word,
                                    Message& message) {
    const auto [type, width] = value_form(code);
    TRY(const auto value, value_from_text(type, width, field.name, field.value));
    if (code == k_message_type && !is_bootp_word(word)) {
        // Written beside the word it marks where in the order option 53 stands; it cannot say otherwise.
        if (!std::ranges::equal(value, *message.options.find(code))) {
            return fail(std::string{field.name} + ": \"" + escaped(field.value) + "\" contradicts " +
                        std::string{word} + " (write BOOTREQUEST or BOOTREPLY in front)");
        }
        // Removed, so that set() puts it at the end of those read so far.
        message.options.remove(code);
    }
    message.options.set(code, value);
    return {};
}

/// Appends ` name=value`.
void add(std::string& line, std::string_view name, std::string_view value) {
    line += ' ';
    line += name;
    line += '=';
    line += value;
}

}  // namespace

std::string text_of(const Message& message) {
    const auto word = word_of(message);
    std::string line{word};
    const auto add_number = [&](std::string_view name, std::uint32_t value) {
        if (value != 0) add(line, name, std::to_string(value));
    };
    const auto add_address = [&](std::string_view name, Ipv4 address) {
        if (!address.is_zero()) add(line, name, address.text());
    };
    // Behind the words of BOOTP the direction is said already, and a type without a word goes by its op.
    if (!is_bootp_word(word) && message.op != op_of(message.type())) {
        add(line, "op", message.op == Op::request ? "request" : "reply");
    }
    if (message.hardware != HwAddr{}) add(line, "hw", hardware_text(message.hardware));
    add_number("hops", message.hops);
    if (message.xid != 0) add(line, "xid", hex_number(message.xid, 1));
    add_number("secs", message.secs);
    if (message.flags == k_broadcast_flag) {
        add(line, "flags", "broadcast");
    } else if (message.flags != 0) {
        add(line, "flags", hex_number(message.flags, 4));
    }
    add_address("ciaddr", message.ciaddr);
    add_address("yiaddr", message.yiaddr);
    add_address("siaddr", message.siaddr);
    add_address("giaddr", message.giaddr);
    if (!message.sname.empty()) add(line, "sname", quoted(as_bytes(message.sname)));
    if (!message.file.empty()) add(line, "file", quoted(as_bytes(message.file)));
    for (std::size_t i = 0; i < message.options.size(); ++i) {
        const auto option = message.options[i];
        // The first word says it, and where: nearly every message begins with option 53.
        if (i == 0 && option.code == k_message_type && !is_bootp_word(word)) continue;
        add(line, option_label(option.code), text_of(option));
    }
    return line;
}

Result<Message, std::string> message_from_text(std::string_view text) {
    text = trim(text);
    const auto end = std::min(text.size(), text.find_first_of(k_blanks));
    const auto word = text.substr(0, end);
    TRY(auto message, read_first_word(word));
    TRY(const auto fields, fields_of(text.substr(end)));
    // 1=... and netmask=... are the same option, so options are remembered by code.
    std::set<std::string_view> header_seen;
    std::set<std::uint8_t> options_seen;
    for (const auto& field : fields) {
        const bool is_header = std::ranges::find(k_header_fields, field.name) != k_header_fields.end();
        bool is_new = true;
        if (is_header) {
            is_new = header_seen.insert(field.name).second;
            if (const auto read = read_header_field(field, message); !read) return fail(read.error());
        } else {
            TRY(const auto code, code_of(field.name));
            is_new = options_seen.insert(code).second;
            if (is_new) {
                if (const auto read = read_option(field, code, word, message); !read)
                    return fail(read.error());
            }
        }
        // A second one would silently win: most often it is what is left of the line that was copied.
        if (!is_new) return fail(escaped(field.name) + " is given twice");
    }
    return message;
}

}  // namespace pxed::dhcp
