// What dhcp-match compares.
#include <algorithm>

#include "dhcp/classify.hpp"

namespace pxed::dhcp {

namespace {

bool begins_with(Bytes given, const Match& line) {
    if (given.size() < line.value.size()) return false;
    for (std::size_t i = 0; i < line.value.size(); ++i) {
        const bool may_be_anything = i < line.wildcards.size() && line.wildcards[i];
        if (!may_be_anything && given[i] != line.value[i]) return false;
    }
    return true;
}

bool has_element(Bytes given, const Match& line) {
    const std::size_t width = line.value.size();
    if (width == 0) return false;
    for (; given.size() >= width; given = given.subspan(width)) {
        if (std::ranges::equal(given.first(width), line.value)) return true;
    }
    return false;
}

bool value_matches(Bytes given, const Match& line) {
    switch (line.kind) {
        case Match::Kind::presence:
            return true;
        case Match::Kind::prefix_bytes:
            return begins_with(given, line);
        case Match::Kind::text:
            return as_text(given).find(as_text(line.value)) != std::string_view::npos;
        case Match::Kind::numbers:
            return has_element(given, line);
    }
    return false;
}

// RFC 3925 3: option 124 is enterprise, length, and that many bytes of counted classes; and so on.
bool vendor_class_matches(Bytes option, const Match& line) {
    ByteReader reader{option};
    while (!reader.is_at_end()) {
        const std::uint32_t enterprise = reader.u32();
        ByteReader classes{reader.take(reader.u8())};
        if (reader.is_bad() || enterprise != line.enterprise) continue;
        if (line.kind == Match::Kind::presence) return true;
        while (!classes.is_at_end()) {
            const Bytes one = classes.take(classes.u8());
            if (!classes.is_bad() && value_matches(one, line)) return true;
        }
    }
    return false;
}

}  // namespace

bool matches(const Match& line, const Options& options) {
    const auto given = options.find(line.enterprise ? std::uint8_t{k_vendor_class_vi} : line.code);
    // Some ROMs send options they know nothing about with length zero; to dnsmasq those are not there.
    if (!given || given->empty()) return false;
    return line.enterprise ? vendor_class_matches(*given, line) : value_matches(*given, line);
}

}  // namespace pxed::dhcp
