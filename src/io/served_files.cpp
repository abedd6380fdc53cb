#include "io/served_files.hpp"

#include <utility>

namespace pxed::io {

tftp::Policy file_rules_of_http(const config::Config& config) {
    tftp::Policy rules = config.tftp;
    if (config.http.roots.empty()) return rules;
    rules.roots.clear();
    for (const auto& root : config.http.roots)
        rules.roots.push_back({root.directory, root.interface, root.origin});
    return rules;
}

Result<ServedFiles, std::string> open_served_files(const config::Config& config) {
    ServedFiles files;
    TRY(files.tftp, TftpTree::open(config.tftp));
    if (!config.http.is_enabled) return files;
    TRY(files.http,
        TftpTree::open(file_rules_of_http(config), config.http.roots.empty() ? "tftp-root" : "http-root"));
    if (config.http.has_tls()) {
        TRY(files.tls, TlsPair::read(config.http.certificate, config.http.key));
    }
    return files;
}

}  // namespace pxed::io
