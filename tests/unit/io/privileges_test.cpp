#include "io/privileges.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <grp.h>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "skip.hpp"

namespace pxed::io {
namespace {

Result<Account, std::string> two_accounts(const std::string& name) {
    if (name == "pxed") return Account{"pxed", 500, 501};
    if (name == "boot") return Account{"boot", 600, 601};
    return fail("user " + name + ": there is no such account");
}
Result<Account, std::string> no_accounts(const std::string& name) {
    return fail("user " + name + ": there is no such account");
}
Result<gid_t, std::string> one_group(const std::string& name) {
    if (name == "tftp") return gid_t{700};
    return fail("group " + name + ": there is no such group");
}

constexpr bool k_root = true;
constexpr bool k_systemd = true;

TEST(Privileges, root_by_hand_becomes_the_named_user_with_the_named_group) {
    const auto plan = plan_privileges({k_root, !k_systemd, "root"}, "boot", "tftp", two_accounts, one_group);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->become, (Account{"boot", 600, 700}));
    EXPECT_TRUE(plan->warnings.empty());
}

TEST(Privileges, root_by_hand_becomes_pxed_when_nobody_is_named) {
    const auto plan = plan_privileges({k_root, !k_systemd, "root"}, "", "", two_accounts, one_group);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->become, (Account{"pxed", 500, 501}));
}

TEST(Privileges, root_stays_root_with_one_warning_when_there_is_no_account_pxed) {
    const auto plan = plan_privileges({k_root, !k_systemd, "root"}, "", "", no_accounts, one_group);
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->become);
    EXPECT_EQ(plan->warnings.size(), 1U);
}

TEST(Privileges, user_root_keeps_root_in_silence) {
    const auto plan = plan_privileges({k_root, !k_systemd, "root"}, "root", "", two_accounts, one_group);
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->become);
    EXPECT_TRUE(plan->warnings.empty());
}

TEST(Privileges, an_unknown_user_or_group_is_an_error) {
    const auto no_user =
        plan_privileges({k_root, !k_systemd, "root"}, "nobody2", "", two_accounts, one_group);
    ASSERT_FALSE(no_user);
    EXPECT_EQ(no_user.error(), "user nobody2: there is no such account");
    const auto no_group = plan_privileges({k_root, !k_systemd, "root"}, "boot", "x", two_accounts, one_group);
    ASSERT_FALSE(no_group);
    EXPECT_EQ(no_group.error(), "group x: there is no such group");
}

TEST(Privileges, under_systemd_nobody_changes_and_another_user_is_one_warning) {
    const auto plan = plan_privileges({!k_root, k_systemd, "pxed"}, "dnsmasq", "", two_accounts, one_group);
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->become);
    ASSERT_EQ(plan->warnings.size(), 1U);
    EXPECT_EQ(plan->warnings[0], "user=dnsmasq has no effect: pxed was started as pxed and stays so");
    const auto root_unit = plan_privileges({k_root, k_systemd, "root"}, "", "", two_accounts, one_group);
    ASSERT_TRUE(root_unit);
    EXPECT_FALSE(root_unit->become);
    EXPECT_TRUE(root_unit->warnings.empty());
}

TEST(Privileges, the_same_user_as_we_are_is_no_warning) {
    const auto plan = plan_privileges({!k_root, !k_systemd, "boot"}, "boot", "", two_accounts, one_group);
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->warnings.empty());
}

TEST(Privileges, a_group_without_a_user_is_the_group_of_pxed) {
    const auto plan = plan_privileges({k_root, !k_systemd, "root"}, "", "tftp", two_accounts, one_group);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->become, (Account{"pxed", 500, 700}));
}

TEST(Privileges, root_that_stays_root_takes_the_group) {
    for (const auto* user : {"root", ""}) {
        const auto plan = plan_privileges({k_root, !k_systemd, "root"}, user, "tftp", no_accounts, one_group);
        ASSERT_TRUE(plan);
        EXPECT_FALSE(plan->become);
        EXPECT_EQ(plan->group, gid_t{700});
    }
    const auto own =
        plan_privileges({k_root, !k_systemd, "root", 700}, "root", "tftp", no_accounts, one_group);
    ASSERT_TRUE(own);
    EXPECT_FALSE(own->group) << "it is ours already";
}

TEST(Privileges, another_group_that_has_no_effect_is_one_warning) {
    const auto plan =
        plan_privileges({!k_root, k_systemd, "pxed", 501}, "pxed", "tftp", two_accounts, one_group);
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->warnings.empty());
    ASSERT_EQ(plan->group_warnings.size(), 1U);
    EXPECT_EQ(plan->group_warnings[0],
              "group=tftp has no effect: pxed was started with group 501 and keeps it");
    const auto same =
        plan_privileges({!k_root, !k_systemd, "pxed", 700}, "", "tftp", two_accounts, one_group);
    ASSERT_TRUE(same);
    EXPECT_TRUE(same->group_warnings.empty());
    const auto unknown = plan_privileges({!k_root, k_systemd, "pxed", 501}, "", "x", two_accounts, one_group);
    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->group_warnings.size(), 1U);
}

class Directory : public testing::Test {
 protected:
    void SetUp() override {
        std::string form = testing::TempDir() + "pxed-privileges-XXXXXX";
        ASSERT_NE(::mkdtemp(form.data()), nullptr);
        path_ = form;
    }
    void TearDown() override {
        ::rmdir((path_ + "/state").c_str());
        ::rmdir(path_.c_str());
    }
    std::string path_;
};

TEST_F(Directory, is_made_for_the_account_when_it_is_missing) {
    if (::geteuid() != 0) return test::skip("needs root");
    ASSERT_TRUE(prepare_directory(path_ + "/state", Account{"daemon", 1, 1}));
    struct stat made {};
    ASSERT_EQ(::stat((path_ + "/state").c_str(), &made), 0);
    EXPECT_EQ(made.st_uid, 1U);
    EXPECT_EQ(made.st_mode & 0777U, 0750U);
}

// What check_writable() says to uid 1 with the one supplementary group; empty: yes.
std::string said_to_daemon(const std::string& directory, gid_t group) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {  // there is no way back to root
        const bool has_changed = ::setgroups(1, &group) == 0 && ::setgid(1) == 0 && ::setuid(1) == 0;
        const auto writable = check_writable(directory);
        const std::string text = !has_changed ? "not changed" : writable ? "" : writable.error();
        ::_exit(::write(ends[1], text.data(), text.size()) < 0 ? 1 : 0);
    }
    ::waitpid(child, nullptr, 0);
    std::array<char, 4096> text{};
    ::close(ends[1]);
    const auto length = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    return std::string{text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

TEST_F(Directory, that_cannot_be_written_is_an_error_with_the_fix) {
    if (::geteuid() != 0) return test::skip("needs root");
    EXPECT_EQ(said_to_daemon(path_, 1), "directory " + path_ +
                                            " is not writable by user daemon: run `chown daemon " + path_ +
                                            "`, or keep the leases elsewhere with lease-database=");
    ASSERT_EQ(::chown(path_.c_str(), 1, 1), 0);
    EXPECT_EQ(said_to_daemon(path_, 1), "");
}

TEST_F(Directory, may_be_writable_by_a_supplementary_group) {
    if (::geteuid() != 0) return test::skip("needs root");
    ASSERT_EQ(::chown(path_.c_str(), 0, 700), 0);
    ASSERT_EQ(::chmod(path_.c_str(), 0770), 0);
    EXPECT_EQ(said_to_daemon(path_, 700), "");
    EXPECT_NE(said_to_daemon(path_, 701), "");
}

TEST_F(Directory, below_a_missing_one_is_not_made) {
    EXPECT_FALSE(prepare_directory(path_ + "/no/state", std::nullopt));
}

TEST(Privileges, changing_keeps_two_capabilities_and_no_more) {
    if (::geteuid() != 0) return test::skip("needs root");
    // In a child, for there is no way back.
    const pid_t child = ::fork();
    if (child == 0) {
        if (!change_to({"daemon", 1, 1})) ::_exit(1);
        clear_ambient_capabilities();
        if (::getuid() != 1 || ::geteuid() != 1 || ::getgid() != 1 || ::setuid(0) == 0) ::_exit(2);
        // 0x2400: bits 10 (CAP_NET_BIND_SERVICE) and 13 (CAP_NET_RAW).
        const int grepped = std::system(
            "grep -q 'CapAmb:.*0000000000000000' /proc/$PPID/status && "
            "grep -q 'CapPrm:.*0000000000002400' /proc/$PPID/status && "
            "grep -q 'CapEff:.*0000000000002400' /proc/$PPID/status && "
            "grep -q 'CapEff:.*0000000000000000' /proc/self/status");
        ::_exit(grepped == 0 ? 0 : 3);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace pxed::io
