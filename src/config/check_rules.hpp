#pragma once
// The rules of check(), by the file that holds them, and what they share. Nobody else includes this.

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/finding.hpp"
#include "config/world.hpp"

namespace pxed::config {

using Findings = std::vector<Finding>;
using Rule = void (*)(const Config&, const World&, Findings&);

inline void warn(Findings& findings, Origin origin, std::string text, std::string suggestion = {}) {
    findings.push_back({origin, std::move(text), Finding::Severity::warning, std::move(suggestion)});
}

inline void note(Findings& findings, Origin origin, std::string text, std::string suggestion = {}) {
    findings.push_back({origin, std::move(text), Finding::Severity::note, std::move(suggestion)});
}

/// `tag:a,tag:!b,` as it stands in front of a value; empty for none.
[[nodiscard]] std::string tests_text(const dhcp::TagTests& tests);

/// The line of a dhcp-boot, written anew.
[[nodiscard]] std::string line_of(const dhcp::Boot& boot);

/// The tag by which the file tells iPXE from firmware; empty: it does not.
[[nodiscard]] std::string ipxe_tag(const dhcp::Policy& dhcp);

/// The program as its bytes show, where they could be looked at; else as its name says.
[[nodiscard]] tree::BootProgram program_of(std::string_view file, const World& world);

/// Whether addresses are given, rather than ProxyDHCP's answers alone.
[[nodiscard]] bool gives_addresses(const dhcp::Policy& dhcp);

/// The network a range is on: as written, else that of the interface that has it; nothing when a relay will
/// have to say.
[[nodiscard]] std::optional<Network> network_of(const dhcp::Range& range, const Config& config,
                                                const World& world);

[[nodiscard]] std::span<const Rule> process_rules();   // check_process.cpp
[[nodiscard]] std::span<const Rule> host_rules();      // check_hosts.cpp
[[nodiscard]] std::span<const Rule> match_rules();     // check_matches.cpp
[[nodiscard]] std::span<const Rule> boot_rules();      // check_boot.cpp
[[nodiscard]] std::span<const Rule> service_rules();   // check_services.cpp
[[nodiscard]] std::span<const Rule> http_rules();      // check_http.cpp
[[nodiscard]] std::span<const Rule> client_rules();    // check_clients.cpp
[[nodiscard]] std::span<const Rule> rules_of_tags();   // check_tags.cpp
[[nodiscard]] std::span<const Rule> rules_of_linux();  // check_linux.cpp

}  // namespace pxed::config
