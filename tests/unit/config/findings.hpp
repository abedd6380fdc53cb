#pragma once
// What check() says of a text, for tests.

#include <string>

#include "config/check.hpp"
#include "read.hpp"

namespace pxed::config {

/// br0 with 192.168.1.1/24 and the loopback, and nothing to complain of.
[[nodiscard]] inline World ordinary_world() {
    World world;
    world.interfaces = {{"lo", {{Ipv4{127, 0, 0, 1}, netmask_of(8)}}, true},
                        {"br0", {{Ipv4{192, 168, 1, 1}, netmask_of(24)}}, false}};
    world.most_transfers = 30000;
    return world;
}

/// A line a finding of the severity or above: `!` for errors, then place and text, then what to write instead
/// behind ` -> `.
[[nodiscard]] inline std::string findings_from(Finding::Severity least, const std::string& text,
                                               const World& world) {
    const auto config = read(text);
    if (!config) return problems_of(text);
    std::string result;
    for (const auto& finding : check(*config, world)) {
        if (finding.severity < least) continue;
        if (!result.empty()) result += '\n';
        if (finding.severity == Finding::Severity::error) result += "! ";
        result +=
            (finding.origin.is_known() ? std::to_string(finding.origin.line) + ": " : "") + finding.text;
        if (!finding.suggestion.empty()) result += " -> " + finding.suggestion;
    }
    return result;
}

/// Warnings and errors.
[[nodiscard]] inline std::string findings_of(const std::string& text, const World& world = ordinary_world()) {
    return findings_from(Finding::Severity::warning, text, world);
}

/// Notes as well.
[[nodiscard]] inline std::string all_findings_of(const std::string& text,
                                                 const World& world = ordinary_world()) {
    return findings_from(Finding::Severity::note, text, world);
}

inline const std::string k_range = "dhcp-range=192.168.1.50,192.168.1.99\n";
/// The same for rules that look at DNS: nothing to say.
inline const std::string k_quiet_range = "dhcp-range=192.168.1.50,192.168.1.99\nport=0\n";

}  // namespace pxed::config
