#pragma once
// Places that the process cannot use, and what an administrator does about each: under the hardened unit most
// of the file system is read-only, and homes are hidden. A file that dnsmasq has served from for years meets
// that first.

#include <string>

#include "config/config.hpp"

namespace pxed::io {

/// Why `directory` cannot be served from by this process, with the remedy; empty: it can.
[[nodiscard]] std::string trouble_with_directory(const std::string& directory);

/// Why this process cannot write `path`, which it replaces or creates, with the remedy; empty: it can.
[[nodiscard]] std::string trouble_with_writing(const std::string& path);

/// Takes out of `config` what the unit does not let us write - the copy of the leases, the process id, the
/// log file - and leaves a finding for each, with its line and the drop-in that permits it. None of them is
/// worth a service that does not start: the database has the leases, systemd the process id and the journal
/// the log.
void give_up_what_is_out_of_reach(config::Config& config);

}  // namespace pxed::io
