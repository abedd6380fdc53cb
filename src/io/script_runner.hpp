#pragma once

#include <functional>
#include <optional>
#include <string>

#include "io/log.hpp"
#include "io/loop.hpp"
#include "io/script_process.hpp"

namespace pxed::io {

/// Cuts what a program prints into lines for the log, and bounds them: the program is trusted, its mistakes
/// are not.
class ScriptLines {
 public:
    static constexpr std::size_t k_longest = 500;  ///< characters of a line; the rest goes into the next
    static constexpr std::size_t k_most = 1000;    ///< lines a call; the others are counted
    using Say = std::function<void(Level, std::string)>;

    explicit ScriptLines(Say say) : say_(std::move(say)) {}
    void take(std::string_view text);
    /// The program has ended: what is left is a line, too.
    void end();

 private:
    void say_line(std::string_view line);

    Say say_;
    std::string partial_;
    std::size_t said_ = 0;
    std::size_t unsaid_ = 0;
};

/// Runs one program at a time in the loop, and logs what it prints and how it ends.
class ScriptRunner {
 public:
    /// As good as for ever to a script that does something, and short enough that leases are told again on
    /// the day of the mistake.
    static constexpr seconds k_time_limit{300};
    using Say = ScriptLines::Say;

    /// `ended` is called in the loop when a program has ended: the next may start. The loop must be the
    /// default one, which is where libev hears of children.
    ScriptRunner(ev::default_loop& loop, Say say, std::function<void()> ended,
                 seconds time_limit = k_time_limit);
    ~ScriptRunner();
    ScriptRunner(const ScriptRunner&) = delete;
    ScriptRunner& operator=(const ScriptRunner&) = delete;

    [[nodiscard]] bool is_running() const { return process_.has_value(); }
    /// Starts the program. Requires: none is running. False: it could not be started, which was logged.
    bool start(const ScriptCall& call);
    /// Ends the one that runs, if any.
    void kill();

 private:
    void on_output(ev::io& watcher, int revents);
    void on_end(ev::child& watcher, int revents);
    void on_time(ev::timer& watcher, int revents);
    void drain();

    Say say_;
    std::function<void()> ended_;
    seconds time_limit_;
    std::optional<ScriptProcess> process_;
    std::optional<ScriptLines> lines_;
    std::string path_;
    std::string what_;  ///< the call in words
    bool is_killed_ = false;
    ev::io output_;
    ev::child child_;
    ev::timer limit_;
};

}  // namespace pxed::io
