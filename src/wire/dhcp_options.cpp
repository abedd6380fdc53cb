// The options of one message as a list that keeps its order: RFC 2132 9.8 wants a client's order kept where
// that is possible, and a test compares replies byte for byte. Splitting and joining of long values (RFC
// 3396) is dhcp_message's.

#include "wire/dhcp_options.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

// More than a UDP datagram carries; it keeps offsets and lengths far from 32 bits.
constexpr std::size_t k_longest_value = 0xffff;

/// Whether `part` points into `whole`, so that changing the one would change the other.
bool is_within(Bytes part, const std::vector<std::uint8_t>& whole) {
    const std::less_equal<> le;
    return !part.empty() && !whole.empty() && le(whole.data(), part.data()) &&
           le(part.data(), whole.data() + whole.size());
}

}  // namespace

const Options::Entry* Options::entry(std::uint8_t code) const {
    const auto found = std::ranges::find(index_, code, &Entry::code);
    return found == index_.end() ? nullptr : &*found;
}

std::optional<Bytes> Options::find(std::uint8_t code) const {
    // A message has a dozen or two of options: a walk over the index beats any map, and keeps their order.
    const auto* found = entry(code);
    if (!found) return std::nullopt;
    return Bytes{buffer_}.subspan(found->offset, found->length);
}

std::optional<std::uint8_t> Options::u8(std::uint8_t code) const {
    const auto value = find(code);
    if (!value || value->size() != 1) return std::nullopt;
    return value->front();
}

std::optional<std::uint16_t> Options::u16(std::uint8_t code) const {
    const auto value = find(code);
    if (!value || value->size() != 2) return std::nullopt;
    return ByteReader{*value}.u16();
}

std::optional<std::uint32_t> Options::u32(std::uint8_t code) const {
    const auto value = find(code);
    if (!value || value->size() != 4) return std::nullopt;
    return ByteReader{*value}.u32();
}

std::optional<Ipv4> Options::address(std::uint8_t code) const {
    // RFC 2132 has lists of addresses too; those are find()'s, one address is exactly four bytes.
    const auto value = u32(code);
    if (!value) return std::nullopt;
    return Ipv4{*value};
}

std::optional<std::string_view> Options::text(std::uint8_t code) const {
    const auto value = find(code);
    if (!value) return std::nullopt;
    // RFC 2132 2 wants no NUL at the end of a text and receivers that bear one: firmware does send it.
    const auto whole = as_text(*value);
    return whole.substr(0, whole.find('\0'));
}

void Options::replace(std::size_t at, std::size_t keep, Bytes value) {
    auto& changed = index_[at];
    value = value.first(std::min(value.size(), k_longest_value - keep));
    // Erased before inserted: with `keep` the old head stays where it is and only the tail moves.
    const auto begin = buffer_.begin() + changed.offset;
    const auto tail = buffer_.erase(begin + static_cast<std::ptrdiff_t>(keep), begin + changed.length);
    buffer_.insert(tail, value.begin(), value.end());

    const auto old_end = changed.offset + changed.length;
    const auto length = static_cast<std::uint32_t>(keep + value.size());
    // The buffer keeps the order of the index, so whatever stands behind moves by the difference.
    for (auto next = at + 1; next < index_.size(); ++next) {
        index_[next].offset = index_[next].offset - old_end + changed.offset + length;
    }
    changed.length = length;
}

void Options::put(std::uint8_t code, Bytes value, bool is_added) {
    // RFC 2132 3.1, 3.2: these two have no length and no value; they are build()'s to write.
    if (code == k_pad || code == k_end) return;
    // `options.set(a, *options.find(b))` reads naturally; growing the buffer would pull the value away.
    if (is_within(value, buffer_)) {
        const std::vector<std::uint8_t> copy(value.begin(), value.end());
        return put(code, copy, is_added);
    }
    const auto* found = entry(code);
    if (!found) {
        index_.push_back({code, static_cast<std::uint32_t>(buffer_.size()), 0});
        found = &index_.back();
    }
    replace(static_cast<std::size_t>(found - index_.data()), is_added ? found->length : 0, value);
}

void Options::append(std::uint8_t code, Bytes value) {
    put(code, value, true);
}

void Options::set(std::uint8_t code, Bytes value) {
    put(code, value, false);
}

void Options::set_u8(std::uint8_t code, std::uint8_t value) {
    set(code, std::array{value});
}

void Options::set_u16(std::uint8_t code, std::uint16_t value) {
    std::array<std::uint8_t, 2> memory{};
    ByteWriter{memory}.u16(value);
    set(code, memory);
}

void Options::set_u32(std::uint8_t code, std::uint32_t value) {
    std::array<std::uint8_t, 4> memory{};
    ByteWriter{memory}.u32(value);
    set(code, memory);
}

void Options::set_address(std::uint8_t code, Ipv4 value) {
    set_u32(code, value.value());
}

void Options::set_text(std::uint8_t code, std::string_view text, bool with_nul) {
    const std::string copy{text};
    // A std::string ends in a NUL of its own: counting it in is all it takes.
    set(code, as_bytes({copy.c_str(), copy.size() + (with_nul ? 1 : 0)}));
}

void Options::remove(std::uint8_t code) {
    const auto* found = entry(code);
    if (!found) return;
    const auto at = found - index_.data();
    replace(static_cast<std::size_t>(at), 0, {});
    // After replace(), which moved what stands behind and needs the entry still there.
    index_.erase(index_.begin() + at);
}

void Options::reserve(std::size_t options, std::size_t bytes) {
    index_.reserve(options);
    buffer_.reserve(bytes);
}

Option Options::operator[](std::size_t i) const {
    const auto& entry = index_[i];
    return {entry.code, Bytes{buffer_}.subspan(entry.offset, entry.length)};
}

bool operator==(const Options& a, const Options& b) {
    // Entries lie one behind the other, so equal codes and lengths mean equal offsets.
    return a.buffer_ == b.buffer_ && std::ranges::equal(a.index_, b.index_, [](const auto& x, const auto& y) {
               return x.code == y.code && x.length == y.length;
           });
}

std::vector<Option> suboptions(Bytes value, bool has_end) {
    std::vector<Option> result;
    ByteReader reader{value};
    while (!reader.is_at_end()) {
        const auto code = reader.u8();
        // RFC 2132 8.4 gives option 43 pads and an end mark. RFC 3046 2.0 gives option 82 neither, and a
        // sub-option of code 0 or 255 there is the relay's own.
        if (has_end && code == k_pad) continue;
        if (has_end && code == k_end) break;
        const auto length = reader.u8();
        const auto element = reader.take(length);
        // A relay or a vendor may lie about lengths. What was whole is still worth reading.
        if (reader.is_bad()) break;
        result.push_back({code, element});
    }
    return result;
}

std::optional<Bytes> find_suboption(Bytes value, std::uint8_t code, bool has_end) {
    for (const auto& element : suboptions(value, has_end)) {
        if (element.code == code) return element.value;
    }
    return std::nullopt;
}

}  // namespace pxed::dhcp
