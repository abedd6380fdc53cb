#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"

namespace pxed::io {

struct Account {
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
    friend bool operator==(const Account&, const Account&) = default;
};

/// The account of that name. Errors: a sentence.
[[nodiscard]] Result<Account, std::string> find_account(const std::string& name);
[[nodiscard]] Result<gid_t, std::string> find_group(const std::string& name);

/// What decides whether we change who we are.
struct Standing {
    bool is_root = false;
    bool is_under_systemd = false;  ///< the unit's User= and Group= decide, not we
    std::string running_as;         ///< the name of the account we run as
    gid_t group = 0;                ///< the one we run with
};
[[nodiscard]] Standing read_standing();

/// Who to become (none: stay), and what to say about it.
struct PrivilegePlan {
    std::optional<Account> become;
    std::optional<gid_t> group;  ///< for root that stays root: the group to take
    std::vector<std::string> warnings;
    std::vector<std::string> group_warnings;  ///< those that are about group=
};

/// `user` and `group` as configured, empty when not named; `accounts` finds an account (find_account, or a
/// test's). Only root started by hand ever changes: to `user`, else to the account `pxed` if there is one,
/// else stays root with a warning; `group` counts for whichever it is. Errors: `user` or `group` is unknown
/// where it is needed.
template <typename FindAccount, typename FindGroup>
[[nodiscard]] Result<PrivilegePlan, std::string> plan_privileges(const Standing& standing,
                                                                 const std::string& user,
                                                                 const std::string& group,
                                                                 FindAccount&& accounts, FindGroup&& groups);

/// Becomes `account` for good, keeping only CAP_NET_BIND_SERVICE (sockets re-made by a reload) and
/// CAP_NET_RAW. Must be called before any thread is started: capabilities are a thread's own. Errors: a
/// sentence; the process must then not go on.
[[nodiscard]] Result<void, std::string> change_to(const Account& account);

/// Takes the group and stays who we are. Before any thread is started. Errors: a sentence.
[[nodiscard]] Result<void, std::string> change_group(gid_t group);

/// Empties the ambient set, so that children inherit no capability. Never fails where it matters: without
/// ambient capabilities in the kernel there are none.
void clear_ambient_capabilities();

/// Creates `directory`, for `account` (none: for us), when it is missing below an existing one. Before the
/// change: only root may. Errors: a sentence.
[[nodiscard]] Result<void, std::string> prepare_directory(const std::string& directory,
                                                          const std::optional<Account>& account);

/// Whether we, as who we are now, can write files in `directory`. After the change: only the kernel knows
/// what supplementary groups and access lists come to. Errors: a sentence with the fix.
[[nodiscard]] Result<void, std::string> check_writable(const std::string& directory);

/// Makes a file that `account` will write (the log), so that it exists and is the account's where only root
/// may create files. A file that exists is left as it is. Errors: a sentence.
[[nodiscard]] Result<void, std::string> prepare_file(const std::string& path, const Account& account);

template <typename FindAccount, typename FindGroup>
Result<PrivilegePlan, std::string> plan_privileges(const Standing& standing, const std::string& user,
                                                   const std::string& group, FindAccount&& accounts,
                                                   FindGroup&& groups) {
    PrivilegePlan plan;
    if (!standing.is_root || standing.is_under_systemd) {
        if (!user.empty() && user != standing.running_as) {
            plan.warnings.push_back("user=" + user + " has no effect: pxed was started as " +
                                    standing.running_as + " and stays so");
        }
        const auto named = group.empty() ? Result<gid_t, std::string>{standing.group} : groups(group);
        if (!named || *named != standing.group) {
            plan.group_warnings.push_back("group=" + group + " has no effect: pxed was started with group " +
                                          std::to_string(standing.group) + " and keeps it");
        }
        return plan;
    }
    std::optional<gid_t> number;
    if (!group.empty()) {
        auto found = groups(group);
        if (!found) return fail(std::move(found).error());
        number = *found;
    }
    if (user != "root") {
        auto account = accounts(user.empty() ? std::string{"pxed"} : user);
        if (!account && !user.empty()) return fail(std::move(account).error());
        if (account) {
            plan.become = std::move(*account);
            plan.become->group = number.value_or(plan.become->group);
            return plan;
        }
        plan.warnings.emplace_back(
            "running as root: there is no account named pxed; create it, name another by user=, or say "
            "user=root to silence this");
    }
    if (number != standing.group) plan.group = number;
    return plan;
}

}  // namespace pxed::io
