#include "io/sqlite.hpp"

#include <system_error>
#include <utility>

namespace pxed::io {

SqliteError last_error(sqlite3* connection, int code) {
    std::string why = sqlite3_errmsg(connection);
    const int primary = code & 0xff;
    // errno belongs to the last system call, so it explains only what a system call made fail.
    const bool has_cause = primary == SQLITE_IOERR || primary == SQLITE_FULL || primary == SQLITE_CANTOPEN;
    if (const int cause = sqlite3_system_errno(connection); has_cause && cause != 0)
        why += ": " + std::generic_category().message(cause);
    return {code, std::move(why)};
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), parameter + 1, value);
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
    // A null pointer would bind NULL, and an empty text is none.
    const char* data = text.data() == nullptr ? "" : text.data();
    sqlite3_bind_text64(statement_.get(), parameter + 1, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind_null(int parameter) {
    sqlite3_bind_null(statement_.get(), parameter + 1);
    return *this;
}

Result<bool, SqliteError> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return fail(last_error(sqlite3_db_handle(statement_.get()), code));
}

Result<void, SqliteError> Statement::run() {
    for (;;) {
        const auto has_row = step();
        if (has_row && *has_row) continue;
        reset();
        if (!has_row) return fail(has_row.error());
        return {};
    }
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Sqlite, SqliteError> Sqlite::open(const std::string& path) {
    // Debian's library reads a name that begins with "file:" as a URI, and ":memory:" is a name too.
    const std::string name = path.starts_with('/') ? path : "./" + path;
    sqlite3* connection = nullptr;
    constexpr int k_flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(name.c_str(), &connection, k_flags, nullptr);
    Sqlite opened{connection};  // on failure as well there is something to close
    if (code != SQLITE_OK) return fail(last_error(connection, code));
    return opened;
}

Result<Statement, SqliteError> Sqlite::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return fail(last_error(handle(), code));
    return Statement{statement};
}

Result<void, SqliteError> Sqlite::execute(const std::string& sql) {
    const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(last_error(handle(), code));
    return {};
}

Result<std::int64_t, SqliteError> Sqlite::number(std::string_view sql) {
    TRY(auto statement, prepare(sql));
    TRY(const bool has_row, statement.step());
    return has_row ? statement.integer(0) : 0;
}

Result<std::string, SqliteError> Sqlite::text(std::string_view sql) {
    TRY(auto statement, prepare(sql));
    TRY(const bool has_row, statement.step());
    return has_row ? std::string{statement.text(0)} : std::string{};
}

}  // namespace pxed::io
