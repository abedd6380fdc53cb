// Between the bytes of a TFTP datagram and a Packet: RFC 1350 5 (packets), RFC 2347 (options, OACK). What a
// client sends is never longer than its datagram and never trusted to end in NUL: TFTP servers fell over just
// that (CVE-2009-2958 a missing mode, CVE-2021-46671 an option without its value).

#include "wire/tftp_packet.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace pxed::tftp {

namespace {

// The client's text is only logged.
constexpr std::size_t k_longest_error_received = 255;
// An ERROR needs no session and may go to a forged sender: it must not be much longer than what it answers.
constexpr std::size_t k_longest_error_sent = 100;
// Six options exist; a datagram of thousands must not make the search for repeated names expensive.
constexpr std::size_t k_most_options = 32;

/// Takes one NUL-terminated text off the front; none when there is no NUL.
std::optional<std::string_view> take_text(std::string_view& rest) {
    const auto end = rest.find('\0');
    if (end == rest.npos) return std::nullopt;
    const auto text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return text;
}

/// The options behind a request's mode, or of an OACK (RFC 2347).
Result<std::vector<RequestOption>, ParseError> read_options(std::string_view rest) {
    std::vector<RequestOption> options;
    while (!rest.empty()) {
        const auto name = take_text(rest);
        if (!name) return fail(ParseError::unterminated_text);
        // Some firmware sends its whole zeroed buffer: an empty name is padding, not an option.
        if (name->empty()) break;
        if (rest.empty()) return fail(ParseError::option_without_value);
        const auto value = take_text(rest);
        if (!value) return fail(ParseError::unterminated_text);
        const bool is_repeated = std::ranges::any_of(
            options, [&](const RequestOption& option) { return equal_ignoring_case(option.name, *name); });
        // RFC 2347: an option may be given once; the first one counts.
        if (!is_repeated && options.size() < k_most_options) {
            options.push_back({std::string{*name}, std::string{*value}});
        }
    }
    return options;
}

/// RFC 1350 5, figure 5-1, with RFC 2347's options behind it.
Result<Packet, ParseError> read_request(std::string_view rest, bool is_write) {
    Request request;
    request.is_write = is_write;
    const auto file = take_text(rest);
    if (!file) return fail(ParseError::unterminated_text);
    // The root itself is no file; some firmware asks so after an offer without a boot file.
    if (file->empty()) return fail(ParseError::empty_file_name);
    request.file = *file;
    const auto mode = take_text(rest);
    if (!mode) return fail(ParseError::unterminated_text);
    // RFC 1350 5: the mode in any mix of case. `mail` is obsolete there and refused here.
    if (equal_ignoring_case(*mode, "octet")) {
        request.mode = Mode::octet;
    } else if (equal_ignoring_case(*mode, "netascii")) {
        request.mode = Mode::netascii;
    } else {
        return fail(ParseError::unknown_mode);
    }
    TRY(request.options, read_options(rest));
    return request;
}

/// RFC 1350 5, figure 5-4. A text without NUL is taken as it is: it is only logged.
Result<Packet, ParseError> read_error(ByteReader reader) {
    const auto code = static_cast<ErrorCode>(reader.u16());
    if (reader.is_bad()) return fail(ParseError::too_short);
    const auto text = as_text(reader.rest()).substr(0, k_longest_error_received);
    return Error{code, std::string{text.substr(0, text.find('\0'))}};
}

/// Appends to a datagram that is being written.
class Writer {
 public:
    explicit Writer(Opcode opcode) { number(static_cast<std::uint16_t>(opcode)); }
    void number(std::uint16_t value) {
        bytes_.push_back(static_cast<std::uint8_t>(value >> 8));
        bytes_.push_back(static_cast<std::uint8_t>(value));
    }
    /// The text up to its first NUL, and a NUL.
    void text(std::string_view value) {
        const auto bytes = as_bytes(value.substr(0, value.find('\0')));
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        bytes_.push_back(0);
    }
    void options(const std::vector<RequestOption>& options) {
        for (const auto& option : options) {
            text(option.name);
            text(option.value);
        }
    }
    [[nodiscard]] std::vector<std::uint8_t> done() && { return std::move(bytes_); }

 private:
    std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::string_view sentence(ParseError error) {
    switch (error) {
        case ParseError::too_short:
            return "shorter than its kind of packet can be";
        case ParseError::unknown_opcode:
            return "the opcode is none of the six of TFTP";
        case ParseError::unterminated_text:
            return "a text does not end inside the packet";
        case ParseError::empty_file_name:
            return "the file name is empty";
        case ParseError::unknown_mode:
            return "the mode is neither octet nor netascii";
        case ParseError::option_without_value:
            return "the last option has no value";
    }
    return "";
}

Result<Packet, ParseError> parse(Bytes datagram) {
    ByteReader reader{datagram};
    const auto opcode = reader.u16();
    if (reader.is_bad()) return fail(ParseError::too_short);
    // A number from the wire: the enum's own switch warning would not cover it.
    if (opcode < 1 || opcode > 6) return fail(ParseError::unknown_opcode);
    switch (static_cast<Opcode>(opcode)) {
        case Opcode::rrq:
            return read_request(as_text(reader.rest()), false);
        case Opcode::wrq:
            return read_request(as_text(reader.rest()), true);
        case Opcode::data: {
            const auto block = reader.u16();
            if (reader.is_bad()) return fail(ParseError::too_short);
            return Data{block, reader.rest()};
        }
        case Opcode::ack: {
            // Bytes behind the block are borne: some clients send back the buffer they received in.
            const auto block = reader.u16();
            if (reader.is_bad()) return fail(ParseError::too_short);
            return Ack{block};
        }
        case Opcode::error:
            return read_error(reader);
        case Opcode::oack: {
            TRY(auto options, read_options(as_text(reader.rest())));
            return OptionAck{std::move(options)};
        }
    }
    return fail(ParseError::unknown_opcode);
}

std::optional<Ack> parse_ack(Bytes datagram) {
    ByteReader reader{datagram};
    const auto opcode = reader.u16();
    const auto block = reader.u16();
    if (reader.is_bad() || opcode != static_cast<std::uint16_t>(Opcode::ack)) return std::nullopt;
    return Ack{block};
}

std::array<std::uint8_t, 4> data_header(std::uint16_t block) {
    std::array<std::uint8_t, 4> header{};
    ByteWriter writer{header};
    writer.u16(static_cast<std::uint16_t>(Opcode::data));
    writer.u16(block);
    return header;
}

std::vector<std::uint8_t> build_error(ErrorCode code, std::string_view text) {
    Writer writer{Opcode::error};
    writer.number(static_cast<std::uint16_t>(code));
    // The length follows from the cut text: a server that cut the one and not the other sent its memory
    // along.
    writer.text(text.substr(0, k_longest_error_sent));
    return std::move(writer).done();
}

std::vector<std::uint8_t> build_option_ack(const std::vector<RequestOption>& options) {
    Writer writer{Opcode::oack};
    writer.options(options);
    return std::move(writer).done();
}

std::vector<std::uint8_t> build_request(const Request& request) {
    Writer writer{request.is_write ? Opcode::wrq : Opcode::rrq};
    writer.text(request.file);
    writer.text(request.mode == Mode::octet ? "octet" : "netascii");
    writer.options(request.options);
    return std::move(writer).done();
}

std::vector<std::uint8_t> build_ack(std::uint16_t block) {
    Writer writer{Opcode::ack};
    writer.number(block);
    return std::move(writer).done();
}

}  // namespace pxed::tftp
