#include "io/script_init.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"
#include "dhcp/lease_text.hpp"
#include "io/clock.hpp"
#include "io/script_call.hpp"

namespace pxed::io {

namespace {

// A million leases of the longest kind.
constexpr std::size_t k_most_text = std::size_t{640} << 20;
constexpr int k_script_failed = 10;  // dnsmasq adds the script's own status
constexpr int k_most_status = 255;   // a higher one would come out modulo 256, and perhaps as success
constexpr int k_wait_pace = 10;      // milliseconds

auto failure(ExitCode code, std::string text) {
    return fail(StartFailure{code, std::move(text)});
}

// Until the program closes its end; nothing: it took too long or said too much.
std::optional<std::string> read_all(const FileDescriptor& output, Instant deadline) {
    std::string text;
    std::array<char, 65536> block{};
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - read_instant()).count();
        if (left <= 0 || text.size() > k_most_text) return std::nullopt;
        pollfd wait{output.get(), POLLIN, 0};
        if (::poll(&wait, 1, static_cast<int>(left)) <= 0) continue;
        const auto got = ::read(output.get(), block.data(), block.size());
        if (got == 0) return text;
        if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
    }
}

int wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

// The end of its output is not the end of the program: it may close the one and go on. Nothing: it did.
std::optional<int> wait_until(pid_t pid, Instant deadline) {
    int status = 0;
    for (;;) {
        const auto ended = ::waitpid(pid, &status, WNOHANG);
        if (ended > 0 || (ended < 0 && errno != EINTR)) return status;
        if (read_instant() >= deadline) return std::nullopt;
        ::poll(nullptr, 0, k_wait_pace);
    }
}

}  // namespace

Result<ScriptInit, StartFailure> read_leases_from_script(const std::string& path, Now now, seconds longest) {
    const auto name = "dhcp-script " + escaped(path) + " init";
    auto process = start_script(init_call(path), ScriptOutput::standard_only);
    if (!process) return failure(ExitCode::other, name + ": " + process.error());
    const auto deadline = read_instant() + longest;
    const auto text = read_all(process->output, deadline);
    const auto status = text ? wait_until(process->pid, deadline) : std::nullopt;
    if (!status) {
        process->kill();
        wait_for(process->pid);
        return failure(ExitCode::other,
                       name + ": it does not end; leasefile-ro needs the leases before anybody is answered");
    }
    if (const auto error = failure_of(*process))
        return failure(ExitCode::other, name + ": cannot be run: " + std::strerror(*error));
    if (const auto trouble = trouble_text(*status); !trouble.empty()) {
        const int own = WIFEXITED(*status) ? WEXITSTATUS(*status) : 0;
        return failure(static_cast<ExitCode>(std::min(k_script_failed + own, k_most_status)),
                       name + ": " + trouble);
    }
    auto read = dhcp::parse_lease_text(*text, now);
    ScriptInit init{std::move(read.leases), {}};
    for (const auto& bad : read.bad)
        init.warnings.push_back(name + ", line " + std::to_string(bad.line) + ": " + bad.what);
    return init;
}

}  // namespace pxed::io
