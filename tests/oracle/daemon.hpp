#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/file_descriptor.hpp"

namespace pxed::oracle {

/// A program that is judged, opened before its path may be covered by a mount.
struct Program {
    std::string name;  ///< `dnsmasq` or `pxed`: how it takes its settings
    std::string path;
    io::FileDescriptor file;
    std::string environment;  ///< one NAME=VALUE of its own, may be empty

    /// Errors: a sentence.
    [[nodiscard]] static Result<Program, std::string> open(std::string name, std::string path,
                                                           std::string environment = {});
    [[nodiscard]] bool is_dnsmasq() const { return name == "dnsmasq"; }
};

/// A running daemon on `/srv/oracle/pxed.conf`, with what both sides get alike: root, no probes, its leases
/// and its log in a directory of its own.
class Daemon {
 public:
    enum class Start : std::uint8_t { ready, refused, hangs };

    /// `directory` exists and is its own.
    Daemon(const Program& program, int network, std::string directory, bool probes);
    ~Daemon() { kill(); }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Starts it and waits until it says that it has, or has ended.
    [[nodiscard]] Start start(milliseconds longest);
    void kill();
    void signal(int number) const;
    [[nodiscard]] bool is_running();
    [[nodiscard]] std::string log() const;
    [[nodiscard]] std::string lease_file() const { return directory_ + "/leases"; }

 private:
    [[nodiscard]] std::vector<std::string> arguments() const;
    [[noreturn]] void become() const;

    const Program& program_;
    int network_;
    std::string directory_;
    bool probes_;
    pid_t pid_ = -1;
};

}  // namespace pxed::oracle
