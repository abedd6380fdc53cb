#pragma once
// SQLite as values: what is opened is closed, and every failure is a Result.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "base/result.hpp"

namespace pxed::io {

/// Why SQLite refused: its extended result code and a sentence with errno's words when there are any.
struct SqliteError {
    int code = SQLITE_INTERNAL;
    std::string why;

    [[nodiscard]] int primary_code() const { return code & 0xff; }
    /// Another process writes: nothing is wrong with the disk, and the log is not ours to rewrite.
    [[nodiscard]] bool is_busy() const {
        return primary_code() == SQLITE_BUSY || primary_code() == SQLITE_LOCKED;
    }
    /// The file is damaged or no database at all, or its schema is not what a statement of ours needs.
    [[nodiscard]] bool is_damage() const {
        return primary_code() == SQLITE_CORRUPT || primary_code() == SQLITE_NOTADB ||
               primary_code() == SQLITE_ERROR;
    }
};

/// A prepared statement. Parameters and columns count from 0. Texts bound must live until reset().
class Statement {
 public:
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, std::string_view text);
    Statement& bind_null(int parameter);

    /// True: there is a row; false: the statement is done.
    [[nodiscard]] Result<bool, SqliteError> step();
    /// Runs a statement to its end and makes it ready for the next run.
    [[nodiscard]] Result<void, SqliteError> run();
    void reset();

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    /// Valid until the next step() or reset().
    [[nodiscard]] std::string_view text(int column) const;

 private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One connection to a database file. Used by one thread at a time.
class Sqlite {
 public:
    /// Opens an existing file, which may be empty. Any path is a file name: nothing in it has a meaning to
    /// SQLite.
    [[nodiscard]] static Result<Sqlite, SqliteError> open(const std::string& path);

    [[nodiscard]] Result<Statement, SqliteError> prepare(std::string_view sql);
    [[nodiscard]] Result<void, SqliteError> execute(const std::string& sql);
    /// The first column of the first row; 0 when there is none.
    [[nodiscard]] Result<std::int64_t, SqliteError> number(std::string_view sql);
    [[nodiscard]] Result<std::string, SqliteError> text(std::string_view sql);

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] int changes() const { return sqlite3_changes(connection_.get()); }
    [[nodiscard]] bool is_in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }
    [[nodiscard]] sqlite3* handle() const { return connection_.get(); }

 private:
    struct Close {
        void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
    };
    explicit Sqlite(sqlite3* connection) : connection_(connection) {}
    std::unique_ptr<sqlite3, Close> connection_;
};

/// The error that the connection met last.
[[nodiscard]] SqliteError last_error(sqlite3* connection, int code);

}  // namespace pxed::io
