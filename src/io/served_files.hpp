#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"
#include "io/http_tls.hpp"
#include "io/tftp_tree.hpp"

namespace pxed::io {

/// What the services of a configuration take from disks before they serve the first file. A value, so that a
/// thread can open it whole while the files of before are served.
struct ServedFiles {
    TftpTree tftp;
    std::optional<TftpTree> http;  ///< nothing: HTTP is off
    std::optional<TlsPair> tls;    ///< nothing: no HTTPS
};

/// Opens the roots and reads the certificate. Waits for them, for ever where a file server is gone. Errors: a
/// sentence that names what is missing.
[[nodiscard]] Result<ServedFiles, std::string> open_served_files(const config::Config& config);

/// What HTTP serves by: TFTP's rules, with roots of its own where it has some.
[[nodiscard]] tftp::Policy file_rules_of_http(const config::Config& config);

}  // namespace pxed::io
