// What the lines of HTTP need of the machine: roots, ports and the two files of HTTPS.

#include <algorithm>

#include "base/text.hpp"
#include "config/check_rules.hpp"

namespace pxed::config {

namespace {

void fail_on(Findings& findings, Origin origin, std::string text) {
    findings.push_back({origin, std::move(text), Finding::Severity::error, {}});
}

void check_http_roots(const Config& config, const World& world, Findings& findings) {
    const auto& http = config.http;
    for (const auto& root : http.roots) {
        if (!http.is_enabled) {
            warn(findings, root.origin, "http-root has no effect without enable-http");
            continue;
        }
        const auto directory = std::ranges::find(world.directories, root.directory, &World::Directory::path);
        if (directory == world.directories.end() || directory->is_usable) continue;
        // As with a tftp-root: tftp-no-fail is the word against a missing tree, whoever serves it.
        const auto severity =
            config.tftp.ignores_missing_root ? Finding::Severity::warning : Finding::Severity::error;
        findings.push_back(
            {root.origin, "http-root " + escaped(root.directory) + ": " + directory->why, severity, {}});
    }
    if (http.is_enabled && http.roots.empty() && config.tftp.roots.empty()) {
        warn(findings, http.enable_origin,
             "enable-http without http-root and tftp-root: no file is served; name the directory");
    }
}

void check_http_ports(const Config& config, const World& world, Findings& findings) {
    const auto& http = config.http;
    if (!http.is_enabled) return;
    if (http.has_tls() && http.port == http.tls_port) {
        fail_on(findings, http.certificate_origin,
                "http-port and http-tls-port are both " + std::to_string(http.port) +
                    "; HTTP and HTTPS cannot share a port");
    }
    if (!world.http_port_owner.empty()) {
        warn(findings, http.enable_origin,
             "port " + std::to_string(http.port) + " is taken by " + world.http_port_owner +
                 "; stop that program or name another port by http-port",
             "http-port=8080");
    }
    if (!world.tls_port_owner.empty()) {
        warn(findings, http.certificate_origin,
             "port " + std::to_string(http.tls_port) + " is taken by " + world.tls_port_owner +
                 "; stop that program or name another port by http-tls-port",
             "http-tls-port=8443");
    }
}

void check_tls_files(const Config& config, const World& world, Findings& findings) {
    const auto& http = config.http;
    if (http.certificate.empty() && http.key.empty()) return;
    const bool has_certificate = !http.certificate.empty();
    const auto origin = has_certificate ? http.certificate_origin : http.key_origin;
    if (!http.is_enabled) {
        warn(findings, origin,
             std::string{has_certificate ? "http-tls-cert" : "http-tls-key"} +
                 " has no effect without enable-http");
    } else if (http.certificate.empty() || http.key.empty()) {
        // Who writes one of the two means HTTPS, and HTTP alone would be a surprise.
        fail_on(findings, origin,
                has_certificate ? "http-tls-cert without http-tls-key: HTTPS needs both"
                                : "http-tls-key without http-tls-cert: HTTPS needs both");
    } else {
        if (!world.certificate_trouble.empty())
            fail_on(findings, http.certificate_origin, "http-tls-cert: " + world.certificate_trouble);
        if (!world.key_trouble.empty())
            fail_on(findings, http.key_origin, "http-tls-key: " + world.key_trouble);
    }
}

constexpr Rule k_rules[] = {check_http_roots, check_http_ports, check_tls_files};

}  // namespace

std::span<const Rule> http_rules() {
    return k_rules;
}

}  // namespace pxed::config
