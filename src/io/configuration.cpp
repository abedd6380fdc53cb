#include "io/configuration.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "config/check.hpp"
#include "io/config_files.hpp"
#include "io/interfaces.hpp"
#include "io/loop.hpp"
#include "io/world.hpp"

namespace pxed::io {

namespace {

void say(const std::string& line) {
    std::fprintf(stderr, "pxed: %s\n", line.c_str());
}

/// The interfaces of this moment; none where the kernel does not say.
std::vector<Interface> interfaces_now() {
    ev::dynamic_loop unused{k_loop_flags};
    Interfaces interfaces{unused, [] {}};
    return interfaces.open() ? interfaces.all() : std::vector<Interface>{};
}

/// `reader`, counting in `failures` what it could not read.
config::Reader counting(config::Reader reader, std::size_t& failures) {
    const auto counted = [&failures](auto read) {
        return [&failures, read = std::move(read)](const std::string& path) {
            auto result = read(path);
            if (!result) ++failures;
            return result;
        };
    };
    return {counted(std::move(reader.read_file)), counted(std::move(reader.list_directory))};
}

// Asked at each read, so that a reload finds the file that came meanwhile. A file that is there and cannot be
// looked at is an error of its own.
std::string file_to_read(const ConfigurationSource& source) {
    std::error_code failed;
    const auto status = std::filesystem::status(source.file, failed);
    const bool is_missing = status.type() == std::filesystem::file_type::not_found;
    return source.may_be_missing && is_missing ? std::string{} : source.file;
}

}  // namespace

Result<config::Config, ConfigurationFailure> read_configuration(const ConfigurationSource& source) {
    std::size_t unreadable = 0;
    auto loaded = config::load(file_to_read(source), source.arguments, counting(config_reader(), unreadable));
    if (!loaded) {
        ConfigurationFailure failure;
        for (const auto& problem : loaded.error())
            failure.lines.push_back(problem.text());
        if (unreadable == failure.lines.size()) failure.code = ExitCode::file;
        return fail(std::move(failure));
    }
    std::vector<std::string> errors;
    for (auto& finding : config::check(*loaded, gather_world(*loaded, interfaces_now()))) {
        config::Notice notice{finding.origin, std::move(finding.text)};
        switch (finding.severity) {
            case config::Finding::Severity::warning:
                loaded->warnings.push_back(std::move(notice));
                break;
            case config::Finding::Severity::error:
                errors.push_back(text_of(*loaded, notice));
                break;
        }
    }
    // The text is sound: what this machine lacks for it is a directory (dnsmasq ends with 3 as well).
    if (!errors.empty()) return fail(ConfigurationFailure{std::move(errors), ExitCode::file});
    return std::move(*loaded);
}

std::string text_of(const config::Config& config, const config::Notice& notice) {
    return notice.origin.is_known() ? config.text_of(notice.origin) + ": " + notice.text : notice.text;
}

ExitCode test_configuration(const ConfigurationSource& source) {
    const auto config = read_configuration(source);
    if (!config) {
        for (const auto& line : config.error().lines)
            say(line);
        const auto count = config.error().lines.size();
        say("syntax check failed: " + std::to_string(count) + (count == 1 ? " problem." : " problems."));
        return config.error().code;
    }
    std::string files;
    for (std::size_t i = 1; i < config->files.size(); ++i)
        files += (files.empty() ? "" : ", ") + config->files[i];
    say("read " + (files.empty() ? std::string{"no file"} : files) + ": " +
        std::to_string(config->directive_count) + " directives.");
    for (const auto& warning : config->warnings)
        say("warning: " + text_of(*config, warning));
    say("syntax check OK.");
    return ExitCode::ok;
}

}  // namespace pxed::io
