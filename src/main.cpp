// pxed boots machines from the network: composition, and nothing else.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include <unistd.h>

#include "command_line.hpp"
#include "io/clock.hpp"
#include "io/configuration.hpp"
#include "io/daemon.hpp"
#include "io/log_sinks.hpp"
#include "io/notify.hpp"
#include "io/privileges.hpp"

namespace {

using pxed::io::ExitCode;

int leave(ExitCode code) {
    return static_cast<int>(code);
}

/// Why there is no start. Under systemd with the fields that a running pxed gives its messages.
void say(const pxed::config::Problem& why) {
    const bool is_journal = pxed::io::is_journal_stream(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
    const pxed::io::QueuedLine line{pxed::io::Level::error, pxed::io::read_clocks().wall, why.text(),
                                    pxed::io::fields_of(pxed::DaemonEvent::start_refused, why)};
    if (is_journal && pxed::io::make_journal_sink()->write(line)) return;
    std::fprintf(stderr, "pxed: %s\n", why.text().c_str());
}

int leave(ExitCode code, const std::string& why) {
    say({{}, why});
    pxed::io::tell_failure(why);
    return leave(code);
}

/// As dnsmasq: a file that was named must be there, the default one need not. Whoever names a file wants that
/// one alone; /etc/pxed.d belongs to the default one.
pxed::io::ConfigurationSource source_of(pxed::CommandLine& line) {
    const bool is_default = !line.file.has_value();
    return {.file = line.file.value_or("/etc/pxed.conf"),
            .may_be_missing = is_default,
            .arguments = std::move(line.arguments),
            .directory = is_default ? "/etc/pxed.d" : ""};
}

int serve(const pxed::io::ConfigurationSource& source) {
    pxed::io::FileMemory memory;
    auto config = pxed::io::read_configuration(source, &memory);
    if (!config) {
        const auto& problems = config.error().problems;
        for (const auto& problem : problems)
            say(problem);
        const auto more = problems.size() - 1;
        pxed::io::tell_failure(problems.front().text() +
                               (more > 0 ? "; and " + std::to_string(more) + " more" : ""));
        return leave(config.error().code);
    }
    ev::default_loop loop{pxed::io::k_loop_flags};
    pxed::io::Daemon daemon{loop, source, std::move(*config), std::move(memory)};
    const auto started = daemon.start();
    if (started) daemon.run();
    const auto code = started ? ExitCode::ok : started.error().code;
    const int status = started ? leave(code) : leave(code, started.error().text);
    daemon.leave_hanging_disks(code);
    return status;
}

}  // namespace

int main(int argc, char** argv) try {
    pxed::io::clear_ambient_capabilities();
    auto line = pxed::read_command_line(argc, argv);
    if (!line) return leave(ExitCode::configuration, line.error());
    if (line->prints) {
        std::fputs(line->prints->c_str(), stdout);
        return leave(ExitCode::ok);
    }
    const bool tests = line->tests;
    const auto strictness = line->is_strict ? pxed::io::Strictness::strict : pxed::io::Strictness::lenient;
    const bool dumps = line->dumps;
    const auto source = source_of(*line);
    if (dumps) return leave(pxed::io::dump_configuration(source));
    return tests ? leave(pxed::io::test_configuration(source, strictness)) : serve(source);
} catch (const std::exception& problem) {
    return leave(ExitCode::other, problem.what());
}
