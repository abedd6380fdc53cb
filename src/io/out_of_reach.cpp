#include "io/out_of_reach.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "io/privileges.hpp"

namespace pxed::io {

namespace {

// What ProtectHome= covers (systemd.exec(5)).
constexpr std::array<std::string_view, 3> k_homes{"/home", "/root", "/run/user"};

// ProtectHome=yes puts an empty directory there that nobody may enter; a real one is never like that.
bool is_hidden_home(const std::string& path) {
    for (const auto home : k_homes) {
        if (!path.starts_with(home) || (path.size() > home.size() && path[home.size()] != '/')) continue;
        struct stat status {};
        return ::stat(std::string{home}.c_str(), &status) == 0 && (status.st_mode & 0777) == 0;
    }
    return false;
}

// The first directory on the way to `path` that we may not search: it is the one to open.
std::string closed_directory(const std::string& path) {
    std::filesystem::path way;
    for (const auto& part : std::filesystem::path{path}) {
        way /= part;
        if (::access(way.c_str(), X_OK) != 0) return way.string();
    }
    return path;
}

std::string parent_of(const std::string& path) {
    const auto parent = std::filesystem::path{path}.parent_path();
    return parent.empty() ? "." : parent.string();
}

// As mounted for us: what the unit's ProtectSystem=strict makes read-only is so for its processes alone.
bool is_read_only(std::string directory) {
    struct statvfs status {};
    // Of what is not there, the directory it would be made in.
    while (::statvfs(directory.c_str(), &status) != 0) {
        if (errno != ENOENT || directory == "/" || directory == ".") return false;
        directory = parent_of(directory);
    }
    return (status.f_flag & ST_RDONLY) != 0;
}

std::string drop_in(const std::string& line) {
    return "`systemctl edit pxed` with " + line + " below [Service]";
}

// What lets us write into `directory`. Where systemd makes directories for a service, that: they are made
// again after each boot, and nobody has to open one that belongs to all of the system.
std::string remedy_for(const std::string& directory, int error) {
    const std::string real =
        directory == "/var/run" || directory.starts_with("/var/run/") ? directory.substr(4) : directory;
    if (real == "/run") return "name a file in /run/pxed, which the unit makes";
    if (real.starts_with("/run/")) return drop_in("RuntimeDirectory=" + real.substr(5));
    if (real == "/var/log" || real.starts_with("/var/log/"))
        return drop_in("LogsDirectory=pxed") + ", and name a file in /var/log/pxed";
    const auto account = read_standing().running_as;
    // Other programs keep files there: it is not for one account to have.
    if (real == "/var/lib/misc" || real == "/var/lib")
        return "name a file in /var/lib/pxed, which the unit makes";
    std::string remedy;
    if (error == ENOENT) remedy = "`install -d -o " + account + ' ' + directory + "`";
    // Ownership is looked at first, and hides that the mount would refuse as well.
    if (error == EACCES) remedy = "`chown " + account + ' ' + directory + "`";
    // With the hyphen the unit starts where the directory is missing.
    if (is_read_only(directory))
        remedy += (remedy.empty() ? "" : " and ") + drop_in("ReadWritePaths=-" + directory);
    return remedy;
}

}  // namespace

std::string trouble_with_directory(const std::string& directory) {
    struct stat status {};
    int error = 0;
    if (::stat(directory.c_str(), &status) != 0) {
        error = errno;
    } else if (!S_ISDIR(status.st_mode)) {
        error = ENOTDIR;
    } else if (::access(directory.c_str(), X_OK) != 0) {
        error = errno;
    }
    if (error == 0) return {};
    std::string text = std::strerror(error);
    if (is_hidden_home(directory)) {
        text +=
            "; the unit hides home directories: keep boot files elsewhere (/srv/tftp), or `systemctl edit "
            "pxed` and write ProtectHome=read-only below [Service]";
    } else if (error == ENOENT) {
        text += "; `install -d -m 0755 " + directory + "` makes it";
    } else if (error == EACCES) {
        text += "; `chmod o+x " + closed_directory(directory) + "` lets the account " +
                read_standing().running_as + " in";
    }
    return text;
}

std::string trouble_with_writing(const std::string& path) {
    const auto directory = parent_of(path);
    // The file is replaced by one with a new name, or created: both are done to the directory.
    if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
    const int error = errno;
    const auto remedy = remedy_for(directory, error);
    return std::string{std::strerror(error)} + (remedy.empty() ? "" : "; to permit it: " + remedy);
}

void give_up_what_is_out_of_reach(config::Config& config) {
    // Started by hand, a path that cannot be written is a mistake to be put right at once, and an error.
    if (!read_standing().is_under_systemd) return;
    auto& daemon = config.daemon;
    const auto give_up = [&](Origin origin, const std::string& what, std::string_view instead) {
        config.findings.push_back({origin, what + "; " + std::string{instead}});
    };
    if (!daemon.pid_file.empty()) {
        if (const auto trouble = trouble_with_writing(daemon.pid_file); !trouble.empty()) {
            give_up(daemon.pid_file_origin, "pid-file " + daemon.pid_file + ": " + trouble,
                    "systemd knows the process without it");
            daemon.pid_file.clear();
        }
    }
    if (!daemon.lease_file.empty()) {
        const auto trouble = trouble_with_writing(daemon.lease_file);
        daemon.mirrors_leases = trouble.empty();
        if (!trouble.empty())
            give_up(daemon.lease_file_origin, "dhcp-leasefile " + daemon.lease_file + ": " + trouble,
                    "leases are read from it once and kept in the database alone");
    }
    if (daemon.log.kind == config::LogTarget::Kind::file && ::access(daemon.log.path.c_str(), W_OK) != 0) {
        if (const auto trouble = trouble_with_writing(daemon.log.path); !trouble.empty()) {
            give_up(daemon.log_origin, "log-facility " + daemon.log.path + ": " + trouble,
                    "the log goes to the journal");
            daemon.log = {};
        }
    }
}

}  // namespace pxed::io
