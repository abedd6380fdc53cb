#include "dhcp/boot_client.hpp"

#include "dhcp/client.hpp"
#include "wire/dhcp_options.hpp"

namespace pxed::dhcp {

namespace {

// iPXE lists what it was built with, a sub-option of 175 each; its value is the version of the feature.
constexpr std::uint8_t k_ipxe_http = 0x13;
constexpr std::uint8_t k_ipxe_https = 0x14;

bool has_feature(Bytes features, std::uint8_t code) {
    const auto value = find_suboption(features, code, false);
    return value && !value->empty() && value->front() != 0;
}

// The codes features.h has room for; the others are settings, such as the bus the network card is on.
bool lists_any_feature(Bytes features) {
    constexpr std::uint8_t k_first = 0x10, k_last = 0x4f;
    for (std::uint8_t code = k_first; code <= k_last; ++code) {
        if (has_feature(features, code)) return true;
    }
    return false;
}

}  // namespace

BootClient boot_client_of(const Message& message) {
    const Options& options = message.options;
    BootClient client;
    client.arch = arch_of(options);
    if (const auto vendor_class = options.find(k_vendor_class)) {
        client.is_pxe = as_text(*vendor_class).starts_with("PXEClient");
        client.is_http_boot = as_text(*vendor_class).starts_with("HTTPClient");
    }
    const auto user_class = options.find(k_user_class);
    // An empty one is none, as to dhcp-match.
    auto features = options.find(k_ipxe);
    if (features && features->empty()) features.reset();
    // Forks change the user class (FlexBoot, xNBA), and some builds have no option 175.
    client.is_ipxe = features || (user_class && user_class_contains(*user_class, "iPXE"));
    client.lists_features = features && lists_any_feature(*features);
    client.speaks_http = client.is_http_boot || (features && has_feature(*features, k_ipxe_http));
    client.speaks_https = client.is_http_boot || (features && has_feature(*features, k_ipxe_https));
    return client;
}

}  // namespace pxed::dhcp
