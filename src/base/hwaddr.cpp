// Hardware addresses as text. The form is dnsmasq's, in its configuration and in its lease file: bytes with
// colons, and a type other than Ethernet in hexadecimal before a dash.

#include "base/hwaddr.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace pxed {

HwAddr::HwAddr(std::uint8_t type, std::span<const std::uint8_t> bytes)
    : type_(type), length_(static_cast<std::uint8_t>(std::min(bytes.size(), k_max))) {
    // A second fence behind the Requires: the length comes from the wire, where hlen may say 255.
    std::copy_n(bytes.begin(), length_, bytes_.begin());
}

std::optional<HwAddr> HwAddr::parse(std::string_view text) {
    std::uint8_t type = k_ethernet;
    if (const auto dash = text.find('-'); dash != text.npos) {
        const auto prefix = parse_hex_byte(text.substr(0, dash));
        if (!prefix) return std::nullopt;
        type = *prefix;
        text.remove_prefix(dash + 1);
    }
    const auto bytes = parse_hex(text);
    // chaddr has 16 bytes (RFC 2131 figure 1): no client could ever show a longer one.
    if (!bytes || bytes->size() > k_max) return std::nullopt;
    return HwAddr{type, *bytes};
}

std::string HwAddr::text() const {
    std::string result = type_ == k_ethernet ? "" : hex_text(std::span{&type_, 1}) + '-';
    return result + hex_text(bytes());
}

}  // namespace pxed
