#include "io/lease_mirror.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dhcp/lease_text.hpp"
#include "io/clock.hpp"
#include "io/file_descriptor.hpp"
#include "io/lease_rows.hpp"
#include "io/scheduling.hpp"

namespace pxed::io {

namespace {

constexpr seconds k_pace{1};
// Nobody's answer waits for the file, but the processor is everybody's: at a hundred thousand leases a new
// file each second would take most of one. Below this share of the time it takes none that is missed.
constexpr int k_pause_for_work = 20;
// dnsmasq tries again as often.
constexpr seconds k_retry{60};

// Of the calling thread, which may have waited for longer until it had it.
nanoseconds processor_time() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return seconds{used.tv_sec} + nanoseconds{used.tv_nsec};
}

Result<std::string, std::string> text_of(const std::string& database, Now now) {
    auto connection = Sqlite::open(database);
    if (!connection) return fail(connection.error().why);
    // The store's writer is not in our way, nor we in its.
    sqlite3_busy_timeout(connection->handle(), 1000);
    // Wall time to wall time: any one reading of both clocks leads there and back.
    LeaseRows rows;
    // One SELECT is one snapshot: no lease appears twice or half.
    if (const auto read = read_leases(*connection, "ORDER BY address", WallOffset{now}, rows); !read)
        return fail(read.error().why);
    return dhcp::lease_text(rows.leases, now);
}

Result<void, std::string> write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno != EINTR) return fail(std::generic_category().message(errno));
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

LeaseMirror::LeaseMirror(ev::loop_ref loop, Settings settings, Say say)
    : settings_(std::move(settings)), say_(std::move(say)), pace_(loop), disk_(std::in_place, loop) {
    pace_.set<LeaseMirror, &LeaseMirror::on_time>(this);
}

LeaseMirror::~LeaseMirror() = default;

void LeaseMirror::touch() {
    // Many changes a second are one file a second.
    is_behind_ = true;
    if (!pace_.is_active() && !is_writing_) start();
}

void LeaseMirror::on_time() {
    if (is_behind_ && !is_writing_) start();
}

void LeaseMirror::start() {
    // Before the rows are read: a change that comes meanwhile may have been missed, and is behind again.
    is_behind_ = false;
    is_writing_ = true;
    disk_->submit(
        [this] {
            let_others_go_first();
            const auto begun = processor_time();
            outcome_ = write_lease_mirror(settings_, read_clocks());
            took_ = processor_time() - begun;
        },
        [this] { end(); });
}

void LeaseMirror::end() {
    is_writing_ = false;
    note_outcome();
    const nanoseconds pause = std::clamp<nanoseconds>(took_ * k_pause_for_work, k_pace, k_retry);
    pace_.start(ev_seconds(has_failed_ ? k_retry : pause));
}

void LeaseMirror::note_outcome() {
    if (!outcome_) {
        is_behind_ = true;
        if (!has_failed_)
            say_(Level::warning, outcome_.error() + ": the leases are safe in " + settings_.database +
                                     "; scripts that read the text see old ones until this works again");
    } else if (has_failed_) {
        say_(Level::info, settings_.path + " is written again");
    }
    has_failed_ = !outcome_;
}

void LeaseMirror::finish() {
    pace_.stop();
    // Its thread ends the write it is at; one that had not begun is dropped, so nothing is taken for written.
    const bool is_needed = is_behind_ || is_writing_;
    disk_.reset();
    disk_.emplace(pace_.loop);
    is_writing_ = false;
    if (!is_needed) return;
    is_behind_ = false;
    outcome_ = write_lease_mirror(settings_, read_clocks());
    note_outcome();
}

Result<void, std::string> write_lease_mirror(const LeaseMirror::Settings& settings, Now now) {
    const auto failed = [&](const std::string& why) {
        return fail("cannot write the lease file " + settings.path + ": " + why);
    };
    const auto text = text_of(settings.database, now);
    if (!text) return failed(text.error());
    // Whoever may read the file now may read the next one; a first one is as the umask says.
    struct stat status {};
    const bool is_there = ::stat(settings.path.c_str(), &status) == 0;
    const std::string fresh = settings.path + ".new";
    // What a killed pxed left; O_EXCL, because in a directory that others may write a link could wait here.
    ::unlink(fresh.c_str());
    const FileDescriptor file{
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is_there ? 0600 : 0644)};
    if (!file.is_open()) return failed(std::generic_category().message(errno));
    auto written = write_all(file.get(), *text);
    if (written && is_there && ::fchmod(file.get(), status.st_mode & 0777U) != 0)
        written = fail(std::generic_category().message(errno));
    // A reader sees the old file or the new one. No fsync(): after a power cut the database writes it again.
    if (written && ::rename(fresh.c_str(), settings.path.c_str()) != 0)
        written = fail(std::generic_category().message(errno));
    if (!written) {
        ::unlink(fresh.c_str());
        return failed(written.error());
    }
    return {};
}

}  // namespace pxed::io
