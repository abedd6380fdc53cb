#include "io/lease_start.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <pwd.h>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dhcp/lease_text.hpp"
#include "io/lease_wal.hpp"

namespace pxed::io {

namespace {

// Leases tell who is where: for the daemon and its group, whatever the umask allows beyond.
constexpr mode_t k_mode = 0640;
constexpr std::size_t k_most_bad_lines_said = 5;

using Note = SqliteLeaseStore::Note;

std::string cause() {
    return std::generic_category().message(errno);
}

std::string own_account() {
    std::array<char, 4096> memory{};
    passwd account{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &account, memory.data(), memory.size(), &found) == 0 && found != nullptr)
        return account.pw_name;
    return std::to_string(::geteuid());
}

// What the administrator does about a file that could not be created or opened.
std::string with_fix(const std::string& what, const std::string& path, int error) {
    const std::string directory = directory_of(path);
    std::string text = what + ' ' + path + ": " + std::generic_category().message(error);
    if (error == ENOENT || error == ENOTDIR) {
        text += ": create the directory: install -d -o " + own_account() + " -m 0750 " + directory;
    } else if (error == EACCES || error == EPERM) {
        text += ": let the account " + own_account() + " write there: chown -R " + own_account() + ' ' +
                directory;
    } else if (error == EROFS) {
        text += ": set lease-database= to a path on a file system that can be written";
    }
    return text;
}

Result<FileDescriptor, std::string> lock(const std::string& path) {
    // A file of its own: closing any descriptor of the database would drop SQLite's locks on it.
    const std::string name = path + ".lock";
    FileDescriptor file{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, k_mode)};
    if (!file.is_open()) return fail(with_fix("cannot create", name, errno));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        std::array<char, 32> holder{};
        const auto length = ::pread(file.get(), holder.data(), holder.size() - 1, 0);
        return fail("another pxed" + (length > 0 ? " (process " + std::string{holder.data()} + ')' : "") +
                    " has the lease database " + path + ": stop it, or set lease-database= to another path");
    }
    const std::string self = std::to_string(::getpid());
    if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), self.data(), self.size(), 0) < 0)
        return fail(with_fix("cannot write", name, errno));
    return file;
}

// SQLite would create it readable by all.
Result<void, std::string> create(const std::string& path) {
    // The directory is synced each time: a pxed that died between creating and syncing left a name that a
    // power cut takes away with all leases behind it.
    const FileDescriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, k_mode)};
    if (!file.is_open()) return fail(with_fix("cannot write", path, errno));
    return sync_directory_of(path);
}

struct Read {
    std::unique_ptr<LeaseDatabase> database;
    LeaseRows rows;
};

Result<Read, SqliteError> open_and_read(const std::string& path, Now now) {
    Read read;
    TRY(read.database, LeaseDatabase::open(path, now));
    TRY(read.rows, read.database->rows(now));
    return read;
}

// Free, and with the second it happened in it: `PATH.bad-20261120T150729Z`.
std::string aside_name(const std::string& path, Now now) {
    const std::time_t time = now.wall.time_since_epoch().count();
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
    std::string name = path + ".bad-" + stamp.data();
    for (int copy = 2; ::access(name.c_str(), F_OK) == 0; ++copy)
        name = path + ".bad-" + stamp.data() + '-' + std::to_string(copy);
    return name;
}

// The log goes with its database, under the name the sqlite3 shell expects, so that both can be looked into.
Result<std::string, std::string> set_aside(const std::string& path, Now now) {
    const std::string aside = aside_name(path, now);
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        if (::rename((path + suffix).c_str(), (aside + suffix).c_str()) != 0 && errno != ENOENT)
            return fail("cannot be renamed to " + aside + suffix + ": " + cause());
    }
    if (const auto synced = sync_directory_of(path); !synced) return fail(synced.error());
    return aside;
}

// What can still be read of a damaged database: forwards to the damage, and backwards to it.
std::vector<dhcp::Lease> salvage(const std::string& path, Now now) {
    std::map<Ipv4, dhcp::Lease> leases;
    auto connection = Sqlite::open(path);
    if (!connection) return {};
    // It is evidence now: nothing is written into it.
    sqlite3_db_config(connection->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    for (const auto* order : {"ORDER BY address", "ORDER BY address DESC"}) {
        LeaseRows rows;
        static_cast<void>(read_leases(*connection, order, WallOffset{now}, rows));
        for (auto& lease : rows.leases)
            leases.try_emplace(lease.address, lease);
    }
    std::vector<dhcp::Lease> result;
    for (auto& [address, lease] : leases)
        result.push_back(std::move(lease));
    return result;
}

Result<std::string, std::string> read_text(const std::string& path) {
    // A FIFO put there by mistake must not stop the start.
    const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file.is_open() && errno == ENOENT) return std::string{};
    if (!file.is_open()) return fail(cause());
    std::string text;
    std::array<char, 65536> block{};
    for (;;) {
        const auto got = ::read(file.get(), block.data(), block.size());
        if (got < 0) return fail(cause());
        if (got == 0) return text;
        text.append(block.data(), static_cast<std::size_t>(got));
    }
}

// The leases of dnsmasq's file, or of our own mirror of a database that is gone.
Result<std::vector<dhcp::Lease>, std::string> import_leases(const std::string& path, Now now,
                                                            std::vector<Note>& notes) {
    if (path.empty()) return std::vector<dhcp::Lease>{};
    const auto text = read_text(path);
    if (!text) {
        return fail("cannot read the leases of dhcp-leasefile " + path + ": " + text.error() +
                    ": let the account " + own_account() +
                    " read it, or their addresses would be given twice");
    }
    auto read = dhcp::parse_lease_text(*text, now);
    if (!read.bad.empty() || read.ipv6_lines > 0) {
        // The mirror will replace the file: what we did not understand stays under another name.
        const std::string kept = path + ".before-pxed";
        if (::link(path.c_str(), kept.c_str()) != 0 && errno != EEXIST) {
            notes.push_back(
                {Level::warning, "cannot keep " + path + " as " + kept + ": " + std::strerror(errno)});
        }
    }
    for (std::size_t i = 0; i < read.bad.size() && i < k_most_bad_lines_said; ++i) {
        notes.push_back({Level::warning, path + ':' + std::to_string(read.bad[i].line) +
                                             ": not a lease: " + read.bad[i].what});
    }
    if (!read.bad.empty() || read.ipv6_lines > 0) {
        notes.push_back({Level::warning, path + ": " + std::to_string(read.bad.size()) + " damaged and " +
                                             std::to_string(read.ipv6_lines) +
                                             " DHCPv6 lines were not imported"});
    }
    if (!read.leases.empty()) {
        notes.push_back(
            {Level::info, "imported " + std::to_string(read.leases.size()) + " leases from " + path});
    }
    return std::move(read.leases);
}

// A commit writes the log, a checkpoint the database.
std::optional<std::filesystem::file_time_type> last_written(const std::string& path) {
    std::optional<std::filesystem::file_time_type> latest;
    for (const auto* part : {"", "-wal"}) {
        std::error_code error;
        const auto time = std::filesystem::last_write_time(path + part, error);
        if (!error && (!latest || time > *latest)) latest = time;
    }
    return latest;
}

// One transaction; of two rows for one address the first counts.
Result<void, std::string> fill(LeaseDatabase& database, std::span<const dhcp::Lease> leases) {
    std::map<Ipv4, dhcp::Change> by_address;
    for (const auto& lease : leases)
        by_address.try_emplace(lease.address, dhcp::Change{lease.address, lease, 0});
    std::vector<std::vector<dhcp::Change>> commits(1);
    for (auto& [address, change] : by_address)
        commits[0].push_back(std::move(change));
    const auto results = database.commit(commits);
    if (const auto* failed = std::get_if<dhcp::Failed>(&results[0])) return fail(failed->why);
    return {};
}

}  // namespace

bool is_written_later(const std::string& other, const std::string& path) {
    const auto others = last_written(other);
    const auto ours = last_written(path);
    return others && (!ours || *others > *ours);
}

Result<LeaseStart, std::string> start_leases(const SqliteLeaseStore::Settings& settings, Now now) {
    const auto& path = settings.path;
    LeaseStart start;
    TRY(start.lock, lock(path));
    if (const auto created = create(path); !created) return fail(created.error());

    // From here on no other pxed writes, so what looks damaged is not half of somebody's transaction.
    std::vector<dhcp::Lease> recovered;
    auto read = open_and_read(path, now);
    // A disk that fails at this moment can look like damage (seen with an ext4 that was shut down); only what
    // is there a second time is set aside.
    if (!read && read.error().is_damage()) read = open_and_read(path, now);
    if (!read && read.error().is_damage()) {
        auto aside = set_aside(path, now);
        if (!aside)
            return fail("the lease database " + path + " is damaged (" + read.error().why + ") and " +
                        aside.error());
        recovered = salvage(*aside, now);
        start.notes.push_back(
            {Level::error, "the lease database " + path + " is damaged (" + read.error().why +
                               "): it is kept as " + *aside + ", a fresh one begins with the " +
                               std::to_string(recovered.size()) + " leases that could be read"});
        if (const auto created = create(path); !created) return fail(created.error());
        read = open_and_read(path, now);
    }
    if (!read) return fail("cannot open the lease database " + path + ": " + read.error().why);
    start.database = std::move(read->database);

    if (read->rows.damaged > 0) {
        start.notes.push_back({Level::error, std::to_string(read->rows.damaged) +
                                                 " rows of the lease database " + path +
                                                 " are damaged and were deleted"});
        if (const auto dropped = start.database->drop_damaged_rows(); !dropped)
            return fail("cannot repair the lease database " + path + ": " + dropped.error().why);
    }
    // A fresh database is a first start, or one after damage: dnsmasq's file or our mirror knows who has
    // which address. Rows that could be read of the damaged one count before those of the text, which may be
    // a second older. Any other empty one is right, and the mirror behind it: kill -9 after the last release.
    const auto has_imported = start.database->has_imported();
    if (!has_imported)
        return fail("cannot read the lease database " + path + ": " + has_imported.error().why);
    const bool had_damage = read->rows.damaged > 0;
    if (read->rows.leases.empty() && (!*has_imported || had_damage)) {
        TRY(const auto imported, import_leases(settings.import_from, now, start.notes));
        recovered.insert(recovered.end(), imported.begin(), imported.end());
        if (!recovered.empty()) {
            if (const auto filled = fill(*start.database, recovered); !filled)
                return fail("cannot write the lease database " + path + ": " + filled.error());
            auto rows = start.database->rows(now);
            if (!rows) return fail("cannot read the lease database " + path + ": " + rows.error().why);
            read->rows = std::move(*rows);
        }
    }
    if (!*has_imported && !settings.import_from.empty()) {
        if (const auto noted = start.database->note_import(); !noted)
            return fail("cannot write the lease database " + path + ": " + noted.error().why);
    }
    start.rows = std::move(read->rows.leases);
    return start;
}

}  // namespace pxed::io
