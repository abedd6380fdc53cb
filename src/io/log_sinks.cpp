#include "io/log_sinks.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "base/text.hpp"
#include "io/file_descriptor.hpp"

namespace pxed::io {

namespace {

constexpr std::string_view k_identifier_field = "SYSLOG_IDENTIFIER";
// PIPE_BUF is 4096: a line that fits is never mixed with another process's.
constexpr std::size_t k_longest_line = 3900;

// RFC 3164 4.1.2, which is also how dnsmasq's log file has it: a day below ten has a blank before it.
std::string stamp_of(WallTime time) {
    const std::time_t seconds_since_1970 = time.time_since_epoch().count();
    std::tm local{};
    ::localtime_r(&seconds_since_1970, &local);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%b %e %H:%M:%S", &local);
    return text.data();
}

// `pxed-dhcp[4711]: text`
std::string tagged(const QueuedLine& line) {
    return std::string{line.identifier()} + '[' + std::to_string(::getpid()) + "]: " + one_line(line.text);
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

class StreamSink : public LogSink {
 public:
    explicit StreamSink(int descriptor) : descriptor_(descriptor) {}
    bool write(const QueuedLine& line) override {
        return write_all(descriptor_, std::string{line.identifier()} + ": " + one_line(line.text) + '\n');
    }

 private:
    int descriptor_;
};

class FileSink : public LogSink {
 public:
    FileSink(std::string path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

    static Result<FileDescriptor, std::string> open(const std::string& path) {
        FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
                                   S_IRUSR | S_IWUSR | S_IRGRP)};
        if (!file.is_open())
            return fail("cannot open log file " + path + ": " + std::generic_category().message(errno));
        return file;
    }
    bool write(const QueuedLine& line) override {
        return write_all(file_.get(), stamp_of(line.time) + ' ' + tagged(line) + '\n');
    }
    Result<void, std::string> reopen() override {
        // The new one first: when it cannot be opened the old one goes on.
        TRY(file_, open(path_));
        return {};
    }

 private:
    std::string path_;
    FileDescriptor file_;
};

class SyslogSink : public LogSink {
 public:
    SyslogSink(std::string path, int facility) : path_(std::move(path)), facility_(facility) {}

    bool write(const QueuedLine& line) override {
        const std::string text = '<' + std::to_string(facility_ | static_cast<int>(line.level)) + '>' +
                                 stamp_of(line.time) + ' ' + tagged(line);
        // A syslog daemon that was restarted has a new socket behind the old name.
        for (int attempt = 0; attempt < 2; ++attempt) {
            if (!socket_.is_open() && !connect()) return false;
            // This may block while the daemon is busy: that is what the log's own thread is for.
            if (::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) >= 0) return true;
            socket_ = FileDescriptor{};
        }
        return false;
    }
    Result<void, std::string> reopen() override {
        socket_ = FileDescriptor{};
        return {};
    }

 private:
    bool connect() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path_.size() >= sizeof address.sun_path) return false;
        std::memcpy(address.sun_path, path_.data(), path_.size());
        FileDescriptor fresh{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        if (!fresh.is_open() ||
            ::connect(fresh.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            return false;
        socket_ = std::move(fresh);
        return true;
    }

    std::string path_;
    int facility_;
    FileDescriptor socket_;
};

class JournalSink : public LogSink {
 public:
    bool write(const QueuedLine& line) override {
        // The message itself may hold any byte: the journal frames fields by length.
        std::vector<std::string> entries;
        entries.reserve(line.fields.size() + 3);
        entries.push_back("MESSAGE=" + line.text);
        entries.push_back("PRIORITY=" + std::to_string(static_cast<int>(line.level)));
        if (!std::ranges::any_of(line.fields, [](const auto& f) { return f.name == k_identifier_field; }))
            entries.push_back("SYSLOG_IDENTIFIER=pxed");
        for (const auto& field : line.fields)
            entries.push_back(std::string{field.name} + '=' + field.value);
        std::vector<iovec> parts;
        parts.reserve(entries.size());
        for (auto& entry : entries)
            parts.push_back({entry.data(), entry.size()});
        return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
    }
};

}  // namespace

std::string_view QueuedLine::identifier() const {
    const auto found =
        std::ranges::find_if(fields, [](const auto& field) { return field.name == k_identifier_field; });
    return found == fields.end() ? "pxed" : std::string_view{found->value};
}

std::unique_ptr<LogSink> make_stream_sink(int descriptor) {
    return std::make_unique<StreamSink>(descriptor);
}

Result<std::unique_ptr<LogSink>, std::string> make_file_sink(std::string path) {
    TRY(auto file, FileSink::open(path));
    return std::make_unique<FileSink>(std::move(path), std::move(file));
}

std::unique_ptr<LogSink> make_syslog_sink(std::string path, int facility) {
    return std::make_unique<SyslogSink>(std::move(path), facility);
}

std::unique_ptr<LogSink> make_journal_sink() {
    return std::make_unique<JournalSink>();
}

bool is_journal_stream(int descriptor, const char* journal_stream) {
    struct stat status {};
    if (journal_stream == nullptr || ::fstat(descriptor, &status) != 0) return false;
    // systemd.exec(5), $JOURNAL_STREAM: a service whose streams were redirected inherits the variable all the
    // same.
    return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) == journal_stream;
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text.substr(0, k_longest_line)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte >= 0x20 && byte != 0x7f) {
            line += c;
        } else {
            line += "\\x" + hex_text(std::array{byte});
        }
        if (line.size() >= k_longest_line) break;
    }
    return line;
}

}  // namespace pxed::io
