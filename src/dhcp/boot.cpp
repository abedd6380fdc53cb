#include "dhcp/boot.hpp"

#include "base/reversed.hpp"

namespace pxed::dhcp {

namespace {

const Boot* boot_line(const Policy& policy, const Tags& tags) {
    for (const auto& line : reversed(policy.boots)) {
        if (!line.tests.empty() && tags.satisfy(line.tests)) return &line;
    }
    for (const auto& line : reversed(policy.boots)) {
        if (line.tests.empty()) return &line;
    }
    return nullptr;
}

std::string_view text_without_nul(const ConfiguredOption* option) {
    if (option == nullptr) return {};
    const auto text = as_text(option->value);
    return text.substr(0, text.find('\0'));
}

}  // namespace

BootAnswer boot_of(const Policy& policy, const Tags& tags, const ChosenOptions& options,
                   const HwAddr& machine) {
    BootAnswer answer;
    if (const Boot* line = boot_line(policy, tags)) {
        answer.file = line->file;
        answer.server_name = line->server_name;
        answer.server =
            line->server_host.is_given() ? line->server_host.address_for(machine) : line->server_address;
        answer.line = line->origin;
        answer.is_from_boot_line = true;
    } else {
        const ConfiguredOption* file = options.find(k_boot_file);
        answer.file = text_without_nul(file);
        answer.server_name = text_without_nul(options.find(k_tftp_server));
        if (file != nullptr) answer.line = file->origin;
    }
    if (!answer.server) answer.server = options.next_server();
    return answer;
}

}  // namespace pxed::dhcp
