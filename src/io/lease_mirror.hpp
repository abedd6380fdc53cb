#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/disk.hpp"
#include "io/log.hpp"
#include "io/loop.hpp"

namespace pxed::io {

/// Keeps dnsmasq's lease file beside the database, for the scripts that read it: replaced by rename, at most
/// once a second and at exit. A thread of its own reads the stored rows from the database and writes the
/// file, behind the threads that answer clients, so that no answer ever waits for it. It may be one second
/// behind, and with so many leases that writing them takes long, twenty times the processor time of that, a
/// minute at most, and the time of the writing itself; the database is the record.
class LeaseMirror {
 public:
    struct Settings {
        std::string path;      ///< the text file (dhcp-leasefile)
        std::string database;  ///< the lease database it shows
    };
    using Say = std::function<void(Level, std::string)>;

    /// `say` hears the first failure to write and the recovery from it; failed writes are tried again.
    LeaseMirror(ev::loop_ref loop, Settings settings, Say say);
    ~LeaseMirror();
    LeaseMirror(const LeaseMirror&) = delete;
    LeaseMirror& operator=(const LeaseMirror&) = delete;

    /// The rows have changed: the file is written soon.
    void touch();
    /// Writes the file now, in this thread, if it is behind. For the exit, after SqliteLeaseStore::finish().
    void finish();

 private:
    void on_time();
    void start();
    void end();
    void note_outcome();

    Settings settings_;
    Say say_;
    bool is_behind_ = false;
    bool is_writing_ = false;
    bool has_failed_ = false;
    Result<void, std::string> outcome_;  ///< the disk thread's, until end() has read it
    nanoseconds took_{0};                ///< processor time of the last write; as outcome_
    ev::timer pace_;                     ///< active: the last write was a moment ago
    std::optional<Disk> disk_;           ///< the last member: its thread ends before what it uses
};

/// Replaces the text file by the rows of the database. Blocks. Errors: a sentence.
[[nodiscard]] Result<void, std::string> write_lease_mirror(const LeaseMirror::Settings& settings, Now now);

}  // namespace pxed::io
