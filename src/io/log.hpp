#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "io/loop.hpp"
#include "machine/event.hpp"
#include "machine/message.hpp"

namespace pxed::io {

/// syslog's numbers (RFC 5424 6.2.1).
enum class Level : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

/// A journal field beside the message.
struct Field {
    std::string_view name;  ///< PXED_...
    std::string value;
};

/// What the journal files a message of the daemon itself under: MESSAGE_ID, PXED_EVENT and PXED_STAGE.
[[nodiscard]] std::vector<Field> fields_of(DaemonEvent event);

/// Where lines go: journal, stderr, syslog or a file, through a bounded queue and a thread of its own, so
/// that a stalled sink never stalls the loop. Lines that find the queue full are counted and said when there
/// is room again.
class Log {
 public:
    Log();   ///< to stderr, at once, until open() is called
    ~Log();  ///< finish()
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// Errors leave the old sink in place: a sentence.
    [[nodiscard]] Result<void, std::string> open(const config::LogTarget& target, std::size_t queue_lines);
    /// From now on its thread is woken when a turn of the loop is through, not by the line: the reply that
    /// the line is about leaves sooner, and the thread does not compete for the processor with it. To be
    /// called by the thread of the loop; lines of others wake at once.
    void wake_after_turns(ev::loop_ref loop);
    /// No longer so: the loop has ended.
    void wake_at_once();
    /// Writes what is queued, for at most a second; how many lines were lost is the last one, on standard
    /// error if the place of the log takes nothing. Nothing is written after it.
    void finish();
    /// SIGUSR2: closes and opens a log file again.
    void reopen();

    void write(Level level, std::string text, std::vector<Field> fields = {});
    /// What the daemon says of itself, with the id the catalog explains it by.
    void write(Level level, DaemonEvent event, std::string text);

    void error(std::string text) { write(Level::error, std::move(text)); }
    void warning(std::string text) { write(Level::warning, std::move(text)); }
    void info(std::string text) { write(Level::info, std::move(text)); }

    /// Lines lost since the start, those included that the sink refused.
    [[nodiscard]] std::uint64_t lost() const;

 private:
    struct Sink;
    void on_turn_over(ev::prepare& watcher, int revents);

    std::unique_ptr<Sink> sink_;
    std::optional<ev::prepare> turn_over_;  // while it is woken after turns
    std::thread::id loop_thread_;
    bool must_wake_ = false;
};

}  // namespace pxed::io
