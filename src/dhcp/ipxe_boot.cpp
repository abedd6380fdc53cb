#include "dhcp/ipxe_boot.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/reversed.hpp"
#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

// What the boot tree calls the file that a line, a URL or a TFTP client names.
std::string path_of(std::string_view file) {
    if (const auto scheme = file.find("://"); scheme != file.npos) {
        const auto path = file.find('/', scheme + 3);
        file = path == file.npos ? std::string_view{} : file.substr(path);
    }
    std::string path{file};
    std::ranges::replace(path, '\\', '/');
    return path.substr(std::min(path.find_first_not_of('/'), path.size()));
}

// The header decides where the tree has been looked at. ipxe-shim's header is a shim's, and what it loads is
// iPXE: there the name does.
bool is_ipxe_program(const Policy& policy, std::string_view file) {
    const auto by_name = tree::guess_from_name(file);
    const auto* program = policy.boot_tree.find(path_of(file));
    if (program == nullptr || program->platform == tree::Platform::unknown) return by_name.is_ipxe();
    return program->is_ipxe() || (program->is_shim() && by_name.is_ipxe());
}

bool names_ipxe(const ClassMatch& line) {
    const auto text = lower_case(line.text);
    return text.find("pxe") != text.npos || text.find("xnba") != text.npos;
}

// The tags by which the file tells iPXE from firmware.
std::set<std::string_view> ipxe_tags(const Policy& policy) {
    std::set<std::string_view> tags{"ipxe"};
    for (const auto& match : policy.matches) {
        if (match.code == k_ipxe || match.code == k_user_class) tags.insert(match.set_tag);
    }
    for (const auto& line : policy.user_classes) {
        if (names_ipxe(line)) tags.insert(line.set_tag);
    }
    return tags;
}

bool mention(const TagTests& tests, const std::set<std::string_view>& tags) {
    return std::ranges::any_of(tests, [&](const TagTest& test) { return tags.contains(test.name); });
}

// The program that this very machine runs by now, however it is named.
bool is_running(const Inquiry& inquiry, std::string_view file) {
    const machine::Machine* machine = inquiry.context.machine;
    if (machine == nullptr) return false;
    const bool asks_anew = inquiry.message().type() == MessageType::discover;
    const auto before = machine::program_before_ipxe(*machine, asks_anew, inquiry.context.now.instant);
    return !before.empty() && path_of(before) == path_of(file);
}

// Whether the line that gives the answer is meant for iPXE and not for firmware.
bool is_for_ipxe(const Policy& policy, const BootAnswer& answer) {
    return answer.is_for_ipxe || (answer.tests != nullptr && tells_ipxe_apart(policy, *answer.tests));
}

// A loop: it would load what it is. A line that says whom it is for is believed until it has gone round once:
// a network card's iPXE may well be there to load a better one.
bool is_itself(const Inquiry& inquiry, const BootAnswer& answer) {
    if (answer.file.empty()) return false;
    if (is_running(inquiry, answer.file)) return true;
    return !is_for_ipxe(inquiry.policy(), answer) && is_ipxe_program(inquiry.policy(), answer.file);
}

BootAnswer answer_of(const PxeService& service, const HwAddr& machine) {
    BootAnswer answer;
    if (service.is_ours()) answer.file = service.file_of(0);
    answer.server = service.server_for(machine);
    answer.line = service.origin;
    answer.tests = &service.tests;
    answer.is_from_boot_line = true;
    return answer;
}

// The item that firmware of that kind would start if nobody touched the menu: the first one, which may be the
// local disk, and a machine whose menu says so must not be installed anew because its network card has iPXE;
// for UEFI the only program there is, wherever it stands (as dnsmasq has it). Items of other boot servers
// need a menu to be found, so they are passed over.
const PxeService* service_for(const Inquiry& inquiry, const Tags& tags, const PxeClient& pxe) {
    const PxeService* first = nullptr;
    const PxeService* program = nullptr;
    std::size_t programs = 0;
    for (const auto& service : inquiry.policy().pxe.services) {
        if (service.arch != pxe.arch || !tags.satisfy(service.tests)) continue;
        const bool is_other_servers = !service.is_ours() && service.type != pxe::k_local_boot;
        if (is_other_servers) continue;
        if (first == nullptr) first = &service;
        if (!service.is_ours()) continue;
        program = &service;
        ++programs;
    }
    if (pxe.is_uefi() && programs == 1) return program;
    return first;
}

// A script in the boot tree: beside the program that was not named, else at the root.
std::optional<std::string> script_of_tree(const Policy& policy, std::string_view program) {
    const auto path = path_of(program);
    const auto directory = path.substr(0, path.find_last_of('/') + 1);  // npos + 1 is 0: none
    for (const std::string_view name : {"boot.ipxe", "autoexec.ipxe"}) {
        for (const auto& place : {directory, std::string{}}) {
            auto script = place + std::string{name};
            if (policy.boot_tree.find(script) != nullptr) return script;
        }
    }
    return std::nullopt;
}

// What iPXE gets in the place of itself. The line that named it stays the line of the answer: it decided.
BootAnswer instead_of(const Inquiry& inquiry, const Tags& tags, const ChosenOptions& chosen,
                      const BootAnswer& itself) {
    const Policy& policy = inquiry.policy();
    for (const auto& line : reversed(policy.boots)) {
        const bool fits = !line.arch || fit_of(*line.arch, inquiry.boots) != ArchFit::none;
        if (!fits || !tags.satisfy(line.tests)) continue;
        BootAnswer other = boot_of(line, chosen, inquiry.client.hardware);
        if (!is_for_ipxe(policy, other)) continue;
        if (!other.file.empty() && !is_itself(inquiry, other)) return other;
    }
    BootAnswer answer;
    answer.line = itself.line;
    answer.is_from_boot_line = true;
    if (auto script = script_of_tree(policy, itself.file)) {
        answer.file = std::move(*script);
        return answer;
    }
    answer.server = itself.server;
    answer.note = Reason::ipxe_would_loop;
    return answer;
}

}  // namespace

bool tells_ipxe_apart(const Policy& policy, const TagTests& tests) {
    auto tags = ipxe_tags(policy);
    // tag-if lines may stand in any order for this question, so until nothing is new.
    for (std::size_t before = 0; before != tags.size();) {
        before = tags.size();
        for (const auto& line : policy.tag_ifs) {
            if (mention(line.tests, tags)) tags.insert(line.sets.begin(), line.sets.end());
        }
    }
    return mention(tests, tags);
}

BootAnswer boot_for_ipxe(const Inquiry& inquiry, const Tags& tags, const ChosenOptions& chosen,
                         const PxeClient* pxe, bool is_proxy) {
    const HwAddr& machine = inquiry.client.hardware;
    BootAnswer line = boot_of(inquiry.policy(), tags, chosen,
                              {.client = inquiry.boots, .machine = machine, .is_proxy = is_proxy});
    const bool is_own = is_for_ipxe(inquiry.policy(), line);
    std::vector<BootAnswer> wanted;
    if (is_own) wanted.push_back(line);
    const PxeService* service = pxe != nullptr ? service_for(inquiry, tags, *pxe) : nullptr;
    const bool boots_locally = service != nullptr && !service->is_ours();
    if (service != nullptr && !boots_locally) wanted.push_back(answer_of(*service, machine));
    if (!is_own && !boots_locally) wanted.push_back(line);
    for (auto& answer : wanted) {
        if (!answer.file.empty() && !is_itself(inquiry, answer)) return std::move(answer);
    }
    const auto itself = std::ranges::find_if(wanted, [](const BootAnswer& a) { return !a.file.empty(); });
    if (itself == wanted.end() && boots_locally) return answer_of(*service, machine);
    return itself == wanted.end() ? line : instead_of(inquiry, tags, chosen, *itself);
}

}  // namespace pxed::dhcp
