// Dotted quads, read strictly: inet_aton's short forms (10.1), hexadecimal and octal are no addresses here,
// so that a typing error in a configuration is told and not guessed at.

#include "base/ipv4.hpp"

#include "base/text.hpp"

namespace pxed {

std::optional<Ipv4> Ipv4::parse(std::string_view text) {
    const auto parts = split(text, '.');
    if (parts.size() != 4) return std::nullopt;
    std::uint32_t value = 0;
    for (const auto part : parts) {
        // `010` is ten here, never octal; longer runs of zeros are refused.
        if (part.size() > 3) return std::nullopt;
        const auto number = parse_number(part);
        if (!number || *number > 255) return std::nullopt;
        value = value << 8 | static_cast<std::uint32_t>(*number);
    }
    return Ipv4{value};
}

std::string Ipv4::text() const {
    std::string result;
    for (int shift = 24; shift >= 0; shift -= 8) {
        if (!result.empty()) result += '.';
        result += std::to_string(value_ >> shift & 0xff);
    }
    return result;
}

}  // namespace pxed
