#include "config/check_script.hpp"

#include "base/text.hpp"

namespace pxed::config {

namespace {

void warn(std::vector<Finding>& findings, Origin origin, std::string text) {
    findings.push_back({origin, std::move(text)});
}

}  // namespace

void check_script(const Config& config, const World& world, std::vector<Finding>& findings) {
    const auto& script = config.daemon.script;
    // A warning, as dnsmasq starts all the same: the program may come with a file system that is mounted
    // later.
    if (script.is_given() && !world.script_trouble.empty()) {
        warn(findings, script.origin,
             "dhcp-script " + escaped(script.path) + " cannot be run now: " + world.script_trouble);
    }
    if (script.keeps_leases && !script.is_given()) {
        warn(findings, script.keeps_leases_origin,
             "leasefile-ro without dhcp-script: nothing keeps the leases, a restart forgets them all");
    }
    if (script.is_given() && !script.user.empty() && script.user != world.account) {
        warn(findings, script.user_origin,
             "dhcp-scriptuser=" + escaped(script.user) +
                 " has no effect: the script runs by the account that pxed runs by (" + world.account + ')');
    }
}

}  // namespace pxed::config
