#include "daemon.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sched.h>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.hpp"

namespace pxed::oracle {
namespace {

// Both say so once their sockets are bound; what arrives from then on waits in a socket.
constexpr std::string_view k_started = "started, version";
constexpr milliseconds k_look_again{5};

}  // namespace

Result<Program, std::string> Program::open(std::string name, std::string path, std::string environment) {
    Program program{std::move(name), std::move(path), {}, std::move(environment)};
    program.file = io::FileDescriptor{::open(program.path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!program.file.is_open()) return fail("cannot run " + program.path + ": " + std::strerror(errno));
    return program;
}

Daemon::Daemon(const Program& program, int network, std::string directory, bool probes)
    : program_(program), network_(network), directory_(std::move(directory)), probes_(probes) {}

std::vector<std::string> Daemon::arguments() const {
    std::vector<std::string> words{
        program_.path, "--keep-in-foreground", "--conf-file=pxed.conf",           "--user=root",
        "--pid-file=", "--log-facility=-",     "--dhcp-leasefile=" + lease_file()};
    if (!probes_) words.emplace_back("--no-ping");
    // A line of the file beats the command line, so a case may still ask for dnsmasq's DNS.
    if (program_.is_dnsmasq()) words.emplace_back("--port=0");
    return words;
}

void Daemon::become() const {
    if (::setns(network_, CLONE_NEWNET) != 0) ::_exit(126);
    const int log = ::open((directory_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int none = ::open("/dev/null", O_RDONLY);
    ::dup2(none, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    auto words = arguments();
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    std::string own = program_.environment;
    std::vector<char*> environment{path.data()};
    if (!own.empty()) environment.push_back(own.data());
    environment.push_back(nullptr);
    ::fexecve(program_.file.get(), argv.data(), environment.data());
    ::_exit(127);
}

Daemon::Start Daemon::start(milliseconds longest) {
    // A restart reads on in the same log.
    const std::size_t said_before = log().size();
    pid_ = ::fork();
    if (pid_ == 0) become();
    for (milliseconds waited{0}; waited < longest; waited += k_look_again) {
        if (log().find(k_started, said_before) != std::string::npos) return Start::ready;
        if (!is_running()) return Start::refused;
        std::this_thread::sleep_for(k_look_again);
    }
    return Start::hangs;
}

bool Daemon::is_running() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

void Daemon::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

void Daemon::kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::string Daemon::log() const {
    const auto text = read_file(directory_ + "/log");
    return text ? *text : std::string{};
}

}  // namespace pxed::oracle
