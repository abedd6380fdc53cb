// Small answers of a read configuration: interface patterns, places in files, where the leases are.

#include "config/config.hpp"

namespace pxed::config {

namespace {

// Origin::file has 16 bits. A directory with a file a machine (dhcp-hostsdir) can be large.
constexpr std::size_t k_most_files = 60000;

// The unit's StateDirectory=, and what a pxed that is started by hand uses.
constexpr std::string_view k_state_directory = "/var/lib/pxed";

}  // namespace

bool InterfaceName::matches(std::string_view interface) const {
    if (name.ends_with('*')) return interface.starts_with(std::string_view{name}.substr(0, name.size() - 1));
    return interface == name;
}

std::string_view word_of(Finding::Severity severity) {
    switch (severity) {
        case Finding::Severity::note:
            return "note";
        case Finding::Severity::warning:
            return "warning";
        case Finding::Severity::error:
            return "error";
    }
    return "finding";
}

std::string Config::text_of(Origin origin) const {
    const std::string file = origin.file < files.size() ? files[origin.file] : "?";
    return origin.is_known() ? file + ':' + std::to_string(origin.line) : file;
}

Result<std::uint16_t, std::string> Config::add_file(const std::string& path) {
    if (files.size() >= k_most_files)
        return fail("more than " + std::to_string(k_most_files) + " files are named");
    files.push_back(path);
    return static_cast<std::uint16_t>(files.size() - 1);
}

std::string Config::lease_database_path(std::string_view state_directory) const {
    if (!daemon.lease_database.empty()) return daemon.lease_database;
    // systemd lists several state directories with colons; the first one is ours. Before the text file:
    // whether the unit may write where that is can change with a drop-in, and the leases must not change with
    // it.
    if (!state_directory.empty())
        return std::string{state_directory.substr(0, state_directory.find(':'))} + "/leases.db";
    // Beside the text file people know, so that whoever moves or backs up the one finds the other.
    if (!daemon.lease_file.empty()) return daemon.lease_file + ".db";
    return std::string{k_state_directory} + "/leases.db";
}

std::string Config::other_lease_database_path(std::string_view state_directory) const {
    auto other = lease_database_path(state_directory.empty() ? k_state_directory : "");
    return other == lease_database_path(state_directory) ? std::string{} : other;
}

}  // namespace pxed::config
