#include "dhcp/host_list.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

// What of an address a pattern with these wildcards compares.
HwAddr key_of(std::uint8_t type, std::span<const std::uint8_t> bytes, std::uint32_t wildcards) {
    std::array<std::uint8_t, HwAddr::k_max> compared{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if ((wildcards >> i & 1) == 0) compared[i] = bytes[i];
    }
    return {type, std::span{compared}.first(bytes.size())};
}

std::string label_of(std::string_view name) {
    return lower_case(name.substr(0, name.find('.')));
}

template <typename Index, typename Key>
void append_found(const Index& index, const Key& key, std::vector<HostList::Number>& numbers) {
    auto [entry, last] = index.equal_range(key);
    for (; entry != last; ++entry)
        numbers.push_back(entry->second);
}

}  // namespace

HostList::HostList(std::initializer_list<Host> lines) : HostList(std::vector<Host>{lines}) {}

HostList::HostList(std::vector<Host> lines) : lines_(std::move(lines)) {
    for (std::size_t i = 0; i < lines_.size(); ++i)
        index(static_cast<Number>(i));
}

void HostList::push_back(Host line) {
    lines_.push_back(std::move(line));
    index(static_cast<Number>(lines_.size() - 1));
}

std::vector<Host> HostList::take() {
    std::vector<Host> lines = std::move(lines_);
    clear();
    return lines;
}

void HostList::index(Number number) {
    const Host& line = lines_[number];
    for (const auto& pattern : line.hardware)
        index(pattern, number);
    for (const auto& id : line.client_ids)
        by_client_id_.emplace(id, number);
    if (!line.name.empty()) by_label_.emplace(label_of(line.name), number);
    // Of two lines with one address the first keeps it: emplace() leaves what is there.
    if (line.address) by_address_.emplace(*line.address, number);
}

void HostList::index(const HwPattern& pattern, Number number) {
    auto shape = std::ranges::find_if(shapes_, [&](const Shape& known) {
        return known.type == pattern.type && known.length == pattern.length &&
               known.wildcards == pattern.wildcards;
    });
    if (shape == shapes_.end())
        shape = shapes_.insert(shapes_.end(), {pattern.type, pattern.length, pattern.wildcards, {}});
    const auto bytes = std::span{pattern.bytes}.first(pattern.length);
    shape->by_bytes.emplace(key_of(pattern.type, bytes, pattern.wildcards), number);
}

std::vector<HostList::Number> HostList::known_by(const HwAddr& hardware, const ClientId& id) const {
    std::vector<Number> numbers;
    for (const auto& shape : shapes_) {
        if (shape.type != hardware.type() || shape.length != hardware.bytes().size()) continue;
        append_found(shape.by_bytes, key_of(shape.type, hardware.bytes(), shape.wildcards), numbers);
    }
    if (id.is_empty() || by_client_id_.empty()) return numbers;
    append_found(by_client_id_, id, numbers);
    // dhclient puts a zero byte in front of a text id; lines are written without it.
    if (id.bytes().front() == 0) append_found(by_client_id_, ClientId{id.bytes().subspan(1)}, numbers);
    return numbers;
}

std::vector<HostList::Number> HostList::known_by_name(std::string_view label) const {
    auto numbers = named(label);
    std::erase_if(numbers, [&](Number number) {
        return !lines_[number].hardware.empty() || !lines_[number].client_ids.empty();
    });
    return numbers;
}

std::vector<HostList::Number> HostList::named(std::string_view label) const {
    std::vector<Number> numbers;
    if (!by_label_.empty()) append_found(by_label_, lower_case(label), numbers);
    return numbers;
}

const Host* HostList::keeper_of(Ipv4 address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : &lines_[found->second];
}

}  // namespace pxed::dhcp
