#pragma once
// How a lease is a row: the schema of the lease database, readable with the sqlite3 shell, and nothing else.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "dhcp/lease.hpp"
#include "io/sqlite.hpp"

namespace pxed::io {

/// PRAGMA user_version of the schema below; a higher one is from a pxed that came later.
inline constexpr std::int64_t k_lease_schema = 3;
/// PRAGMA application_id: "pxed".
inline constexpr std::int64_t k_lease_application = 0x70786564;

/// `expires` is in seconds since 1970, 0 for an infinite lease; `granted` is the duration in seconds.
/// Hardware addresses and client ids are colon-separated hexadecimal, empty for none. The last two columns
/// came with schema 2 and 3; they stand last so that an older database becomes the same by adding them.
inline constexpr const char* k_lease_table = R"(
CREATE TABLE leases(
  address       TEXT PRIMARY KEY,
  state         TEXT NOT NULL CHECK(state IN ('bound', 'declined')),
  hardware_type INTEGER NOT NULL,
  hardware      TEXT NOT NULL,
  client_id     TEXT NOT NULL,
  host_name     TEXT NOT NULL,
  expires       INTEGER NOT NULL,
  granted       INTEGER NOT NULL,
  server_id     TEXT,
  version       INTEGER NOT NULL,
  was_netbooted INTEGER NOT NULL DEFAULT 0,
  relay         TEXT
) STRICT, WITHOUT ROWID)";

/// From schema 1: nobody knows any more who took those leases.
inline constexpr const char* k_upgrade_from_1 =
    "ALTER TABLE leases ADD COLUMN was_netbooted INTEGER NOT NULL DEFAULT 0; ";
/// From schema 2: nor through which relay.
inline constexpr const char* k_upgrade_from_2 = "ALTER TABLE leases ADD COLUMN relay TEXT; ";

/// Its mere presence says that a text file's leases are in the database, or were.
inline constexpr const char* k_import_mark = "CREATE TABLE IF NOT EXISTS imported(mark)";

/// Adds a row where there is none.
inline constexpr const char* k_insert_lease =
    "INSERT INTO leases VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
    "ON CONFLICT(address) DO NOTHING";
/// Replaces the row of version ?13.
inline constexpr const char* k_update_lease =
    "UPDATE leases SET state = ?2, hardware_type = ?3, hardware = ?4, client_id = ?5, host_name = ?6, "
    "expires = ?7, granted = ?8, server_id = ?9, version = ?10, was_netbooted = ?11, "
    "relay = ?12 WHERE address = ?1 AND version = ?13";
/// All columns in the order that lease_of_row() reads; a WHERE or ORDER BY may follow.
inline constexpr const char* k_select_leases =
    "SELECT address, state, hardware_type, hardware, client_id, host_name, expires, granted, server_id, "
    "version, was_netbooted, relay "
    "FROM leases ";

/// The wall clock's reading at Instant{}: what turns one time into the other.
class WallOffset {
 public:
    WallOffset() = default;
    explicit WallOffset(Now now) : at_zero_(now.wall.time_since_epoch() - now.instant.time_since_epoch()) {}

    /// Seconds since 1970, rounded up and at least 1; k_never gives 0.
    [[nodiscard]] std::int64_t wall_of(Instant instant) const;
    /// The inverse; none for what no lease can have.
    [[nodiscard]] std::optional<Instant> instant_of(std::int64_t wall) const;
    /// How far the wall clock is ahead of what it was for `earlier`.
    [[nodiscard]] nanoseconds since(WallOffset earlier) const { return at_zero_ - earlier.at_zero_; }

 private:
    nanoseconds at_zero_{0};
};

/// Runs an insert or update (its thirteenth parameter included) for the row.
[[nodiscard]] Result<void, SqliteError> run_with_row(Statement& statement, const dhcp::Lease& row,
                                                     std::optional<std::uint64_t> replaces,
                                                     WallOffset offset);

/// The row the statement stands on; none when a column cannot be read, which is damage.
[[nodiscard]] std::optional<dhcp::Lease> lease_of_row(const Statement& statement, WallOffset offset);

/// Rows as they were read.
struct LeaseRows {
    std::vector<dhcp::Lease> leases;
    std::uint32_t damaged = 0;  ///< rows that cannot be understood
};

/// Adds the rows that `where` (a WHERE or ORDER BY, or nothing) selects. Errors leave those read so far in
/// `rows`.
[[nodiscard]] Result<void, SqliteError> read_leases(Sqlite& connection, std::string_view where,
                                                    WallOffset offset, LeaseRows& rows);

}  // namespace pxed::io
