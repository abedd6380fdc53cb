#include "io/boot_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <grp.h>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/text.hpp"
#include "io/file_descriptor.hpp"
#include "io/privileges.hpp"
#include "tree/linux_image.hpp"
#include "tree/name.hpp"

namespace pxed::io {

namespace {

// A permission bit for owner, group and others, as <sys/stat.h> has them one after another.
struct Right {
    mode_t owner, group, other;
    std::string_view words;  // `cannot be WORDS by the user pxed`
};
constexpr Right k_search{S_IXUSR, S_IXGRP, S_IXOTH, "searched"};
constexpr Right k_read{S_IRUSR, S_IRGRP, S_IROTH, "read"};

// An access list may allow what the bits do not show: then nothing is claimed.
bool has_access_list(const std::string& path) {
    return ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

bool may(const Reader& reader, const struct stat& status, const Right& right) {
    if (reader.user == 0) return true;
    // As the kernel decides: the first class that fits counts alone (path_resolution(7)).
    if (status.st_uid == reader.user) return (status.st_mode & right.owner) != 0;
    if (std::ranges::find(reader.groups, status.st_gid) != reader.groups.end())
        return (status.st_mode & right.group) != 0;
    return (status.st_mode & right.other) != 0;
}

std::string mode_text(mode_t mode) {
    std::string digits{"0000"};
    for (std::size_t i = 4; i-- > 0; mode >>= 3)
        digits[i] = static_cast<char>('0' + (mode & 7));
    return digits;
}

std::string refusal(const std::string& what, const std::string& path, const struct stat& status,
                    const Reader& reader, const Right& right) {
    return what + ' ' + escaped(path) + " cannot be " + std::string{right.words} + " by the user " +
           reader.name + " (mode " + mode_text(status.st_mode) + ", owner " + std::to_string(status.st_uid) +
           ", group " + std::to_string(status.st_gid) + ')';
}

// A file of another spelling beside a missing one: names are looked up as they are, and people mix cases.
std::string spelling_hint(const std::filesystem::path& missing) {
    std::error_code failed;
    // No range-for: its ++ throws where a disk or a network mount fails in the middle of a directory.
    for (std::filesystem::directory_iterator entry{missing.parent_path(), failed}, end; entry != end;
         entry.increment(failed)) {
        const auto name = entry->path().filename().string();
        if (equal_ignoring_case(name, missing.filename().string())) return "; there is " + escaped(name);
        // dnsmasq's menus put a `.0` behind names without a dot; other files have none.
        if (name + ".0" == missing.filename().string()) return "; there is " + escaped(name) + ", without .0";
    }
    return {};
}

// What keeps `reader` from a file that exists, or from finding that it does not; nothing: it can read it.
std::optional<std::string> obstacle(const std::filesystem::path& path, const Reader& reader) {
    std::filesystem::path so_far;
    for (const auto& part : path) {
        so_far /= part;
        const auto name = so_far.string();
        struct stat status {};
        if (::stat(name.c_str(), &status) != 0) {
            return (errno == ENOENT ? "there is no " + escaped(name) + spelling_hint(so_far)
                                    : escaped(name) + ": " + std::strerror(errno));
        }
        const bool is_last = so_far == path;
        if (!is_last && !S_ISDIR(status.st_mode)) return escaped(name) + " is no directory";
        if (is_last && S_ISDIR(status.st_mode)) return escaped(name) + " is a directory";
        if (is_last && !S_ISREG(status.st_mode)) return escaped(name) + " is no regular file";
        const auto& right = is_last ? k_read : k_search;
        if (!may(reader, status, right) && !has_access_list(name))
            return refusal(is_last ? "file" : "directory", name, status, reader, right);
    }
    return std::nullopt;
}

// The path without its links: every directory on the real way has to be searchable.
std::filesystem::path real_path(const std::filesystem::path& path) {
    const std::unique_ptr<char, decltype(&std::free)> real{::realpath(path.c_str(), nullptr), &std::free};
    return real ? std::filesystem::path{real.get()} : path;
}

bool is_below(const std::filesystem::path& path, const std::string& directory) {
    const auto top = real_path(directory);
    return std::mismatch(top.begin(), top.end(), path.begin(), path.end()).first == top.end();
}

// FileRoot follows no link that leaves the root, except below tree-allow.
bool is_served(const std::filesystem::path& path, const tftp::Root& root, const tftp::Policy& policy) {
    return is_below(path, root.directory) ||
           std::ranges::any_of(policy.allowed_targets,
                               [&](const tftp::Root& target) { return is_below(path, target.directory); });
}

std::vector<std::uint8_t> head_of(const std::filesystem::path& path) {
    std::vector<std::uint8_t> bytes(tree::k_identifying_bytes);
    const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)};
    std::size_t length = 0;
    while (length < bytes.size()) {
        const auto count = ::read(file.get(), bytes.data() + length, bytes.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        length += static_cast<std::size_t>(count);
    }
    bytes.resize(length);
    return bytes;
}

void add_companions(const std::filesystem::path& path, config::World::BootFile& file) {
    if (!file.program.is_shim()) return;
    for (const auto name :
         {tree::second_stage_of_shim(file.program.cpu), tree::key_manager_of_shim(file.program.cpu)}) {
        std::error_code failed;
        if (!name.empty() && !std::filesystem::exists(path.parent_path() / name, failed))
            file.missing_companions.emplace_back(name);
    }
}

// Below one root; `why` says what is wrong where it is not found.
config::World::BootFile look_below(const tftp::Root& root, const std::string& name,
                                   const tftp::Policy& policy, const Reader& reader) {
    config::World::BootFile file{
        .name = name, .is_readable = false, .why = {}, .program = {}, .missing_companions = {}};
    const auto candidates = tree::candidates(
        name, {.root = root.directory, .unique_directory = {}, .lower_cases = policy.lower_cases});
    if (candidates.empty()) {
        file.why = "it leads out of the directory that is served";
        return file;
    }
    for (const auto& candidate : candidates) {
        const auto named = std::filesystem::path{root.directory} / candidate;
        const auto path = real_path(named);
        auto problem = obstacle(path, reader);
        struct stat status {};
        if (!problem && !is_served(path, root, policy)) {
            problem =
                "link " + escaped(named.string()) + " leads to " + escaped(path.string()) +
                ", out of the directory that is served; tree-allow=" + escaped(path.parent_path().string()) +
                " lets it";
        } else if (!problem && policy.is_secure && reader.user != 0 && ::stat(path.c_str(), &status) == 0 &&
                   status.st_uid != reader.user) {
            problem =
                "tftp-secure: file " + escaped(path.string()) + " is not owned by the user " + reader.name;
        }
        if (problem) {
            // The first candidate is the name as it stands.
            if (file.why.empty()) file.why = std::move(*problem);
            continue;
        }
        file.is_readable = true;
        file.why.clear();
        const auto head = head_of(path);
        file.program = tree::identify(head);
        file.may_be_kernel = tree::may_be_kernel(head);
        add_companions(path, file);
        return file;
    }
    return file;
}

}  // namespace

Reader future_reader(const std::string& user, const std::string& group) {
    const auto standing = read_standing();
    Reader reader{standing.running_as, ::geteuid(), {standing.group}};
    const auto plan = plan_privileges(standing, user, group, find_account, find_group);
    if (plan && plan->become) {
        reader = {plan->become->name, plan->become->user, {plan->become->group}};
    } else if (plan && plan->group) {
        reader.groups = {*plan->group};
    }
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    // change_to() takes the account's supplementary groups as well.
    if (::getgrouplist(reader.name.c_str(), reader.groups.front(), groups.data(), &count) > 0)
        reader.groups.assign(groups.begin(), groups.begin() + count);
    return reader;
}

std::string trouble_reading(const std::string& path, const Reader& reader) {
    return obstacle(path, reader).value_or(std::string{});
}

config::World::BootFile look_at_boot_file(const std::string& name, const tftp::Policy& policy,
                                          const Reader& reader) {
    // Of several roots the interface decides; a file that any of them has is somebody's.
    config::World::BootFile file{
        .name = name, .is_readable = true, .why = {}, .program = {}, .missing_companions = {}};
    for (const auto& root : policy.roots) {
        file = look_below(root, name, policy, reader);
        if (file.is_readable) break;
    }
    // A directory for each client may have it instead.
    if (policy.unique_root != tftp::UniqueRoot::none && !file.is_readable)
        file = {.name = name, .is_readable = true, .why = {}, .program = {}, .missing_companions = {}};
    return file;
}

}  // namespace pxed::io
