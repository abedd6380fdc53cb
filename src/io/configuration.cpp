#include "io/configuration.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "config/boot_trees.hpp"
#include "config/check.hpp"
#include "config/dump.hpp"
#include "io/boot_tree_reader.hpp"
#include "io/config_files.hpp"
#include "io/interfaces.hpp"
#include "io/loop.hpp"
#include "io/out_of_reach.hpp"
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

// Asked at each read, so that a reload finds the file that came meanwhile. A file that is there and cannot be
// looked at is an error of its own.
bool is_missing(const std::string& path) {
    std::error_code failed;
    return std::filesystem::status(path, failed).type() == std::filesystem::file_type::not_found;
}

std::string file_to_read(const ConfigurationSource& source) {
    return source.may_be_missing && is_missing(source.file) ? std::string{} : source.file;
}

std::string directory_to_read(const ConfigurationSource& source) {
    return is_missing(source.directory) ? std::string{} : source.directory;
}

// `/etc/pxed.conf:12`; nothing where no line is to blame.
std::string place_of(const config::Config& config, const config::Finding& finding) {
    return finding.origin.is_known() ? config.text_of(finding.origin) : std::string{};
}

ExitCode code_of(const std::vector<config::Problem>& problems) {
    const bool is_text_sound = std::ranges::all_of(problems, &config::Problem::is_unreadable_file);
    return is_text_sound ? ExitCode::file : ExitCode::configuration;
}

void add_findings(config::Config& config, Depth depth) {
    for (auto& finding : config::check(config, gather_world(config, interfaces_now(), depth)))
        config.findings.push_back(std::move(finding));
}

// As compilers print it, so that an editor's "next error" finds the line.
void print(const config::Config& config, const config::Finding& finding) {
    const auto place = place_of(config, finding);
    std::fprintf(stderr, "%s: %s: %s\n", place.empty() ? "pxed" : place.c_str(),
                 std::string{word_of(finding.severity)}.c_str(), finding.text.c_str());
    if (!finding.suggestion.empty()) std::fprintf(stderr, "    write: %s\n", finding.suggestion.c_str());
}

std::string counted(std::size_t count, const std::string& what) {
    return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

ExitCode say_failure(std::size_t problems, ExitCode code) {
    say("syntax check failed: " + counted(problems, "problem") + '.');
    return code;
}

ExitCode say_failure(const std::vector<config::Problem>& problems) {
    for (const auto& problem : problems)
        std::fprintf(stderr, "%s: error: %s\n", problem.where.empty() ? "pxed" : problem.where.c_str(),
                     problem.what.c_str());
    return say_failure(problems.size(), code_of(problems));
}

void say_what_was_read(const config::Config& config) {
    std::string files;
    // A dhcp-hostsdir may have a file a machine.
    constexpr std::size_t k_most_named = 20;
    for (std::size_t i = 1; i < config.files.size() && i <= k_most_named; ++i)
        files += (files.empty() ? "" : ", ") + config.files[i];
    if (config.files.size() > k_most_named + 1)
        files += " and " + counted(config.files.size() - k_most_named - 1, "file") + " more";
    say("read " + (files.empty() ? std::string{"no file"} : files) + ": " +
        std::to_string(config.directive_count) + " directives.");
}

// All of it, so that a line can be suggested for what is there; but only what the file leaves to pxed is what
// machines get.
void look_at_boot_tree(config::Config& config) {
    auto wish = wish_of(config);
    wish.looks_for_programs = true;
    config::use_boot_trees(config, read_boot_trees(wish));
    if (!config::looks_for_programs(config)) return;
    const auto lines = config::found_lines(config);
    if (lines.empty()) say("no line names a boot file, and none was found in the tree that is served.");
    for (const auto& line : lines)
        say("found for " + line);
}

/// Loads by `reader` what `now` names, and holds it against this machine.
Result<config::Config, ConfigurationFailure> load(const FileMemory& now, const ConfigurationSource& source,
                                                  const config::Reader& reader) {
    auto config = config::load(now.main_file, source.arguments, reader, now.main_directory);
    if (!config) {
        const auto code = code_of(config.error());
        return fail(ConfigurationFailure{std::move(config.error()), code});
    }
    give_up_what_is_out_of_reach(*config);
    add_findings(*config, Depth::names);
    std::vector<config::Problem> errors;
    for (const auto& finding : config->findings) {
        if (finding.severity == config::Finding::Severity::error)
            errors.push_back({place_of(*config, finding), finding.text});
    }
    // The text is sound: what this machine lacks for it is a directory (dnsmasq ends with 3 as well).
    if (!errors.empty()) return fail(ConfigurationFailure{std::move(errors), ExitCode::file});
    return std::move(*config);
}

}  // namespace

Result<config::Config, ConfigurationFailure> read_configuration(const ConfigurationSource& source,
                                                                FileMemory* memory) {
    const auto files = config_reader();
    const FileMemory nothing;
    FileMemory now{.main_file = file_to_read(source),
                   .main_directory = directory_to_read(source),
                   .files = {},
                   .directories = {}};
    TRY(auto config,
        load(now, source, remembering_reader(files, memory != nullptr ? *memory : nothing, now)));
    if (memory != nullptr) *memory = std::move(now);
    return config;
}

Result<std::optional<config::Config>, ConfigurationFailure> read_changes(const ConfigurationSource& source,
                                                                         FileMemory& memory,
                                                                         const FileChanges& changes) {
    const auto files = config_reader();
    const FileMemory changed = read_again(memory, changes, files);
    if (says_the_same(changed, memory)) return std::optional<config::Config>{};
    FileMemory now{.main_file = memory.main_file,
                   .main_directory = memory.main_directory,
                   .files = {},
                   .directories = {}};
    const auto known = reader_of(changed, files);
    TRY(auto config, load(now, source, remembering_reader(known, memory, now)));
    memory = std::move(now);
    return std::optional{std::move(config)};
}

std::vector<config::Problem> warnings_of(const config::Config& config) {
    std::vector<config::Problem> warnings;
    for (const auto& finding : config.findings) {
        if (finding.severity == config::Finding::Severity::note) continue;
        const auto advice = finding.suggestion.empty() ? std::string{} : "; write: " + finding.suggestion;
        warnings.push_back({place_of(config, finding), finding.text + advice});
    }
    return warnings;
}

std::vector<Field> fields_of(DaemonEvent event, const config::Problem& problem) {
    auto fields = fields_of(event);
    // A file's name may have a colon, `command line` has none.
    const auto colon = problem.where.rfind(':');
    if (colon == std::string::npos) return fields;
    fields.push_back({"PXED_CONF_FILE", problem.where.substr(0, colon)});
    fields.push_back({"PXED_CONF_LINE", problem.where.substr(colon + 1)});
    return fields;
}

ExitCode dump_configuration(const ConfigurationSource& source) {
    const auto written = config::load_written(file_to_read(source), source.arguments, config_reader(),
                                              directory_to_read(source));
    if (!written) return say_failure(written.error());
    std::fputs(config::dump(*written).c_str(), stdout);
    return ExitCode::ok;
}

ExitCode test_configuration(const ConfigurationSource& source, Strictness strictness) {
    auto config =
        config::load(file_to_read(source), source.arguments, config_reader(), directory_to_read(source));
    if (!config) return say_failure(config.error());
    say_what_was_read(*config);
    look_at_boot_tree(*config);
    give_up_what_is_out_of_reach(*config);
    add_findings(*config, Depth::files);
    // By place: the reader goes through the file once.
    std::ranges::stable_sort(config->findings, {}, &config::Finding::origin);
    using Severity = config::Finding::Severity;
    std::size_t notes = 0;
    std::size_t warnings = 0;
    std::size_t errors = 0;
    for (const auto& finding : config->findings) {
        print(*config, finding);
        ++(finding.severity == Severity::note      ? notes
           : finding.severity == Severity::warning ? warnings
                                                   : errors);
    }
    // dnsmasq's --test looks at no directory, so its status 3 for one that is missing has no place here.
    if (errors > 0) return say_failure(errors, ExitCode::configuration);
    if (warnings > 0 && strictness == Strictness::strict) {
        say("syntax check OK, but --test=strict lets no warning pass: " + counted(warnings, "warning") + '.');
        return ExitCode::configuration;
    }
    if (warnings + notes > 0) say(counted(warnings, "warning") + ", " + counted(notes, "note") + '.');
    say("syntax check OK.");
    return ExitCode::ok;
}

}  // namespace pxed::io
