#include "wire/pxe_vendor.hpp"

#include <utility>

#include "base/text.hpp"
#include "wire/dhcp_options.hpp"

namespace pxed::pxe {

namespace {

// A sub-option has to stand inside one option of 255 bytes: boot ROMs know nothing of RFC 3396.
constexpr std::size_t k_longest = 253;

// The text of an item and the addresses of a type are counted by one byte.
constexpr std::size_t k_longest_count = 255;

std::vector<BootServers> parse_servers(Bytes value) {
    std::vector<BootServers> all;
    ByteReader reader{value};
    while (!reader.is_at_end()) {
        BootServers servers;
        servers.type = reader.u16();
        ByteReader addresses{reader.take(std::size_t{reader.u8()} * 4)};
        if (reader.is_bad()) break;
        while (!addresses.is_at_end())
            servers.addresses.push_back(addresses.ipv4());
        all.push_back(std::move(servers));
    }
    return all;
}

std::vector<MenuItem> parse_menu(Bytes value) {
    std::vector<MenuItem> menu;
    ByteReader reader{value};
    while (!reader.is_at_end()) {
        const std::uint16_t type = reader.u16();
        const Bytes text = reader.take(reader.u8());
        if (reader.is_bad()) break;
        menu.push_back({type, std::string{as_text(text)}});
    }
    return menu;
}

// Collects one sub-option after the other; its length is written when it is known.
class Builder {
 public:
    void u8(std::uint8_t value) { bytes_.push_back(value); }
    void u16(std::uint16_t value) {
        u8(static_cast<std::uint8_t>(value >> 8));
        u8(static_cast<std::uint8_t>(value));
    }
    void text(std::string_view value) { bytes_.insert(bytes_.end(), value.begin(), value.end()); }
    void address(Ipv4 value) {
        u16(static_cast<std::uint16_t>(value.value() >> 16));
        u16(static_cast<std::uint16_t>(value.value()));
    }

    template <typename Content>
    void suboption(Code code, const Content& content) {
        u8(code);
        u8(0);
        const std::size_t start = bytes_.size();
        content();
        const std::size_t length = bytes_.size() - start;
        is_too_long_ = is_too_long_ || length > k_longest;
        bytes_[start - 1] = static_cast<std::uint8_t>(length);
    }

    [[nodiscard]] std::optional<std::vector<std::uint8_t>> take() {
        if (is_too_long_) return std::nullopt;
        return std::move(bytes_);
    }
    void refuse_if(bool is_too_long) { is_too_long_ = is_too_long_ || is_too_long; }

 private:
    std::vector<std::uint8_t> bytes_;
    bool is_too_long_ = false;
};

void put_servers(const std::vector<BootServers>& all, Builder& out) {
    for (const auto& servers : all) {
        out.refuse_if(servers.addresses.size() > k_longest_count);
        out.u16(servers.type);
        out.u8(static_cast<std::uint8_t>(servers.addresses.size()));
        for (const Ipv4 address : servers.addresses)
            out.address(address);
    }
}

void put_menu(const std::vector<MenuItem>& menu, Builder& out) {
    for (const auto& item : menu) {
        out.refuse_if(item.text.size() > k_longest_count);
        out.u16(item.type);
        out.u8(static_cast<std::uint8_t>(item.text.size()));
        out.text(item.text);
    }
}

}  // namespace

std::optional<BootItem> boot_item_of(Bytes value) {
    const auto found = dhcp::find_suboption(value, k_boot_item, true);
    if (!found || found->size() < 4) return std::nullopt;
    ByteReader reader{*found};
    const std::uint16_t type = reader.u16();
    return BootItem{type, reader.u16()};
}

VendorOptions parse(Bytes value) {
    VendorOptions options;
    for (const auto& element : dhcp::suboptions(value, true)) {
        switch (element.code) {
            case k_discovery_control:
                if (element.value.size() == 1) options.discovery_control = element.value[0];
                break;
            case k_boot_servers:
                options.servers = parse_servers(element.value);
                break;
            case k_boot_menu:
                options.menu = parse_menu(element.value);
                break;
            case k_menu_prompt:
                if (!element.value.empty())
                    options.prompt =
                        MenuPrompt{element.value[0], std::string{as_text(element.value.subspan(1))}};
                break;
            case k_boot_item:
                options.boot_item = boot_item_of(value);
                break;
            default:  // an open number space, no enum: multicast TFTP, and what vendors add
                break;
        }
    }
    return options;
}

std::optional<std::vector<std::uint8_t>> build(const VendorOptions& options) {
    Builder out;
    if (const auto& item = options.boot_item) {
        out.suboption(k_boot_item, [&] {
            out.u16(item->type);
            out.u16(item->layer);
        });
    }
    if (options.discovery_control)
        out.suboption(k_discovery_control, [&] { out.u8(*options.discovery_control); });
    if (const auto& prompt = options.prompt) {
        out.suboption(k_menu_prompt, [&] {
            out.u8(prompt->timeout);
            out.text(prompt->text);
        });
    }
    if (!options.servers.empty()) out.suboption(k_boot_servers, [&] { put_servers(options.servers, out); });
    if (!options.menu.empty()) out.suboption(k_boot_menu, [&] { put_menu(options.menu, out); });
    return out.take();
}

}  // namespace pxed::pxe
