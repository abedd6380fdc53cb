#include "dhcp/boot.hpp"

#include <algorithm>

#include "tree/boot_choice.hpp"

namespace pxed::dhcp {

namespace {

// How near a line is to the client; the nearest one counts, the last of equals. An iPXE comes to a line for
// the firmware it runs on only when no other line is for it: that line is what has loaded it.
enum class Nearness : std::uint8_t { none, firmware, all, kind, exact, tagged, tagged_exact };

Nearness nearness_of(const Boot& line, const Tags& tags, const BootClient& client) {
    if (!tags.satisfy(line.tests)) return Nearness::none;
    const bool has_tags = !line.tests.empty();
    if (!line.arch) return has_tags ? Nearness::tagged : Nearness::all;
    switch (fit_of(*line.arch, client)) {
        case ArchFit::none:
            return Nearness::none;
        case ArchFit::firmware:
            return Nearness::firmware;
        case ArchFit::kind:
            return has_tags ? Nearness::tagged : Nearness::kind;
        case ArchFit::exact:
            return has_tags ? Nearness::tagged_exact : Nearness::exact;
    }
    return Nearness::none;
}

const Boot* boot_line(const Policy& policy, const Tags& tags, const BootClient& client) {
    const Boot* nearest = nullptr;
    auto distance = Nearness::none;
    for (const auto& line : policy.boots) {
        const auto nearness = nearness_of(line, tags, client);
        if (nearness == Nearness::none || nearness < distance) continue;
        nearest = &line;
        distance = nearness;
    }
    return nearest;
}

std::string_view found_program(const Policy& policy, const BootAsk& ask) {
    const auto& client = ask.client;
    if (!client.arch || (!client.boots() && !client.is_ipxe)) return {};
    auto kind = tree::found_for(*client.arch);
    // iPXE says which firmware it runs on, and loads in its own ways.
    kind.is_http = client.is_http_boot;
    kind.is_ipxe = client.is_ipxe;
    kind.is_proxy = ask.is_proxy;
    return policy.found.file_for(kind);
}

std::string_view text_without_nul(const ConfiguredOption* option) {
    if (option == nullptr) return {};
    const auto text = as_text(option->value);
    return text.substr(0, text.find('\0'));
}

}  // namespace

BootAnswer boot_of(const Policy& policy, const Tags& tags, const ChosenOptions& options, const BootAsk& ask) {
    BootAnswer answer;
    if (const Boot* line = boot_line(policy, tags, ask.client)) {
        answer = boot_of(*line, options, ask.machine);
    } else {
        const ConfiguredOption* file = options.find(k_boot_file);
        answer.file = text_without_nul(file);
        answer.server_name = text_without_nul(options.find(k_tftp_server));
        if (file != nullptr) {
            answer.line = file->origin;
            answer.tests = &file->tests;
        }
        answer.server = options.next_server();
    }
    if (const auto found = found_program(policy, ask); answer.file.empty() && !found.empty()) {
        answer.file = found;
        answer.is_from_boot_line = true;  // told as if a line had named it
    }
    return answer;
}

BootAnswer boot_of(const Boot& line, const ChosenOptions& options, const HwAddr& machine) {
    BootAnswer answer;
    answer.file = line.file;
    answer.server_name = line.server_name;
    answer.server = line.server_host.is_given() ? line.server_host.address_for(machine) : line.server_address;
    answer.line = line.origin;
    answer.tests = &line.tests;
    answer.is_for_ipxe = line.arch && line.arch->text == "ipxe";
    answer.is_from_boot_line = true;
    if (!answer.server) answer.server = options.next_server();
    return answer;
}

bool names_boot_files(const Policy& policy) {
    constexpr std::uint8_t k_tftp_server_address = 150;
    const auto names_boot = [](const ConfiguredOption& option) {
        return option.envelope == Envelope::plain &&
               (option.sets_next_server || option.code == k_boot_file || option.code == k_tftp_server ||
                option.code == k_tftp_server_address);
    };
    return !policy.boots.empty() || !policy.linux_boots.empty() || policy.pxe.shows_menu() ||
           std::ranges::any_of(policy.options, names_boot);
}

BootAnswer boot_of(const PxeService& service, const HwAddr& machine) {
    BootAnswer answer;
    if (service.is_ours()) answer.file = service.file_of(0);
    answer.server = service.server_for(machine);
    answer.line = service.origin;
    answer.tests = &service.tests;
    answer.is_from_boot_line = true;
    return answer;
}

}  // namespace pxed::dhcp
