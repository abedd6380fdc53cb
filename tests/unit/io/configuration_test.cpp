#include "io/configuration.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace pxed::io {
namespace {

using testing::ElementsAre;

class Configuration : public testing::Test {
 protected:
    void SetUp() override {
        std::string form = testing::TempDir() + "pxed-configuration-XXXXXX";
        ASSERT_NE(::mkdtemp(form.data()), nullptr);
        directory_ = form;
    }
    void TearDown() override {
        ::unlink(file().c_str());
        ::rmdir(directory_.c_str());
    }
    [[nodiscard]] std::string file() const { return directory_ + "/pxed.conf"; }
    [[nodiscard]] ConfigurationSource with(const std::string& text) const {
        std::ofstream{file()} << text;
        return {file(), {}};
    }
    std::string directory_;
};

TEST_F(Configuration, is_read_and_held_against_this_machine) {
    const auto config = read_configuration(with("interface=no-such-link\ndhcp-range=10.0.0.5,10.0.0.9,1h\n"));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->dhcp.ranges.size(), 1U);
    bool is_warned = false;
    for (const auto& warning : warnings_of(*config))
        is_warned = is_warned || warning.what.find("no-such-link") != std::string::npos;
    EXPECT_TRUE(is_warned);
}

TEST_F(Configuration, all_problems_are_told_with_file_and_line) {
    const auto config = read_configuration(with("bogus\nport=0\ndhcp-range=1\n"));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ExitCode::configuration);
    EXPECT_THAT(config.error().problems, ElementsAre(testing::Field(&config::Problem::where, file() + ":1"),
                                                     testing::Field(&config::Problem::where, file() + ":3")));
}

TEST_F(Configuration, a_missing_root_is_an_error_of_the_line_that_names_it) {
    const auto config = read_configuration(with("enable-tftp\ntftp-root=" + directory_ + "/none\n"));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ExitCode::file);
    EXPECT_THAT(config.error().problems, ElementsAre(testing::Field(&config::Problem::where, file() + ":2")));
}

TEST_F(Configuration, a_message_of_a_problem_names_the_line_in_fields) {
    const auto value_of = [](const std::vector<io::Field>& fields, std::string_view name) -> std::string {
        for (const auto& field : fields)
            if (field.name == name) return field.value;
        return "none";
    };
    const auto of_line = fields_of(DaemonEvent::reload_refused, {"/etc/a:b.conf:12", "what"});
    EXPECT_EQ(value_of(of_line, "PXED_EVENT"), "reload_refused");
    EXPECT_EQ(value_of(of_line, "PXED_CONF_FILE"), "/etc/a:b.conf");
    EXPECT_EQ(value_of(of_line, "PXED_CONF_LINE"), "12");
    const auto of_argument = fields_of(DaemonEvent::reload_refused, {"command line", "what"});
    EXPECT_EQ(value_of(of_argument, "PXED_CONF_FILE"), "none");
}

TEST_F(Configuration, files_that_cannot_be_read_have_an_exit_status_of_their_own) {
    const auto missing = read_configuration({directory_ + "/none.conf", {}});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ExitCode::file);
    const auto included = read_configuration(with("conf-file=" + directory_ + "/none.conf\n"));
    ASSERT_FALSE(included);
    EXPECT_EQ(included.error().code, ExitCode::file);
    const auto both = read_configuration(with("bogus\nconf-file=" + directory_ + "/none.conf\n"));
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().code, ExitCode::configuration);
}

TEST_F(Configuration, drop_ins_are_read_after_the_file_if_there_are_any) {
    auto source = with("dhcp-boot=a\n");
    source.directory = directory_ + "/pxed.d";
    EXPECT_TRUE(read_configuration(source)) << "a directory that is missing is no error";
    EXPECT_EQ(test_configuration(source), ExitCode::ok);
    std::filesystem::create_directory(source.directory);
    std::ofstream{source.directory + "/10.conf"} << "dhcp-boot=b\n";
    FileMemory memory;
    const auto config = read_configuration(source, &memory);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->dhcp.boots.size(), 2U);
    EXPECT_EQ(memory.main_directory, source.directory);
    std::ofstream{source.directory + "/20.conf"} << "bogus\n";
    EXPECT_EQ(test_configuration(source), ExitCode::configuration);
    EXPECT_EQ(dump_configuration(source), ExitCode::configuration);
    std::filesystem::remove_all(source.directory);
}

TEST_F(Configuration, a_test_run_answers_by_its_exit_status) {
    EXPECT_EQ(test_configuration(with("port=0\n")), ExitCode::ok);
    EXPECT_EQ(test_configuration(with("bogus\n")), ExitCode::configuration);
    EXPECT_EQ(test_configuration({directory_ + "/none.conf", {}}), ExitCode::file);
    EXPECT_EQ(test_configuration(with("enable-tftp\ntftp-root=" + directory_ + "/none\n")),
              ExitCode::configuration);
}

TEST_F(Configuration, a_strict_test_run_lets_no_warning_pass) {
    const std::string served = "enable-tftp\ntftp-root=" + directory_ + "\n";
    EXPECT_EQ(test_configuration(with(served), Strictness::strict), ExitCode::ok);
    EXPECT_EQ(test_configuration(with(served + "cache-size=9\n"), Strictness::strict),
              ExitCode::configuration);
    EXPECT_EQ(test_configuration(with(served + "cache-size=9\n")), ExitCode::ok);
}

}  // namespace
}  // namespace pxed::io
