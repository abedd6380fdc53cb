#include "io/privileges.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <grp.h>
#include <pwd.h>

#include <cap-ng.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_descriptor.hpp"

namespace pxed::io {

namespace {

constexpr std::size_t k_account_memory = 16384;

// SYSTEMD_EXEC_PID (systemd 248) is inherited by children, so only its own process counts; an older systemd
// is known by its notification socket.
bool was_started_by_systemd() {
    if (const char* pid = std::getenv("SYSTEMD_EXEC_PID"); pid != nullptr)
        return std::to_string(::getpid()) == pid;
    return std::getenv("NOTIFY_SOCKET") != nullptr;
}

}  // namespace

Result<Account, std::string> find_account(const std::string& name) {
    std::array<char, k_account_memory> memory{};
    passwd row{};
    passwd* found = nullptr;
    const int error = ::getpwnam_r(name.c_str(), &row, memory.data(), memory.size(), &found);
    if (found == nullptr) {
        return fail("user " + name + ": " +
                    (error == 0 ? std::string{"there is no such account"} : std::strerror(error)));
    }
    return Account{name, found->pw_uid, found->pw_gid};
}

Result<gid_t, std::string> find_group(const std::string& name) {
    std::array<char, k_account_memory> memory{};
    group row{};
    group* found = nullptr;
    const int error = ::getgrnam_r(name.c_str(), &row, memory.data(), memory.size(), &found);
    if (found == nullptr) {
        return fail("group " + name + ": " +
                    (error == 0 ? std::string{"there is no such group"} : std::strerror(error)));
    }
    return found->gr_gid;
}

Standing read_standing() {
    Standing standing;
    standing.is_root = ::geteuid() == 0;
    standing.is_under_systemd = was_started_by_systemd();
    standing.group = ::getegid();
    std::array<char, k_account_memory> memory{};
    passwd row{};
    passwd* found = nullptr;
    ::getpwuid_r(::geteuid(), &row, memory.data(), memory.size(), &found);
    standing.running_as = found != nullptr ? found->pw_name : "uid " + std::to_string(::geteuid());
    return standing;
}

Result<void, std::string> change_to(const Account& account) {
    capng_clear(CAPNG_SELECT_BOTH);
    capng_updatev(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                  CAP_NET_BIND_SERVICE, CAP_NET_RAW, -1);
    // Supplementary groups of the account are taken: boot trees are often readable by a group.
    const auto flags = static_cast<capng_flags_t>(CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING);
    const int error = capng_change_id(static_cast<int>(account.user), static_cast<int>(account.group), flags);
    if (error != 0)
        return fail("cannot become user " + account.name + " (libcap-ng says " + std::to_string(error) + ")");
    return {};
}

Result<void, std::string> change_group(gid_t group) {
    if (::setgid(group) != 0)
        return fail("cannot take group " + std::to_string(group) + ": " + std::strerror(errno));
    return {};
}

void clear_ambient_capabilities() {
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

Result<void, std::string> prepare_directory(const std::string& directory,
                                            const std::optional<Account>& account) {
    struct stat found {};
    if (::stat(directory.c_str(), &found) != 0) {
        if (errno != ENOENT) return fail("directory " + directory + ": " + std::strerror(errno));
        // 0750: leases name everybody's machines.
        if (::mkdir(directory.c_str(), 0750) != 0)
            return fail("directory " + directory +
                        " is missing and cannot be created: " + std::strerror(errno));
        if (account && ::chown(directory.c_str(), account->user, account->group) != 0)
            return fail("directory " + directory + ": cannot give it to " + account->name + ": " +
                        std::strerror(errno));
        return {};
    }
    if (!S_ISDIR(found.st_mode)) return fail(directory + " is not a directory");
    return {};
}

Result<void, std::string> check_writable(const std::string& directory) {
    // W_OK alone would do for no file: a name in a directory needs its X bit.
    if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return {};
    const auto name = read_standing().running_as;
    return fail("directory " + directory + " is not writable by user " + name + ": run `chown " + name + ' ' +
                directory + "`, or keep the leases elsewhere with lease-database=");
}

Result<void, std::string> prepare_file(const std::string& path, const Account& account) {
    const FileDescriptor file{
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640)};
    if (!file.is_open() && errno == EEXIST) return {};
    if (!file.is_open() || ::fchown(file.get(), account.user, account.group) != 0)
        return fail("cannot create " + path + " for user " + account.name + ": " + std::strerror(errno));
    return {};
}

}  // namespace pxed::io
