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
    bool is_under_systemd = false;  ///< the unit's User= decides, not we
    std::string running_as;         ///< the name of the account we run as
};
[[nodiscard]] Standing read_standing();

/// Who to become (none: stay), and what to say about it.
struct PrivilegePlan {
    std::optional<Account> become;
    std::vector<std::string> warnings;
};

/// `user` and `group` as configured, empty when not named; `accounts` finds an account (find_account, or a
/// test's). Only root started by hand ever changes: to `user`, else to the account `pxed` if there is one,
/// else stays root with a warning. Errors: `user` or `group` is unknown where it is needed.
template <typename FindAccount, typename FindGroup>
[[nodiscard]] Result<PrivilegePlan, std::string> plan_privileges(const Standing& standing,
                                                                 const std::string& user,
                                                                 const std::string& group,
                                                                 FindAccount&& accounts, FindGroup&& groups);

/// Becomes `account` for good, keeping only CAP_NET_BIND_SERVICE (sockets re-made by a reload) and
/// CAP_NET_RAW. Must be called before any thread is started: capabilities are a thread's own. Errors: a
/// sentence; the process must then not go on.
[[nodiscard]] Result<void, std::string> change_to(const Account& account);

/// Empties the ambient set, so that children inherit no capability. Never fails where it matters: without
/// ambient capabilities in the kernel there are none.
void clear_ambient_capabilities();

/// Makes sure that files can be written in `directory` by `account` (none: by us). Creates it, with its
/// owner, when it is missing below an existing directory and we are root. Errors: a sentence with the fix.
[[nodiscard]] Result<void, std::string> prepare_directory(const std::string& directory,
                                                          const std::optional<Account>& account);

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
        return plan;
    }
    if (user == "root") return plan;
    auto account = accounts(user.empty() ? std::string{"pxed"} : user);
    if (!account && user.empty()) {
        plan.warnings.emplace_back(
            "running as root: there is no account named pxed; create it, name another by user=, or say "
            "user=root to silence this");
        return plan;
    }
    if (!account) return fail(std::move(account).error());
    plan.become = std::move(*account);
    if (!group.empty()) {
        auto number = groups(group);
        if (!number) return fail(std::move(number).error());
        plan.become->group = *number;
    }
    return plan;
}

}  // namespace pxed::io
