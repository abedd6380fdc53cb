#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace pxed::tftp {

inline constexpr std::uint16_t k_port = 69;

enum class Opcode : std::uint16_t { rrq = 1, wrq = 2, data = 3, ack = 4, error = 5, oack = 6 };

/// RFC 1350 appendix I, RFC 2347.
enum class ErrorCode : std::uint16_t {
    undefined = 0,
    file_not_found = 1,
    access_violation = 2,
    // Only writing knows 3 and 6; they are read, never sent.
    disk_full = 3,
    illegal_operation = 4,
    unknown_tid = 5,
    file_exists = 6,
    no_such_user = 7,
    // RFC 2347: a client that does not like the OACK. Firmware ends its size probe with it too.
    bad_options = 8,
};

enum class Mode : std::uint8_t { octet, netascii };

/// An option of a request as it was written; names are compared without case (RFC 2347).
struct RequestOption {
    std::string name;
    std::string value;

    friend bool operator==(const RequestOption&, const RequestOption&) = default;
};

/// A read or write request.
struct Request {
    bool is_write = false;
    std::string file;
    Mode mode = Mode::octet;
    std::vector<RequestOption> options;  ///< each name once, the first one counts; at most 32

    friend bool operator==(const Request&, const Request&) = default;
};

/// ACK: the block it names has arrived, and in a window all before it (RFC 7440).
struct Ack {
    std::uint16_t block;
};
/// DATA: a block shorter than agreed is the last one.
struct Data {
    std::uint16_t block;
    Bytes payload;
};
/// ERROR: ends a transfer and is never answered, or two servers would answer each other for ever
/// (CVE-2024-2169).
struct Error {
    ErrorCode code;
    std::string text;
};
/// OACK (RFC 2347): a server's; pxed reads it in its tests.
struct OptionAck {
    std::vector<RequestOption> options;
};

using Packet = std::variant<Request, Data, Ack, Error, OptionAck>;

/// Why a datagram is no TFTP packet.
enum class ParseError : std::uint8_t {
    too_short,
    unknown_opcode,
    unterminated_text,
    empty_file_name,
    unknown_mode,
    option_without_value,
};
[[nodiscard]] std::string_view sentence(ParseError error);

/// Reads one datagram. Data::payload points into it. A request whose last option has no value, or no final
/// NUL, is an error (CVE-2021-46671 is the reader that went on); an empty option name begins padding and ends
/// the list. An ERROR packet's text may lack its NUL and is cut at 255.
[[nodiscard]] Result<Packet, ParseError> parse(Bytes datagram);

/// The ACK that parse() would find, without making room for what else a packet may be: nearly all that comes
/// during a transfer is one.
[[nodiscard]] std::optional<Ack> parse_ack(Bytes datagram);

// Writers: whole datagrams.
/// The four bytes in front of a block's payload.
[[nodiscard]] std::array<std::uint8_t, 4> data_header(std::uint16_t block);
/// The text is cut at 100 bytes and NUL-terminated.
[[nodiscard]] std::vector<std::uint8_t> build_error(ErrorCode code, std::string_view text);
[[nodiscard]] std::vector<std::uint8_t> build_option_ack(const std::vector<RequestOption>& options);
[[nodiscard]] std::vector<std::uint8_t> build_request(const Request& request);
[[nodiscard]] std::vector<std::uint8_t> build_ack(std::uint16_t block);

}  // namespace pxed::tftp
