// The PXE boot menu in option 43 (PXE 2.1 2.4), byte by byte as dnsmasq 2.90 builds it (golden vectors G0, B,
// C, E).
#include "dhcp/pxe_menu.hpp"

#include <algorithm>
#include <array>

#include "base/reversed.hpp"

namespace pxed::dhcp {

namespace {

// dnsmasq's default is PXEClient alone. HTTP clients are answered only where there is a URL for them.
constexpr std::array<std::string_view, 2> k_default_vendors{"HTTPClient", "PXEClient"};

// The last one that fits, as in dnsmasq. A prefix: firmware appends `:Arch:00007:UNDI:003016`.
template <typename List>
std::optional<std::string_view> vendor_in(const List& vendors, std::string_view vendor_class) {
    for (const std::string_view vendor : reversed(vendors)) {
        if (vendor_class.starts_with(vendor)) return vendor;
    }
    return std::nullopt;
}

// The number itself, known to the registry or not: a pxe-service line may name it all the same.
std::optional<Arch> menu_arch_of(const Inquiry& inquiry) {
    const auto listed = archs_of(inquiry.message().options);
    // The text of option 60 alone is not enough: dnsmasq gives such a client no menu, and RFC 4578 2.1 says
    // MUST.
    if (listed.empty()) return std::nullopt;
    return inquiry.client.arch.value_or(listed.front());
}

}  // namespace

std::optional<PxeClient> pxe_client_of(const Inquiry& inquiry) {
    const auto& vendors = inquiry.policy().pxe.vendors;
    const std::string_view vendor_class = inquiry.client.vendor_class;
    const auto vendor =
        vendors.empty() ? vendor_in(k_default_vendors, vendor_class) : vendor_in(vendors, vendor_class);
    if (!vendor) return std::nullopt;
    return PxeClient{*vendor, menu_arch_of(inquiry), inquiry.has_quirk_menu()};
}

const PxeService* first_program(const PxePolicy& policy, const PxeClient& client, const Tags& tags) {
    const auto found = std::ranges::find_if(policy.services, [&](const PxeService& service) {
        return service.arch == client.arch && service.is_ours() && tags.satisfy(service.tests);
    });
    return found == policy.services.end() ? nullptr : &*found;
}

std::vector<std::uint8_t> with_end(std::vector<std::uint8_t> chain) {
    // Some ROMs ignore a 43 without it, others read on behind.
    if (!chain.empty()) chain.push_back(k_end);
    return chain;
}

PxeMenu::PxeMenu() {
    content_.discovery_control = pxe::k_boot_file_at_once;
    content_.prompt = pxe::MenuPrompt{pxe::k_do_not_wait, "PXE"};
}

PxeMenu::PxeMenu(const PxePolicy& policy, Arch arch, const Tags& tags, Ipv4 local, const HwAddr& machine)
    : PxeMenu() {
    std::size_t programs = 0;
    bool has_unknown_server = false;
    for (const auto& service : policy.services) {
        if (service.arch != arch || !tags.satisfy(service.tests)) continue;
        content_.menu.push_back({service.type, service.text});
        if (service.is_ours()) {
            ++programs;
            only_program_ = &service;
            // Even where another server has the file: the client asks us for its name.
            content_.servers.push_back({service.type, {local}});
        } else if (service.type != pxe::k_local_boot) {
            const Ipv4 server = service.server_for(machine).value_or(Ipv4{});
            if (server.is_zero()) {
                has_unknown_server = true;
            } else {
                content_.servers.push_back({service.type, {server}});
            }
        }
    }
    if (programs != 1) only_program_ = nullptr;

    if (content_.menu.empty()) return;
    if (has_unknown_server) {
        // The client finds the server of such a type by broadcast only.
        content_.discovery_control = pxe::k_no_multicast;
    } else {
        content_.discovery_control = pxe::k_no_broadcast | pxe::k_no_multicast;
    }
    if (content_.menu.size() > 1) content_.prompt->timeout = pxe::k_wait_for_ever;
}

bool PxeMenu::is_too_long() const {
    return !pxe::build(content_);
}

std::vector<std::uint8_t> PxeMenu::option(const Client& client, const ChosenOptions& chosen) const {
    pxe::VendorOptions content = content_;
    // The administrator's own prompt stands among the vendor options, and one of the two is enough.
    if (chosen.has_vendor(client, pxe::k_menu_prompt)) content.prompt.reset();
    auto value = pxe::build(content).value_or(std::vector<std::uint8_t>{});
    const auto added = chosen.vendor_options(client);
    value.insert(value.end(), added.begin(), added.end());
    return with_end(std::move(value));
}

}  // namespace pxed::dhcp
