#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"
#include "io/file_descriptor.hpp"

namespace pxed::io {

/// One run of a program.
struct ScriptCall {
    std::string path;                      ///< run as it is, blanks and all; no shell, no search
    std::vector<std::string> arguments;    ///< after its own name
    std::vector<std::string> environment;  ///< `NAME=value`; nothing else is passed on
};

/// A program that runs, in a session of its own.
struct ScriptProcess {
    pid_t pid = 0;
    FileDescriptor output;   ///< what it prints; non-blocking
    FileDescriptor failure;  ///< see failure_of()

    /// Ends it and all it has started, at once.
    void kill() const;
};

/// Which of its streams a program is listened to by; the other goes where ours goes.
enum class ScriptOutput { both, standard_only };

/// Starts the program without anything of ours but its arguments: no descriptor, no capability in any set, no
/// blocked or ignored signal, no way to gain rights (no_new_privs), `/` as its directory, an empty standard
/// input. Errors: a sentence; that the program cannot be run is only known later, by failure_of().
[[nodiscard]] Result<ScriptProcess, std::string> start_script(const ScriptCall& call, ScriptOutput output);

/// Why the program was never run: errno of execve. Nothing: it was. Ask when the process has ended.
[[nodiscard]] std::optional<int> failure_of(const ScriptProcess& process);

/// What a wait status says, in dnsmasq's words (`script process exited with status 3`); empty: it ended well.
[[nodiscard]] std::string trouble_text(int wait_status);

}  // namespace pxed::io
