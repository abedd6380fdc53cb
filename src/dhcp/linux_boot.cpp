#include "dhcp/linux_boot.hpp"

#include <algorithm>
#include <utility>

#include "base/reversed.hpp"
#include "base/text.hpp"
#include "dhcp/policy.hpp"
#include "tree/boot_program.hpp"
#include "tree/name.hpp"
#include "tree/pxelinux_script.hpp"
#include "wire/dhcp_options.hpp"

namespace pxed::dhcp {

namespace {

bool is_script(std::string_view file) {
    return file.find("://") != file.npos || tree::guess_from_name(file).platform == tree::Platform::script;
}

// dhcp-option=67 is a boot line as well, of those who come from ISC's filename or write it for iPXE alone.
bool is_script_option(const ConfiguredOption& option) {
    const auto text = as_text(option.value);
    return option.envelope == Envelope::plain && option.code == k_boot_file &&
           is_script(text.substr(0, text.find('\0')));
}

// Whether the administrator has scripts of his own for iPXE, or has it loaded from elsewhere.
bool names_scripts(const Policy& policy) {
    return std::ranges::any_of(policy.boots, [](const Boot& line) { return is_script(line.file); }) ||
           std::ranges::any_of(policy.pxe.services,
                               [](const PxeService& service) { return is_script(service.program); }) ||
           std::ranges::any_of(policy.options, is_script_option);
}

}  // namespace

const LinuxBoot* linux_boot_for(const std::vector<LinuxBoot>& lines, const Tags& tags) {
    // The order of dhcp-boot, so that people have one rule to know.
    for (const auto& line : reversed(lines)) {
        if (!line.tests.empty() && tags.satisfy(line.tests)) return &line;
    }
    for (const auto& line : reversed(lines)) {
        if (line.tests.empty()) return &line;
    }
    return nullptr;
}

bool have_tags(const std::vector<LinuxBoot>& lines) {
    return std::ranges::any_of(lines, [](const LinuxBoot& line) { return !line.tests.empty(); });
}

std::optional<WrittenScript> script_for(const Policy& policy, std::string_view asked,
                                        const machine::Machine* machine) {
    if (policy.linux_boots.empty()) return std::nullopt;
    // Spelled as files are: GRUB says `/grub/grub.cfg`, shim's way of joining names gives `efi//grub.cfg`.
    for (const auto& name : tree::candidates(asked, {})) {
        const auto language = tree::script_language_of(name);
        if (!language) continue;
        if (name.ends_with("autoexec.ipxe") && names_scripts(policy)) return std::nullopt;
        Tags tags;
        if (machine != nullptr) tags.set_all(machine->tags);
        const LinuxBoot* line = linux_boot_for(policy.linux_boots, tags);
        if (line == nullptr) return std::nullopt;
        auto text = *language == tree::ScriptLanguage::pxelinux ? tree::pxelinux_script(line->boot, name)
                                                                : tree::boot_script(line->boot, *language);
        return WrittenScript{std::move(text), line->origin};
    }
    return std::nullopt;
}

}  // namespace pxed::dhcp
