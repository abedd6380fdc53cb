#pragma once
// The places where log lines end. Each may block, so only the log's own thread uses them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/log.hpp"

namespace pxed::io {

/// A line on its way to a sink.
struct QueuedLine {
    Level level = Level::info;
    WallTime time{};
    std::string text;
    std::vector<Field> fields;

    /// The field SYSLOG_IDENTIFIER; "pxed" without one.
    [[nodiscard]] std::string_view identifier() const;
};

class LogSink {
 public:
    virtual ~LogSink() = default;
    /// False: the line is lost.
    virtual bool write(const QueuedLine& line) = 0;
    /// Lets go of what a rotation has renamed. Errors leave the old one in use: a sentence.
    virtual Result<void, std::string> reopen() { return {}; }
};

/// Lines as dnsmasq prints them in the foreground: `pxed-dhcp: DHCPACK(br0) ...`. Does not own the
/// descriptor.
[[nodiscard]] std::unique_ptr<LogSink> make_stream_sink(int descriptor);
/// Lines as dnsmasq writes them into a file: `Nov 20 15:07:29 pxed-dhcp[4711]: DHCPACK(br0) ...`.
[[nodiscard]] Result<std::unique_ptr<LogSink>, std::string> make_file_sink(std::string path);
/// RFC 3164 lines for the datagram socket at `path`; a syslog daemon that comes back is found again.
[[nodiscard]] std::unique_ptr<LogSink> make_syslog_sink(std::string path, int facility);
/// journald, with fields.
[[nodiscard]] std::unique_ptr<LogSink> make_journal_sink();

/// Whether standard error leads to the journal (JOURNAL_STREAM names its device and inode).
[[nodiscard]] bool is_journal_stream(int descriptor, const char* journal_stream);

/// The text without what could move a terminal's cursor or begin a new line, cut to what one write() to a
/// pipe carries whole.
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace pxed::io
