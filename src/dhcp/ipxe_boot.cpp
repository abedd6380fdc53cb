#include "dhcp/ipxe_boot.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/reversed.hpp"
#include "base/text.hpp"
#include "dhcp/boot_url.hpp"

namespace pxed::dhcp {

namespace {

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
    std::set<std::string_view> tags;
    // A tag of that name that the file sets itself means whatever sets it.
    constexpr std::string_view k_word = "ipxe";
    if (std::ranges::find(policy.predefined_tags, k_word) != policy.predefined_tags.end())
        tags.insert(k_word);
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

// Of an unknown kind: iPXE under another name. What is known for another loader has loaded iPXE from a menu
// or script of its own, and is where its user wants to come back to.
bool may_be_ipxe(const Policy& policy, std::string_view file) {
    const auto* known = policy.boot_tree.find(path_of(file));
    const auto program = known != nullptr ? *known : tree::guess_from_name(file);
    return program.platform != tree::Platform::script &&
           (program.loader == tree::Loader::unknown || is_ipxe_program(policy, file));
}

// The program that this very machine runs by now, however it is named.
bool is_running(const Inquiry& inquiry, std::string_view file) {
    const machine::Machine* machine = inquiry.context.machine;
    if (machine == nullptr) return false;
    const bool asks_anew = inquiry.message().type() == MessageType::discover;
    const auto before = machine::before_ipxe(*machine, asks_anew, inquiry.context.now.instant);
    if (before.program.empty() || path_of(before.program) != path_of(file)) return false;
    return before.firmware_loaded_it ? may_be_ipxe(inquiry.policy(), file)
                                     : is_ipxe_program(inquiry.policy(), file);
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

// Only where it says what it was built with: not every build does. The URL is the administrator's and goes
// out all the same.
bool lacks_http_for(const Inquiry& inquiry, std::string_view file) {
    const BootClient& client = inquiry.boots;
    if (!client.lists_features || !is_http_url(file)) return false;
    return equal_ignoring_case(file.substr(0, 6), "https:") ? !client.speaks_https : !client.speaks_http;
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

// Whether HTTP has the file that TFTP has: its root may be another one.
bool is_below_http_root(const Policy& policy, std::string_view file) {
    return !policy.http_tree || policy.http_tree->find(path_of(file)) != nullptr;
}

// Kernel and initrds are asked for where the script came from.
bool is_below_http_root(const Policy& policy, const tree::LinuxBoot& boot) {
    const auto is_there = [&](const std::string& file) {
        return tree::is_url(file) || is_below_http_root(policy, std::string_view{file});
    };
    return is_there(boot.kernel) && std::ranges::all_of(boot.initrds, is_there);
}

// A name that pxed has found or made itself: over HTTP where iPXE was built with it and HTTP has it all.
// Names of the file stay as the administrator wrote them.
BootAnswer ours(const Inquiry& inquiry, std::string_view path, bool is_on_http, Ipv4 local, Origin line) {
    BootAnswer answer;
    const auto port = inquiry.policy().http_port;
    answer.is_generated = port && is_on_http && inquiry.boots.speaks_http;
    answer.file = answer.is_generated ? http_url(local, *port, path) : std::string{path};
    answer.line = line;
    answer.is_from_boot_line = true;
    return answer;
}

// The script that boot-linux makes; it is served by this name, over HTTP and TFTP.
std::optional<BootAnswer> linux_script(const Inquiry& inquiry, const Tags& tags, Ipv4 local) {
    const LinuxBoot* line = linux_boot_for(inquiry.policy().linux_boots, tags);
    if (line == nullptr) return std::nullopt;
    return ours(inquiry, tree::k_ipxe_script, is_below_http_root(inquiry.policy(), line->boot), local,
                line->origin);
}

// The line for everybody, where the line of its firmware names no more than the iPXE that runs already. Not
// if what it names is for other firmware: that starts nowhere here.
std::optional<BootAnswer> boot_for_all(const Inquiry& inquiry, const ChosenOptions& chosen) {
    const Policy& policy = inquiry.policy();
    const auto& lines = policy.boots;
    const auto is_for_all = [](const Boot& line) { return !line.arch && line.tests.empty(); };
    const auto line = std::find_if(lines.rbegin(), lines.rend(), is_for_all);
    if (line == lines.rend() || !may_start(policy, line->file, inquiry.boots)) return std::nullopt;
    return boot_of(*line, chosen, inquiry.client.hardware);
}

// What iPXE gets in the place of itself. The line that named it stays the line of the answer: it decided.
BootAnswer instead_of(const Inquiry& inquiry, const Tags& tags, const ChosenOptions& chosen, Ipv4 local,
                      const BootAnswer& itself) {
    const Policy& policy = inquiry.policy();
    for (const auto& line : reversed(policy.boots)) {
        const bool fits = !line.arch || fit_of(*line.arch, inquiry.boots) != ArchFit::none;
        if (!fits || !tags.satisfy(line.tests)) continue;
        BootAnswer other = boot_of(line, chosen, inquiry.client.hardware);
        if (!is_for_ipxe(policy, other)) continue;
        if (!other.file.empty() && !is_itself(inquiry, other)) return other;
    }
    if (const auto script = tree::script_beside(policy.boot_tree, path_of(itself.file)); !script.empty())
        return ours(inquiry, script, is_below_http_root(policy, script), local, itself.line);
    if (auto script = linux_script(inquiry, tags, local)) return std::move(*script);
    // What boot-arch names for the firmware below it, which iPXE can start as well: GRUB, say.
    for (const auto& line : reversed(policy.boots)) {
        const bool is_for_firmware = line.arch && fit_of(*line.arch, inquiry.boots) == ArchFit::firmware;
        if (!is_for_firmware || !tags.satisfy(line.tests)) continue;
        BootAnswer other = boot_of(line, chosen, inquiry.client.hardware);
        if (!other.file.empty() && !is_itself(inquiry, other)) return other;
    }
    BootAnswer answer;
    answer.line = itself.line;
    answer.is_from_boot_line = true;
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

void keep_ipxe_from_itself(const Inquiry& inquiry, const ChosenOptions& chosen, std::string_view file,
                           Options& options) {
    const ConfiguredOption* option = chosen.find(k_boot_file);
    const auto put = options.text(k_boot_file);
    if (!inquiry.boots.is_ipxe || option == nullptr || !put) return;
    BootAnswer named;
    named.file = put->substr(0, put->find('\0'));
    named.tests = &option->tests;
    if (named.file == file || !is_itself(inquiry, named)) return;
    if (file.empty()) {
        options.remove(k_boot_file);
    } else {
        options.set_text(k_boot_file, file, true);
    }
}

BootAnswer boot_for_ipxe(const Inquiry& inquiry, const Tags& tags, const ChosenOptions& chosen,
                         const PxeClient* pxe, Ipv4 local, bool is_proxy) {
    const HwAddr& machine = inquiry.client.hardware;
    BootAnswer line = boot_of(inquiry.policy(), tags, chosen,
                              {.client = inquiry.boots, .machine = machine, .is_proxy = is_proxy});
    // What no line names was found in the tree. Only a script goes over HTTP: PXELINUX and GRUB, once loaded,
    // take the server of the TFTP reply for their own files.
    const bool is_found = line.tests == nullptr && !line.file.empty();
    const auto* found = inquiry.policy().boot_tree.find(path_of(line.file));
    if (is_found && found != nullptr && found->platform == tree::Platform::script)
        line = ours(inquiry, line.file, is_below_http_root(inquiry.policy(), line.file), local, line.line);
    const bool is_own = is_for_ipxe(inquiry.policy(), line);
    std::vector<BootAnswer> wanted;
    if (is_own) wanted.push_back(line);
    const PxeService* service = pxe != nullptr ? service_for(inquiry, tags, *pxe) : nullptr;
    const bool boots_locally = service != nullptr && !service->is_ours();
    if (service != nullptr && !boots_locally) wanted.push_back(boot_of(*service, machine));
    if (!is_own && !boots_locally) wanted.push_back(line);
    if (line.is_for_firmware && !boots_locally) {
        if (auto other = boot_for_all(inquiry, chosen)) wanted.push_back(std::move(*other));
    }
    for (auto& answer : wanted) {
        if (answer.file.empty() || is_itself(inquiry, answer)) continue;
        if (lacks_http_for(inquiry, answer.file)) answer.note = Reason::ipxe_lacks_http;
        return std::move(answer);
    }
    const auto itself = std::ranges::find_if(wanted, [](const BootAnswer& a) { return !a.file.empty(); });
    if (itself == wanted.end() && boots_locally) return boot_of(*service, machine);
    if (itself == wanted.end()) return linux_script(inquiry, tags, local).value_or(line);
    return instead_of(inquiry, tags, chosen, local, *itself);
}

}  // namespace pxed::dhcp
