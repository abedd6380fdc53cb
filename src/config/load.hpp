#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/directive.hpp"

namespace pxed::config {

/// One thing that is wrong: where, what, and what was probably meant.
struct Problem {
    std::string where;  ///< `/etc/pxed.conf:12`, `command line`; empty where `what` names the file itself
    std::string what;   ///< one line, no final full stop
    bool is_unreadable_file = false;  ///< the text is sound: a file or directory could not be read
    [[nodiscard]] std::string text() const { return where.empty() ? what : where + ": " + what; }
};

/// A file or directory entry as the edge read it.
struct FileText {
    std::string text;
    std::uint64_t identity =
        0;  ///< the same for the same file by another name (device and inode); 0: unknown
};

/// How load() reaches files: it touches no system itself.
struct Reader {
    /// The whole file; Errors: a sentence (`cannot read /etc/x: Permission denied`).
    std::function<Result<FileText, std::string>(const std::string& path)> read_file;
    /// Names of the regular files in a directory, any order.
    std::function<Result<std::vector<std::string>, std::string>(const std::string& path)> list_directory;
    /// What a file held, or a directory listed, when it could last be read. May be left out: nothing is
    /// remembered. Asked only for files beside the configuration (read_external_files()).
    std::function<std::optional<FileText>(const std::string& path)> last_file = {};
    std::function<std::optional<std::vector<std::string>>(const std::string& path)> last_directory = {};
};

/// One `--name=value` or `-x value` of the command line; `name` is the directive's long name.
struct Argument {
    std::string name;
    std::string value;
    bool has_value = false;
};

/// One directive as it was read, for those who ask what counts and why (dump()).
struct WrittenLine {
    const Directive* directive = nullptr;
    std::string value;  ///< as a file would have it, quotes and escapes included
    bool has_value = false;
    Origin origin;
    std::string not_counted;  ///< why it sets nothing; empty: it counts
};

/// A configuration and the lines it was made of, in the order they were read.
struct Written {
    Config config;
    std::vector<WrittenLine> lines;
};

/// Reads `path` (empty: no file) and all it includes, then `*.conf` of `directory` (empty: none) by name,
/// then the files beside them that directives name. Command-line arguments count as read first, and the
/// file's once-only directives replace them, as in dnsmasq. Errors: every problem found, in file order.
[[nodiscard]] Result<Config, std::vector<Problem>> load(const std::string& path,
                                                        std::span<const Argument> arguments,
                                                        const Reader& reader,
                                                        const std::string& directory = {});

/// load() that keeps the lines as well: for a person, not for a daemon with 100,000 hosts.
[[nodiscard]] Result<Written, std::vector<Problem>> load_written(const std::string& path,
                                                                 std::span<const Argument> arguments,
                                                                 const Reader& reader,
                                                                 const std::string& directory = {});

}  // namespace pxed::config
