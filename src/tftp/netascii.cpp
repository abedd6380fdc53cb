// Netascii, the text mode of RFC 1350: line ends of this machine become those of the wire. The length after
// conversion shows only at the end of the file, hence no tsize and Transfer::end_at().

#include "tftp/netascii.hpp"

namespace pxed::tftp {

void append_netascii(Bytes bytes, std::vector<std::uint8_t>& text) {
    // Room for a line end every sixteen bytes; a guess that only saves copies.
    text.reserve(text.size() + bytes.size() + bytes.size() / 16);
    for (const auto byte : bytes) {
        // A CR of the file is data, never half of a line end: a file with CR LF lines goes out as
        // CR NUL CR LF and comes back as it was.
        if (byte == '\n') text.push_back('\r');
        text.push_back(byte);
        if (byte == '\r') text.push_back('\0');
    }
}

}  // namespace pxed::tftp
