#include "io/lease_rows.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace pxed::io {

namespace {

constexpr std::string_view k_bound = "bound";
constexpr std::string_view k_declined = "declined";

// The year 2242: now and DHCP's longest finite lease fit below, and an Instant holds it.
constexpr std::int64_t k_last_second = std::int64_t{1} << 33;

std::string_view word_of(dhcp::Lease::State state) {
    switch (state) {
        case dhcp::Lease::State::bound:
            return k_bound;
        case dhcp::Lease::State::declined:
            return k_declined;
    }
    return {};
}

std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view hex) {
    if (hex.empty()) return std::vector<std::uint8_t>{};
    return parse_hex(hex);
}

// An address that a row need not have. False: it is there and is none.
bool read_address(const Statement& statement, int column, std::optional<Ipv4>& address) {
    if (statement.is_null(column)) return true;
    address = Ipv4::parse(statement.text(column));
    return address.has_value();
}

}  // namespace

std::int64_t WallOffset::wall_of(Instant instant) const {
    if (instant == k_never) return 0;
    // Up, for a lease must not end here before it ends for the client.
    const auto wall = std::chrono::ceil<seconds>(instant.time_since_epoch() + at_zero_);
    return std::clamp<std::int64_t>(wall.count(), 1, k_last_second);
}

std::optional<Instant> WallOffset::instant_of(std::int64_t wall) const {
    if (wall == 0) return k_never;
    if (wall < 0 || wall > k_last_second) return std::nullopt;
    return Instant{seconds{wall} - at_zero_};
}

Result<void, SqliteError> run_with_row(Statement& statement, const dhcp::Lease& row,
                                       std::optional<std::uint64_t> replaces, WallOffset offset) {
    // SQLite reads these texts when the statement runs, not when they are bound: they live to the end of this
    // call.
    const std::string address = row.address.text();
    const std::string hardware = hex_text(row.hardware.bytes());
    const std::string client_id = hex_text(row.client_id.bytes());
    const std::string server_id = row.server_id ? row.server_id->text() : "";
    const std::string relay = row.relay ? row.relay->text() : "";
    statement.bind(0, address)
        .bind(1, word_of(row.state))
        .bind(2, std::int64_t{row.hardware.type()})
        .bind(3, hardware)
        .bind(4, client_id)
        .bind(5, row.host_name)
        .bind(6, offset.wall_of(row.expires))
        .bind(7, std::int64_t{row.duration.count()})
        .bind(9, static_cast<std::int64_t>(row.version))
        .bind(10, std::int64_t{row.was_netbooted ? 1 : 0});
    if (row.server_id) statement.bind(8, server_id);
    if (row.relay) statement.bind(11, relay);
    if (replaces) statement.bind(12, static_cast<std::int64_t>(*replaces));
    return statement.run();
}

std::optional<dhcp::Lease> lease_of_row(const Statement& statement, WallOffset offset) {
    const auto address = Ipv4::parse(statement.text(0));
    const auto state = statement.text(1);
    const auto type = statement.integer(2);
    const auto hardware = bytes_of(statement.text(3));
    const auto client_id = bytes_of(statement.text(4));
    const auto expires = offset.instant_of(statement.integer(6));
    const auto granted = statement.integer(7);
    if (!address || (state != k_bound && state != k_declined) || type < 0 || type > 255 || !hardware ||
        hardware->size() > HwAddr::k_max || !client_id || !expires || granted < 0 ||
        granted > k_infinite.count())
        return std::nullopt;
    // Whoever edits rows by hand, or a flipped bit, is caught here and not in the middle of an answer.
    dhcp::Lease lease;
    lease.address = *address;
    lease.state = state == k_bound ? dhcp::Lease::State::bound : dhcp::Lease::State::declined;
    lease.hardware = HwAddr{static_cast<std::uint8_t>(type), *hardware};
    lease.client_id = ClientId{*client_id};
    lease.host_name = statement.text(5);
    lease.expires = *expires;
    lease.duration = seconds{granted};
    lease.version = static_cast<std::uint64_t>(statement.integer(9));
    lease.was_netbooted = statement.integer(10) != 0;
    if (!read_address(statement, 8, lease.server_id) || !read_address(statement, 11, lease.relay))
        return std::nullopt;
    // Version 0 means "no row": a row that says so could never be replaced.
    if (lease.version == 0) return std::nullopt;
    return lease;
}

Result<void, SqliteError> read_leases(Sqlite& connection, std::string_view where, WallOffset offset,
                                      LeaseRows& rows) {
    TRY(auto selected, connection.prepare(std::string{k_select_leases}.append(where)));
    for (;;) {
        TRY(const bool has_row, selected.step());
        if (!has_row) return {};
        if (auto lease = lease_of_row(selected, offset)) {
            rows.leases.push_back(std::move(*lease));
        } else {
            ++rows.damaged;
        }
    }
}

}  // namespace pxed::io
