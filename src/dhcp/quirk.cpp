#include "dhcp/quirk.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "dhcp/boot_client.hpp"
#include "dhcp/policy.hpp"

namespace pxed::dhcp {

namespace {

// Trailing blanks: old Pi ROMs want them, and files are written with them and without.
std::string_view without_blanks(std::string_view text) {
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

// Whether a pxe-service line of the file shows the profile's menu to such machines already.
bool is_in_the_file(const Policy& policy, const Quirk& quirk, const std::vector<Arch>& archs) {
    return std::ranges::any_of(policy.pxe.services, [&](const PxeService& service) {
        const bool is_for_it = std::ranges::find(archs, service.arch) != archs.end();
        return is_for_it && std::ranges::any_of(quirk.pxe.services, [&](const PxeService& item) {
                   return without_blanks(item.text) == without_blanks(service.text);
               });
    });
}

// A menu sends the machine to this server, so something has to be there for it.
bool serves_files(const Policy& policy) {
    return policy.serves_tftp || !policy.boots.empty();
}

}  // namespace

bool QuirkMatch::fits(const Message& message) const {
    if (hardware && !hardware->matches(message.hardware)) return false;
    if (arch) {
        const auto archs = archs_of(message.options);
        if (std::ranges::find(archs, *arch) == archs.end()) return false;
    }
    const auto sent = message.options.text(k_vendor_class).value_or(std::string_view{});
    return sent.starts_with(vendor_class);
}

const Quirk* find_quirk(const Policy& policy, const Message& message) {
    const BootClient boots = boot_client_of(message);
    if (!boots.boots() || boots.is_ipxe || !serves_files(policy)) return nullptr;
    const auto found = std::ranges::find_if(policy.quirks, [&](const Quirk& quirk) {
        return std::ranges::any_of(quirk.matches, [&](const QuirkMatch& m) { return m.fits(message); });
    });
    if (found == policy.quirks.end()) return nullptr;
    return is_in_the_file(policy, *found, archs_of(message.options)) ? nullptr : &*found;
}

}  // namespace pxed::dhcp
