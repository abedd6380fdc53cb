// What dhcp-script would be called with.
#include <algorithm>

#include "base/text.hpp"
#include "dhcp/name.hpp"
#include "io/script_call.hpp"
#include "player.hpp"

namespace pxed::scenario {

void Player::follow_leases() {
    const auto& script = configs_.back().daemon.script;
    server_->tell_leases(script.is_given());
    news_.tell_renewals(script.tells_renewals());
}

// Each line is one call: the arguments, and variables without DNSMASQ_ that must be there; `NAME=` must not.
Player::Outcome Player::expect_script(const Step& step) {
    std::vector<io::ScriptCall> calls;
    std::string all;
    while (const auto event = news_.next()) {
        calls.push_back(io::call_of(*event, {.path = "script",
                                             .domain = std::string{dhcp::domain_of(
                                                 configs_.back().dhcp, links_, event->lease.address)},
                                             .interface = {},
                                             .logs_dhcp = configs_.back().daemon.logs_dhcp,
                                             .now = now_}));
        all += "\n   ";
        for (const auto& word : calls.back().arguments)
            all += ' ' + word;
        for (const auto& variable : calls.back().environment)
            all += ' ' + variable;
    }
    if (calls.size() != step.block.size()) {
        return fail("wanted " + std::to_string(step.block.size()) + " calls of the script, got " +
                    std::to_string(calls.size()) + all);
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
        std::vector<std::string> arguments;
        for (const auto word : split(trim(step.block[i]), ' ')) {
            const auto equals = word.find('=');
            if (equals == word.npos) {
                arguments.emplace_back(word);
                continue;
            }
            const bool is_unwanted = equals + 1 == word.size();
            const auto variable = "DNSMASQ_" + std::string{word};
            const bool is_there = std::ranges::any_of(calls[i].environment, [&](const std::string& one) {
                return is_unwanted ? one.starts_with(variable) : one == variable;
            });
            if (is_there == is_unwanted)
                return fail("call " + std::to_string(i + 1) + ": " + variable + " is not as wanted" + all);
        }
        if (arguments != calls[i].arguments) return fail("wanted the call " + step.block[i] + ", got" + all);
    }
    return {};
}

}  // namespace pxed::scenario
