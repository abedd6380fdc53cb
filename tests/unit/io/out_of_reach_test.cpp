#include "io/out_of_reach.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

/// This process, taken for one that systemd started.
class UnderSystemd : public testing::Test {
 protected:
    void SetUp() override { ::setenv("SYSTEMD_EXEC_PID", std::to_string(::getpid()).c_str(), 1); }
    void TearDown() override { ::unsetenv("SYSTEMD_EXEC_PID"); }
};

config::Config copied() {
    config::Config config;
    config.daemon.pid_file = "/no/such/directory/dnsmasq.pid";
    config.daemon.pid_file_origin = {1, 3};
    config.daemon.lease_file = "/no/such/place/dnsmasq.leases";
    config.daemon.lease_file_origin = {1, 4};
    config.daemon.log = {config::LogTarget::Kind::file, "/no/such/log/dnsmasq.log", 0};
    config.daemon.log_origin = {1, 5};
    return config;
}

TEST_F(UnderSystemd, FilesThatCannotBeWrittenAreGivenUpWithAFindingEach) {
    auto config = copied();
    give_up_what_is_out_of_reach(config);
    EXPECT_THAT(config.daemon.pid_file, IsEmpty());
    EXPECT_FALSE(config.daemon.mirrors_leases);
    EXPECT_EQ(config.daemon.lease_file, "/no/such/place/dnsmasq.leases") << "it is still imported";
    EXPECT_EQ(config.daemon.log.kind, config::LogTarget::Kind::automatic);
    ASSERT_EQ(config.findings.size(), 3U);
    EXPECT_EQ(config.findings[0].origin.line, 3U);
    EXPECT_THAT(config.findings[0].text, HasSubstr("pid-file /no/such/directory/dnsmasq.pid: No such file"));
    EXPECT_THAT(config.findings[1].text,
                AllOf(HasSubstr("dhcp-leasefile"), HasSubstr("install -d -o root /no/such/place")));
    EXPECT_THAT(config.findings[2].text, AllOf(HasSubstr("log-facility"), HasSubstr("to the journal")));
}

TEST_F(UnderSystemd, FilesThatCanBeWrittenStay) {
    const TemporaryDirectory directory;
    auto config = copied();
    config.daemon.pid_file = directory.path() + "/pid";
    config.daemon.lease_file = directory.path() + "/leases";
    config.daemon.log.path = directory.path() + "/log";
    give_up_what_is_out_of_reach(config);
    EXPECT_THAT(config.findings, IsEmpty());
    EXPECT_TRUE(config.daemon.mirrors_leases);
    EXPECT_EQ(config.daemon.log.kind, config::LogTarget::Kind::file);
}

TEST(OutOfReach, WhatSystemdMakesForAServiceIsTheRemedyWhereThereIsSuchAPlace) {
    EXPECT_THAT(trouble_with_writing("/var/run/no-such-dnsmasq/pid"),
                HasSubstr("with RuntimeDirectory=no-such-dnsmasq below [Service]"));
    EXPECT_THAT(trouble_with_writing("/var/log/no-such-dnsmasq/log"),
                AllOf(HasSubstr("LogsDirectory=pxed"), HasSubstr("name a file in /var/log/pxed")));
}

TEST(OutOfReach, StartedByHandAPathIsAMistakeToPutRight) {
    auto config = copied();
    give_up_what_is_out_of_reach(config);
    EXPECT_THAT(config.findings, IsEmpty());
    EXPECT_TRUE(config.daemon.mirrors_leases);
}

TEST(OutOfReach, ADirectoryThatIsNoneHasItsRemedy) {
    EXPECT_THAT(trouble_with_directory("/"), IsEmpty());
    EXPECT_EQ(trouble_with_directory("/etc/passwd"), "Not a directory");
    EXPECT_THAT(trouble_with_directory("/no/such/tree"), HasSubstr("install -d -m 0755 /no/such/tree"));
}

}  // namespace
}  // namespace pxed::io
