#include "tftp/netascii.hpp"

namespace pxed::tftp {

void append_netascii(Bytes bytes, std::vector<std::uint8_t>& text) {
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
