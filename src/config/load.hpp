#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"

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

/// Reads `path` (empty: no file) and all it includes, then the files beside them that directives name.
/// Command-line arguments count as read first, and the file's once-only directives replace them, as in
/// dnsmasq. Errors: every problem found, in file order.
[[nodiscard]] Result<Config, std::vector<Problem>> load(const std::string& path,
                                                        std::span<const Argument> arguments,
                                                        const Reader& reader);

}  // namespace pxed::config
