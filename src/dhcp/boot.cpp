#include "dhcp/boot.hpp"

#include <algorithm>

#include "dhcp/boot_url.hpp"
#include "tree/boot_choice.hpp"

namespace pxed::dhcp {

namespace {

// How near a line is to the client; the nearest one counts, the last of equals. A line for the firmware that
// an iPXE runs on is farther than any that is for iPXE, since it may be what has loaded it, and nearer than
// the line for everybody, which mostly has a program for BIOS.
enum class Nearness : std::uint8_t { none, all, firmware, kind, exact, tagged, tagged_exact };

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

// A script, or a URL of something that this iPXE can start: no firmware that asks by PXE could use it, so
// whoever writes it for everybody means those who run iPXE by now.
bool is_for_ipxe_alone(const Policy& policy, std::string_view file, const BootClient& client) {
    const bool is_script = program_named(policy, file).platform == tree::Platform::script;
    return is_script || (is_url(file) && may_start(policy, file, client));
}

const Boot* boot_line(const Policy& policy, const Tags& tags, const BootClient& client) {
    const Boot* nearest = nullptr;
    const Boot* for_all = nullptr;
    auto distance = Nearness::none;
    for (const auto& line : policy.boots) {
        const auto nearness = nearness_of(line, tags, client);
        if (nearness == Nearness::all) for_all = &line;
        if (nearness == Nearness::none || nearness < distance) continue;
        nearest = &line;
        distance = nearness;
    }
    const bool is_script_first = distance == Nearness::firmware && for_all != nullptr &&
                                 is_for_ipxe_alone(policy, for_all->file, client);
    return is_script_first ? for_all : nearest;
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

tree::BootProgram program_named(const Policy& policy, std::string_view file) {
    const auto* known = policy.boot_tree.find(path_of(file));
    const bool is_known = known != nullptr && known->platform != tree::Platform::unknown;
    return is_known ? *known : tree::guess_from_name(file);
}

bool may_start(const Policy& policy, std::string_view file, const BootClient& client) {
    const auto program = program_named(policy, file);
    if (program.platform == tree::Platform::script) return client.is_ipxe;
    const auto kind = client.arch ? tree::found_for(*client.arch) : tree::FoundFor{};
    if (program.platform == tree::Platform::unknown || kind.platform == tree::Platform::unknown) return true;
    if (program.platform != kind.platform) return false;
    const bool says_cpu = program.cpu != tree::Cpu::unknown && kind.cpu != tree::Cpu::unknown;
    return !says_cpu || program.cpu == kind.cpu;
}

BootAnswer boot_of(const Policy& policy, const Tags& tags, const ChosenOptions& options, const BootAsk& ask) {
    BootAnswer answer;
    if (const Boot* line = boot_line(policy, tags, ask.client)) {
        answer = boot_of(*line, options, ask.machine);
        answer.is_for_firmware = line->arch && fit_of(*line->arch, ask.client) == ArchFit::firmware;
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
