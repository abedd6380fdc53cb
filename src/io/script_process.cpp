#include "io/script_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pxed::io {

namespace {

constexpr int k_not_run = 127;  // a shell's status for a program that cannot be run

struct Pipe {
    FileDescriptor reading, writing;
};

Result<Pipe, std::string> make_pipe() {
    int ends[2];
    // Close-on-exec, so that no other child keeps an end open.
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(std::string{"no pipe: "} + std::strerror(errno));
    Pipe pipe{FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
    ::fcntl(pipe.reading.get(), F_SETFL, O_NONBLOCK);
    return pipe;
}

/// For execve: pointers into `texts`, which must stay.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 2);
    for (const auto& text : texts)
        result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

// Everything below runs in the child of a process with threads: only what is async-signal-safe, no memory.

// The daemon ignores SIGPIPE, and execve passes that on: a script's `head` would never end its `yes`.
void restore_signals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        ::sigaction(number, &standard, nullptr);  // SIGKILL and SIGSTOP refuse, and are as they should be
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Also where root runs pxed: what a client sends is an argument of this program.
void give_up_privileges() {
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    // Without CAP_SETPCAP this fails; then no_new_privs is what keeps the bounding set from mattering.
    for (int capability = 0; ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; ++capability) {
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    ::syscall(SYS_capset, &header, none);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

struct ChildStreams {
    int output;
    int failure;
    ScriptOutput kind;
};

[[noreturn]] void become(const char* path, char* const* arguments, char* const* environment,
                         const ChildStreams& streams) {
    ::setsid();  // so that a hanging script goes with all its children, and no terminal reaches it
    restore_signals();
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(streams.output, STDOUT_FILENO);
    if (streams.kind == ScriptOutput::both) ::dup2(streams.output, STDERR_FILENO);
    // At a number of its own it is the one descriptor that stays until execve closes it.
    constexpr int k_failure = 3;
    if (streams.failure != k_failure) ::dup2(streams.failure, k_failure);
    ::fcntl(k_failure, F_SETFD, FD_CLOEXEC);
    ::syscall(SYS_close_range, k_failure + 1, ~0U, 0);
    if (::chdir("/") != 0) {
    }  // it starts where it is
    give_up_privileges();
    ::execve(path, arguments, environment);
    const int error = errno;
    if (::write(k_failure, &error, sizeof error) < 0) {
    }  // then the status has to do
    ::_exit(k_not_run);
}

std::string name_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

void ScriptProcess::kill() const {
    if (pid <= 0) return;
    // Before the child has come to its setsid() there is no such group, and it is all there is to end.
    if (::kill(-pid, SIGKILL) != 0 && errno == ESRCH) ::kill(pid, SIGKILL);
}

Result<ScriptProcess, std::string> start_script(const ScriptCall& call, ScriptOutput output) {
    TRY(auto printed, make_pipe());
    TRY(auto failure, make_pipe());
    // As dnsmasq names it: by the last part of the path.
    std::vector<std::string> words{name_of(call.path)};
    words.insert(words.end(), call.arguments.begin(), call.arguments.end());
    const auto arguments = pointers_to(words);
    const auto environment = pointers_to(call.environment);

    // Signals wait until the child has no handler of ours, or a SIGTERM to the group would wake our loop
    // twice.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    const int error = errno;
    if (pid == 0) {
        become(call.path.c_str(), arguments.data(), environment.data(),
               {printed.writing.get(), failure.writing.get(), output});
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return fail(std::string{"no process: "} + std::strerror(error));
    return ScriptProcess{pid, std::move(printed.reading), std::move(failure.reading)};
}

std::optional<int> failure_of(const ScriptProcess& process) {
    int error = 0;
    const auto got = ::read(process.failure.get(), &error, sizeof error);
    return got == sizeof error ? std::optional{error} : std::nullopt;
}

std::string trouble_text(int wait_status) {
    if (WIFSIGNALED(wait_status))
        return "script process killed by signal " + std::to_string(WTERMSIG(wait_status));
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0)
        return "script process exited with status " + std::to_string(WEXITSTATUS(wait_status));
    return {};
}

}  // namespace pxed::io
