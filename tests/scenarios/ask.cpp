// The `ask` step: what a TFTP read request stands for and what is agreed on, without sockets and files.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "dhcp/linux_boot.hpp"
#include "player.hpp"
#include "tftp/negotiate.hpp"
#include "tree/boot_program.hpp"
#include "tree/name.hpp"
#include "units.hpp"

namespace pxed::scenario {

Player::Outcome Player::play_ask(const Step& step) {
    if (step.words.size() < 3 || configs_.empty())
        return fail("ask INTERFACE \"NAME\" [netascii] [OPTION=VALUE...]");
    const tftp::Policy& policy = configs_.back().tftp;
    const std::string& interface = step.words[1];
    tftp::Request request;
    request.file = value_of("=" + step.words[2]);
    std::uint64_t size = 0;
    std::uint16_t mtu = 1500;
    std::optional<Ipv4> from;
    std::string found;
    tree::NameRules rules;
    rules.lower_cases = policy.lower_cases;
    rules.shares_serial_directories = policy.shares_serial_directories;
    for (std::size_t i = 3; i < step.words.size(); ++i) {
        const auto name = name_of(step.words[i]);
        const auto value = value_of(step.words[i]);
        if (step.words[i] == "netascii") {
            request.mode = tftp::Mode::netascii;
        } else if (name == "size") {
            size = parse_number(value).value_or(0);
        } else if (name == "mtu") {
            mtu = static_cast<std::uint16_t>(parse_number(value).value_or(0));
        } else if (name == "from") {
            from = Ipv4::parse(value);
            if (!from) return fail("from=" + std::string{value} + " is no address");
        } else if (name == "found") {
            found = value;
        } else if (name == "below") {
            rules.unique_directory = value;
        } else {
            request.options.push_back({std::string{name}, std::string{value}});
        }
    }
    // The last root that fits counts, as in the service.
    for (const tftp::Root& root : policy.roots) {
        if (root.interface.empty() || root.interface == interface) rules.root = root.directory;
    }
    paths_.clear();
    written_.clear();
    if (!policy.is_enabled) {
        terms_ = "none";
        return {};
    }
    paths_ = tree::candidates(request.file, rules);
    const machine::Machine* machine = from ? machines_.find(*from) : nullptr;
    if (machine != nullptr && policy.looks_elsewhere) {
        const auto more = tree::beside(machine->program_path, paths_);
        paths_.insert(paths_.end(), more.begin(), more.end());
    }
    if (found.empty()) {
        const auto script = dhcp::script_for(configs_.back().dhcp, request.file, machine);
        if (script) written_ = script->text;
    } else if (from) {
        // As the service tells it when the file is there.
        machine::Event event;
        event.stage = machine::Stage::tftp_request;
        event.peer = Endpoint{*from, 2070};
        event.file = request.file;
        if (tree::guess_from_name(found).platform != tree::Platform::unknown) event.program = found;
        machines_.observe(event, now_.instant);
    }
    const tftp::Terms terms = tftp::negotiate(request, policy, size, mtu);
    terms_ = "block=" + std::to_string(terms.block_size) + " window=" + std::to_string(terms.window_size);
    for (const auto& option : terms.acknowledged)
        terms_ += " " + option.name + "=" + option.value;
    return {};
}

}  // namespace pxed::scenario
