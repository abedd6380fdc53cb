#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/file_descriptor.hpp"
#include "io/lease_database.hpp"
#include "io/lease_store.hpp"

namespace pxed::io {

/// A lease database ready for use.
struct LeaseStart {
    FileDescriptor lock;  ///< keeps other processes of pxed away while it is open
    std::unique_ptr<LeaseDatabase> database;
    std::vector<dhcp::Lease> rows;
    std::vector<SqliteLeaseStore::Note> notes;
};

/// Locks, creates, opens, checks and reads the database; sets a damaged one aside and goes on with what could
/// be read of it; fills a fresh one from dnsmasq's lease file. Errors: a sentence with the fix.
[[nodiscard]] Result<LeaseStart, std::string> start_leases(const SqliteLeaseStore::Settings& settings,
                                                           Now now);

/// Whether a database is there that was written later than the one at `path`, or instead of it. Looks at the
/// files' times only.
[[nodiscard]] bool is_written_later(const std::string& other, const std::string& path);

}  // namespace pxed::io
