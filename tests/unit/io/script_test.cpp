// The edge of dhcp-script: real programs in a directory of their own.
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "io/lease_script.hpp"
#include "io/script_init.hpp"
#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Script : public testing::Test {
 protected:
    std::string program(const std::string& name, const std::string& body) {
        const std::string path = directory_.file(name);
        std::ofstream{path} << "#!/bin/sh\n" << body;
        EXPECT_EQ(::chmod(path.c_str(), 0755), 0);
        return path;
    }
    [[nodiscard]] std::string output_path() const { return directory_.file("out"); }
    [[nodiscard]] std::vector<std::string> output() const {
        std::ifstream file{output_path()};
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);)
            lines.push_back(line);
        return lines;
    }
    ScriptSurroundings surroundings() {
        return {.say = [this](Level, std::string text) { said_.push_back(std::move(text)); },
                .domain_of = [](Ipv4) { return std::string{"lab.example"}; },
                .interface_of = [](Ipv4) { return std::string{"eth7"}; }};
    }
    /// Runs one program to its end.
    void run(const ScriptCall& call, seconds limit = ScriptRunner::k_time_limit) {
        bool has_ended = false;
        ScriptRunner runner{loop_, [this](Level, std::string text) { said_.push_back(std::move(text)); },
                            [&] { has_ended = true; }, limit};
        ASSERT_TRUE(runner.start(call));
        wait_until([&] { return has_ended; });
    }
    template <typename Condition>
    void wait_until(Condition is_over) {
        struct Deadline {
            bool is_late = false;
            void on_time(ev::timer&, int) { is_late = true; }
        } deadline;
        ev::timer timer{loop_};
        timer.set<Deadline, &Deadline::on_time>(&deadline);
        // The loop is the process's one, and its time that of its last round: in some test a minute ago.
        ev_now_update(static_cast<struct ev_loop*>(loop_));
        timer.start(60.0);
        while (!is_over() && !deadline.is_late)
            loop_.run(ev::ONCE);
        EXPECT_FALSE(deadline.is_late) << "nothing happened for a minute";
    }
    static dhcp::StoredLease stored(std::string_view address, std::string name) {
        dhcp::StoredLease result;
        result.address = Ipv4::parse(address).value();
        auto& row = result.row.emplace();
        row.address = result.address;
        row.hardware = HwAddr::parse("02:00:00:00:00:01").value();
        row.host_name = std::move(name);
        row.expires = k_never;
        return result;
    }

    ev::default_loop loop_{k_loop_flags};
    TemporaryDirectory directory_;
    std::vector<std::string> said_;
};

TEST_F(Script, GetsItsArgumentsAsTheyAreWithoutAShell) {
    const auto path =
        program("with blanks $(touch x)", "printf '%s\\n' \"$0\" \"$@\" > '" + output_path() + "'\n");
    run({path, {"add", "$(reboot)", "a b", "; exit", ""}, {"PATH=/usr/bin:/bin"}});
    EXPECT_THAT(output(), ElementsAre(path, "add", "$(reboot)", "a b", "; exit", ""));
    EXPECT_THAT(said_, ElementsAre());
}

TEST_F(Script, GetsNoEnvironmentDescriptorOrDirectoryOfOurs) {
    ASSERT_EQ(::setenv("PXED_SECRET", "x", 1), 0);
    const int open_file =
        ::open("/dev/null", O_RDONLY);  // without close-on-exec, as a library might leave one
    const auto path = program("seen", "exec 9> '" + output_path() +
                                          "'\n{ cat /proc/self/environ | tr '\\0' '\\n'; pwd; "
                                          "ls /proc/$$/fd; cat; } >&9\n");
    run({path, {}, {"PATH=/usr/bin:/bin", "DNSMASQ_X=1"}});
    ::close(open_file);
    ::unsetenv("PXED_SECRET");
    const auto lines = output();
    EXPECT_THAT(lines, Not(Contains(HasSubstr("SECRET"))));
    EXPECT_THAT(lines, Contains("DNSMASQ_X=1"));
    EXPECT_THAT(lines, Contains("/"));
    // 9 is the script's own; 10 or 255 is where some shells keep the script's file.
    for (int number = 3; number < 9; ++number)
        EXPECT_THAT(lines, Not(Contains(std::to_string(number))));
}

TEST_F(Script, HasNoCapabilityAndNoWayToAnyAndItsSignalsAreFree) {
    ::signal(SIGPIPE, SIG_IGN);
    const auto path = program("status", "exec cat /proc/self/status > '" + output_path() + "'\n");
    run({path, {}, {"PATH=/usr/bin:/bin"}});
    const auto lines = output();
    for (const auto* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
        EXPECT_THAT(lines, Contains(std::string{set} + ":\t0000000000000000"));
    if (::geteuid() == 0) {
        EXPECT_THAT(lines, Contains("CapBnd:\t0000000000000000"));
    }
    EXPECT_THAT(lines, Contains("NoNewPrivs:\t1"));
    EXPECT_THAT(lines, Contains("SigBlk:\t0000000000000000"));
    EXPECT_THAT(lines, Contains("SigIgn:\t0000000000000000"));
}

TEST_F(Script, HasWhatItPrintsLoggedLineByLineAndEscaped) {
    run({program("talks", "echo one; echo two >&2; printf 'a\\033b'\n"), {}, {"PATH=/usr/bin:/bin"}});
    EXPECT_THAT(said_, ElementsAre("one", "two", "a\\x1bb"));
}

TEST_F(Script, HasOnlyItsFirstThousandLinesLogged) {
    run({program("floods", "seq 1 5000\n"), {}, {"PATH=/usr/bin:/bin"}});
    ASSERT_EQ(said_.size(), 1001U);
    EXPECT_EQ(said_[999], "1000");
    EXPECT_EQ(said_.back(), "and 4000 lines more that are not logged");
}

TEST_F(Script, HasALongLineCut) {
    run({program("long", "head -c 1200 /dev/zero | tr '\\0' x\n"), {}, {"PATH=/usr/bin:/bin"}});
    ASSERT_EQ(said_.size(), 3U);
    EXPECT_EQ(said_[0].size(), ScriptLines::k_longest);
    EXPECT_EQ(said_[2].size(), 200U);
}

TEST_F(Script, IsSaidToHaveFailed) {
    run({program("three", "exit 3\n"), {"add", "10.0.0.1"}, {}});
    run({program("nine", "kill -9 $$\n"), {}, {}});
    run({"/nonexistent/x", {}, {}});
    EXPECT_THAT(said_, ElementsAre("script process exited with status 3 (add 10.0.0.1)",
                                   StartsWith("script process killed by signal 9"),
                                   "failed to execute /nonexistent/x: No such file or directory"));
}

TEST_F(Script, IsKilledWithAllItStartedWhenItHangs) {
    run({program("hangs", "sleep 3600 & echo $! > '" + output_path() + "'; wait\n"),
         {},
         {"PATH=/usr/bin:/bin"}},
        seconds{1});
    EXPECT_THAT(said_, ElementsAre(HasSubstr("did not end within 1 s")));
    const auto lines = output();
    ASSERT_EQ(lines.size(), 1U);
    const auto child = static_cast<pid_t>(std::stoi(lines[0]));
    // Whoever inherited it reaps it in a moment.
    for (int i = 0; i < 100 && ::kill(child, 0) == 0; ++i)
        ::usleep(10000);
    std::ifstream status{"/proc/" + lines[0] + "/stat"};
    std::string stat;
    std::getline(status, stat);
    EXPECT_TRUE(stat.empty() || stat.find(" Z ") != std::string::npos) << stat;
}

TEST_F(Script, HearsOneLeaseAfterTheOtherAndAtTheEndWhatStillWaits) {
    LeaseScript script{loop_, surroundings()};
    config::ScriptPolicy policy;
    policy.path = program(
        "slow", "sleep 0.05; echo \"$@\" $DNSMASQ_INTERFACE $DNSMASQ_DOMAIN >> '" + output_path() + "'\n");
    script.use(policy, false, {});
    for (const auto* address : {"10.0.0.1", "10.0.0.2", "10.0.0.3"})
        script.on_stored(stored(address, "n"));
    script.on_stored(stored("10.0.0.3", "m"));
    script.on_sent({"/srv/a", 17, Endpoint{Ipv4{10, 0, 0, 9}, 2000}});
    EXPECT_EQ(script.waiting(), 4U);
    script.finish(loop_, seconds{20});
    EXPECT_THAT(output(),
                ElementsAre("add 02:00:00:00:00:01 10.0.0.1 n eth7 lab.example",
                            "add 02:00:00:00:00:01 10.0.0.2 n eth7 lab.example",
                            "add 02:00:00:00:00:01 10.0.0.3 m eth7 lab.example", "tftp 17 10.0.0.9 /srv/a"));
    EXPECT_THAT(said_, ElementsAre());
}

TEST_F(Script, IsNotWaitedForLongAtTheEnd) {
    LeaseScript script{loop_, surroundings()};
    config::ScriptPolicy policy;
    policy.path = program("hangs", "exec sleep 3600\n");
    script.use(policy, false, {});
    script.on_stored(stored("10.0.0.1", "n"));
    script.on_stored(stored("10.0.0.2", "n"));
    script.finish(loop_, seconds{1});
    EXPECT_THAT(said_, ElementsAre(StartsWith("dhcp-script is not waited for any longer: 2 calls")));
}

TEST_F(Script, OfAReloadHearsOfTheLeasesThatAreThere) {
    LeaseScript script{loop_, surroundings()};
    script.on_stored(stored("10.0.0.1", "n"));  // nobody listens yet
    config::ScriptPolicy policy;
    policy.path = program("lists", "echo \"$@\" $DNSMASQ_DATA_MISSING >> '" + output_path() + "'\n");
    script.use(policy, false, std::array{*stored("10.0.0.1", "n").row});
    wait_until([&] { return script.waiting() == 0; });
    EXPECT_THAT(output(), ElementsAre("old 02:00:00:00:00:01 10.0.0.1 n 1"));
}

TEST_F(Script, HearsOfTheLeasesOfAServerThatCameLater) {
    LeaseScript script{loop_, surroundings()};
    config::ScriptPolicy policy;
    policy.path = program("lists", "echo \"$@\" >> '" + output_path() + "'\n");
    script.use(policy, false, std::nullopt);
    EXPECT_FALSE(script.knows_leases());
    script.use(policy, false, std::array{*stored("10.0.0.1", "n").row});
    EXPECT_TRUE(script.knows_leases());
    wait_until([&] { return script.waiting() == 0; });
    EXPECT_THAT(output(), ElementsAre("old 02:00:00:00:00:01 10.0.0.1 n"));
}

TEST_F(Script, HearsLaterOfWhatNoProcessCouldBeStartedFor) {
    LeaseScript script{loop_, surroundings()};
    config::ScriptPolicy policy;
    policy.path = program("lists", "echo \"$@\" >> '" + output_path() + "'\n");
    script.use(policy, false, {});
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{0, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    script.on_stored(stored("10.0.0.1", "n"));
    script.on_stored(stored("10.0.0.2", "n"));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(script.waiting(), 2U);
    EXPECT_THAT(said_, ElementsAre(HasSubstr("no pipe")));
    wait_until([&] { return script.waiting() == 0; });
    EXPECT_THAT(output(),
                ElementsAre("add 02:00:00:00:00:01 10.0.0.1 n", "add 02:00:00:00:00:01 10.0.0.2 n"));
}

TEST_F(Script, GivesTheLeasesAtStart) {
    const auto path =
        program("init", "echo \"$@\" >&2; echo '0 02:00:00:00:00:01 10.0.0.1 alpha *'; echo rubbish\n");
    const auto init = read_leases_from_script(path, Now{});
    ASSERT_TRUE(init) << init.error().text;
    ASSERT_EQ(init->leases.size(), 1U);
    EXPECT_EQ(init->leases[0].host_name, "alpha");
    EXPECT_THAT(init->warnings, ElementsAre(HasSubstr("line 2")));
}

TEST_F(Script, StopsTheStartWithItsOwnStatusWhenItCannotGiveTheLeases) {
    const auto failed = read_leases_from_script(program("init", "exit 4\n"), Now{});
    ASSERT_FALSE(failed);
    EXPECT_EQ(static_cast<int>(failed.error().code), 14);
    // Ten more would be a status of 4, which is another trouble's.
    const auto high = read_leases_from_script(program("high", "exit 250\n"), Now{});
    ASSERT_FALSE(high);
    EXPECT_EQ(static_cast<int>(high.error().code), 255);
    const auto missing = read_leases_from_script("/nonexistent/x", Now{});
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().text, HasSubstr("No such file or directory"));
}

TEST_F(Script, StopsTheStartWhenItClosesItsOutputAndGoesOn) {
    const auto path = program("init", "exec >&-; exec sleep 3600\n");
    const auto failed = read_leases_from_script(path, Now{}, seconds{1});
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().text, HasSubstr("does not end"));
}

}  // namespace
}  // namespace pxed::io
