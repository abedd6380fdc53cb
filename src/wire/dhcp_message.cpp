// Between the bytes of a BOOTP or DHCP datagram and a Message: RFC 2131 2 (header), RFC 2132 (options), RFC
// 3396 (long options, both ways). Strict about lengths and lenient about all else, since firmware breaks
// every other rule and must boot. Overload is read and never written: EDK2 of 2015 and iPXE take an
// overloaded file field for a file name.

#include "wire/dhcp_message.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

// RFC 2131 figure 1.
constexpr std::size_t k_hardware_area = 16;
constexpr std::size_t k_sname_area = 64;
constexpr std::size_t k_file_area = 128;
constexpr std::size_t k_fixed = 236;
constexpr std::uint32_t k_cookie = 0x63825363;
constexpr std::size_t k_longest_piece = 255;

// What most messages stay below: memory that need not grow.
constexpr std::size_t k_usual_options = 24;
constexpr std::size_t k_usual_reply = 548;  // RFC 2131 2: what every client takes, without IP and UDP

/// Which of the two text areas hold options (RFC 2132 9.3).
struct Overload {
    bool file = false;
    bool sname = false;
};

/// One instance of an option as it lies in the datagram.
struct Piece {
    std::uint8_t code;
    Bytes value;
};
using Pieces = std::vector<Piece>;

/// A text area of the header; one that is full has no NUL.
std::string text_until_nul(Bytes area) {
    const auto whole = as_text(area);
    return std::string{whole.substr(0, whole.find('\0'))};
}

/// Adds the options of one area to `pieces`. An option never reaches into the next area (RFC 2131 4.1).
Result<void, ParseError> read_area(Bytes area, Pieces& pieces) {
    ByteReader reader{area};
    while (!reader.is_at_end()) {
        const auto code = reader.u8();
        if (code == k_pad) continue;
        // What stands behind the end mark is nobody's; an area that just stops is common and understood.
        if (code == k_end) break;
        const auto length = reader.u8();
        // Pad and end have no length byte (RFC 2132 3.1, 3.2); every other code has, known to us or not.
        const auto value = reader.take(length);
        // The message is dropped whole: an option that lies about its length makes those before it doubtful
        // too.
        if (reader.is_bad()) return fail(ParseError::truncated_option);
        pieces.push_back({code, value});
    }
    return {};
}

/// What option 52 says; nothing is overloaded without it.
Result<Overload, ParseError> overload_of(const Pieces& pieces) {
    Overload overload;
    std::size_t seen = 0;
    for (const auto& piece : pieces) {
        if (piece.code != k_overload) continue;
        // RFC 3396 joins the instances of an option, so a second one makes this too long.
        if (++seen > 1 || piece.value.size() != 1) return fail(ParseError::bad_overload);
        const auto which = piece.value.front();
        if (which < 1 || which > 3) return fail(ParseError::bad_overload);
        overload = {(which & 1) != 0, (which & 2) != 0};
    }
    return overload;
}

/// Joins the pieces of each code; a code stands where its first piece stood.
Options join(Pieces& pieces) {
    // The place of each code by its first piece; 0 is not seen yet.
    std::array<std::uint16_t, 256> rank{};
    std::uint16_t ranks = 0;
    std::size_t bytes = 0;
    for (const auto& piece : pieces) {
        if (rank[piece.code] == 0) rank[piece.code] = ++ranks;
        bytes += piece.value.size();
    }
    // Sorted by option first, so that every piece goes to the end of the buffer: thousands of alternating
    // one-byte pieces (64 KiB of them fit in a datagram) cost no quadratic moving.
    if (ranks < pieces.size())
        std::ranges::stable_sort(pieces, {}, [&](const Piece& piece) { return rank[piece.code]; });
    Options options;
    options.reserve(ranks, bytes);
    for (const auto& piece : pieces) {
        // Overload tells how the message was packed, not what it says; build() packs anew.
        if (piece.code != k_overload) options.append(piece.code, piece.value);
    }
    return options;
}

/// Fills in the options, and takes the text out of areas that held options instead.
Result<void, ParseError> read_options(Bytes options, Bytes file, Bytes sname, Message& message) {
    Pieces pieces;
    pieces.reserve(k_usual_options);
    if (const auto read = read_area(options, pieces); !read) return read;
    // Only the options field may announce overloading: each area is read at most once, whatever is in it.
    TRY(const auto overload, overload_of(pieces));
    // RFC 3396 5: the joined buffer is options, then file, then sname.
    if (overload.file) {
        message.file.clear();
        if (const auto read = read_area(file, pieces); !read) return read;
    }
    if (overload.sname) {
        message.sname.clear();
        if (const auto read = read_area(sname, pieces); !read) return read;
    }
    message.options = join(pieces);
    return {};
}

/// How much of `left` the next piece of the option takes. Option 43 is cut between its sub-options: boot ROMs
/// do not join pieces (RFC 3396 is younger than they are), and read each as sub-options of its own.
std::size_t piece_size(std::uint8_t code, Bytes left) {
    if (left.size() <= k_longest_piece) return left.size();
    if (code != k_vendor_options) return k_longest_piece;
    std::size_t size = 0;
    for (std::size_t next = 0; next <= k_longest_piece;) {
        size = next;
        const bool has_length = left[next] != k_pad && left[next] != k_end;
        if (has_length && next + 1 >= left.size()) break;
        next += has_length ? std::size_t{2} + left[next + 1] : 1;
    }
    // The first of them is too long, or they are no sub-options at all.
    return size == 0 ? k_longest_piece : size;
}

/// Calls `use` with each piece of the option; an empty option is one piece.
template <typename Use>
void for_each_piece(const Option& option, Use use) {
    auto left = option.value;
    do {
        const auto piece = left.first(piece_size(option.code, left));
        use(piece);
        left = left.subspan(piece.size());
    } while (!left.empty());
}

/// Bytes the option takes on the wire, the headers of its pieces included.
std::size_t wire_size(const Option& option) {
    std::size_t size = 0;
    for_each_piece(option, [&size](Bytes piece) { size += 2 + piece.size(); });
    return size;
}

/// A text area of the header, zeros behind the text.
void write_text(ByteWriter& writer, std::string_view text, std::size_t area) {
    const auto kept = text.substr(0, area);
    writer.bytes(as_bytes(kept));
    writer.zeros(area - kept.size());
}

/// The 236 bytes every BOOTP message has.
void write_fixed(ByteWriter& writer, const Message& message) {
    const auto hardware = message.hardware.bytes();
    writer.u8(static_cast<std::uint8_t>(message.op));
    writer.u8(message.hardware.type());
    writer.u8(static_cast<std::uint8_t>(hardware.size()));
    writer.u8(message.hops);
    writer.u32(message.xid);
    writer.u16(message.secs);
    writer.u16(message.flags);
    for (const auto address : {message.ciaddr, message.yiaddr, message.siaddr, message.giaddr}) {
        writer.ipv4(address);
    }
    writer.bytes(hardware);
    writer.zeros(k_hardware_area - hardware.size());
    write_text(writer, message.sname, k_sname_area);
    write_text(writer, message.file, k_file_area);
}

/// The option in pieces one behind the other, as RFC 3396 6 has them.
void write_option(std::vector<std::uint8_t>& bytes, const Option& option) {
    for_each_piece(option, [&](Bytes piece) {
        bytes.push_back(option.code);
        bytes.push_back(static_cast<std::uint8_t>(piece.size()));
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
}

/// The room kept for relay agent information: RFC 3046 2.2 wants it echoed whole, so configured options give
/// way to it. Only one piece of it, or a relay could squeeze out what every reply needs.
std::size_t room_for_relay(const Options& options) {
    const auto relay = options.find(k_relay_agent);
    return relay && relay->size() <= k_longest_piece ? wire_size({k_relay_agent, *relay}) : 0;
}

/// The options that fit, in order; what does not fit is named.
void write_options(Built& built, const Options& options, std::size_t limit) {
    const auto wanted_for_relay = room_for_relay(options);
    // Where it cannot stand in any case (a BOOTP answer is short), the rest need not make way for it.
    const bool can_stand = built.bytes.size() + wanted_for_relay + 1 <= limit;
    const std::size_t kept_for_relay = can_stand ? wanted_for_relay : 0;
    const auto put = [&](const Option& option, std::size_t kept) {
        // Whole or not at all: half a list of routes is another list. The caller has the codes and tells the
        // administrator.
        if (built.bytes.size() + wire_size(option) + kept + 1 > limit) {  // 1: the end mark
            built.left_out.push_back(option.code);
        } else {
            write_option(built.bytes, option);
        }
    };
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (options[i].code != k_relay_agent) put(options[i], kept_for_relay);
    }
    // RFC 3046 2.1: relay agent information should be the last option.
    if (const auto relay = options.find(k_relay_agent)) put({k_relay_agent, *relay}, 0);
}

}  // namespace

MessageType Message::type() const {
    return static_cast<MessageType>(options.u8(k_message_type).value_or(0));
}

std::string_view sentence(ParseError error) {
    switch (error) {
        case ParseError::too_short:
            return "shorter than the 236 bytes of a BOOTP header";
        case ParseError::bad_op:
            return "op is neither request (1) nor reply (2)";
        case ParseError::bad_hardware_length:
            return "hlen is over 16, or given without a hardware type";
        case ParseError::truncated_option:
            return "an option is longer than the area it stands in";
        case ParseError::bad_overload:
            return "option overload (52) is not one byte from 1 to 3";
    }
    return "";
}

Result<Message, ParseError> parse(Bytes datagram) {
    if (datagram.size() < k_fixed) return fail(ParseError::too_short);
    ByteReader reader{datagram};
    Message message;
    // Nobody's op: a reply to it would be a guess.
    const auto op = reader.u8();
    if (op != 1 && op != 2) return fail(ParseError::bad_op);
    message.op = static_cast<Op>(op);
    const auto type = reader.u8();
    const auto length = reader.u8();
    // chaddr has 16 bytes; servers that trusted hlen copied what lay behind them. Type 0 is reserved (RFC
    // 5494), so an address of that type belongs to nothing that could be answered.
    if (length > HwAddr::k_max || (type == 0 && length != 0)) return fail(ParseError::bad_hardware_length);
    message.hops = reader.u8();
    message.xid = reader.u32();
    message.secs = reader.u16();
    message.flags = reader.u16();
    message.ciaddr = reader.ipv4();
    message.yiaddr = reader.ipv4();
    message.siaddr = reader.ipv4();
    message.giaddr = reader.ipv4();
    message.hardware = HwAddr{type, reader.take(k_hardware_area).first(length)};
    const auto sname = reader.take(k_sname_area);
    const auto file = reader.take(k_file_area);
    message.sname = text_until_nul(sname);
    message.file = text_until_nul(file);
    // RFC 951: without the cookie the vendor area is somebody else's format, or not there at all.
    if (reader.u32() != k_cookie) return message;
    if (const auto read = read_options(reader.rest(), file, sname, message); !read) return fail(read.error());
    return message;
}

Built build(const Message& message, std::size_t limit, std::size_t minimum) {
    Built built;
    built.bytes.reserve(std::max(std::min(limit, k_usual_reply), k_fixed));
    // The header goes out whatever `limit` says: without it there is no reply.
    built.bytes.resize(k_fixed);
    ByteWriter fixed{built.bytes};
    write_fixed(fixed, message);
    // A BOOTP client that sent no cookie may not know one (RFC 951): without options there is none.
    if (!message.options.is_empty()) {
        std::array<std::uint8_t, 4> cookie{};
        ByteWriter{cookie}.u32(k_cookie);
        built.bytes.insert(built.bytes.end(), cookie.begin(), cookie.end());
        write_options(built, message.options, limit);
        built.bytes.push_back(k_end);
    }
    // RFC 951 3: a message has 300 bytes, 64 of them for the vendor; some firmware drops what is shorter.
    if (built.bytes.size() < minimum) built.bytes.resize(minimum);
    return built;
}

}  // namespace pxed::dhcp
