// How one Config comes of a command line and of all files it leads to: the order of reading, includes, how
// often a directive may stand. Every problem is collected, so that one run of --test shows them all where
// dnsmasq stops at its first; nothing of a bad configuration is ever used.

#include "config/load.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "config/boot_trees.hpp"
#include "config/directive.hpp"
#include "config/domain.hpp"
#include "config/external_files.hpp"
#include "config/line.hpp"
#include "config/lines.hpp"
#include "config/quirks.hpp"
#include "config/tables.hpp"
#include "config/tag_uses.hpp"

namespace pxed::config {

namespace {

// A file is read once, so no circle of includes is endless; this bounds the depth of our own calls on a long
// chain.
constexpr unsigned k_deepest_include = 32;
constexpr std::size_t k_most_problems = 200;

// A name that is nothing but the suffix does not count: `.conf` is a hidden file, as in dnsmasq.
bool ends_in_one_of(std::string_view name, const std::vector<std::string>& suffixes) {
    return std::ranges::any_of(suffixes, [name](const std::string& suffix) {
        return name.size() > suffix.size() && name.ends_with(suffix);
    });
}

// conf-dir=DIR,.bak leaves out, conf-dir=DIR,*.conf reads only these; a name that both fit is left out.
bool is_wanted(std::string_view name, const Include& include) {
    if (is_leftover(name) || ends_in_one_of(name, include.excluded_suffixes)) return false;
    return include.included_suffixes.empty() || ends_in_one_of(name, include.included_suffixes);
}

// dnsmasq takes names in lower case only, and so do we: a hint rather than a second spelling.
std::string spelling_hint(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& row : directives()) {
        if (equal_ignoring_case(row.name, name)) {
            return "; names are written in lower case: " + std::string{row.name};
        }
        names.push_back(row.name);
    }
    const auto near = nearest(name, names);
    return near.empty() ? std::string{} : "; did you mean \"" + std::string{near} + "\"?";
}

// Reads one configuration from all its files and collects every problem on the way.
class Loader {
 public:
    /// `written`: where the lines are noted; may be nullptr.
    Loader(const Reader& reader, std::vector<WrittenLine>* written) : reader_(reader), written_(written) {}

    // Before the files: a once-only directive of theirs then replaces the command line's.
    void read_arguments(std::span<const Argument> arguments) {
        for (const auto& argument : arguments) {
            apply(argument.name, Field{argument.value}.trimmed(), argument.has_value, Origin{});
        }
    }

    void read_main(const std::string& path) {
        // `-C ''` means no file at all.
        if (!path.empty()) read_file(path, std::nullopt, 0);
    }

    // What a package or a tool drops beside the main file; read last, so that its lines have the last word.
    void read_drop_ins(const std::string& directory) {
        if (directory.empty()) return;
        read_directory({Include::Kind::directory, directory, {".conf"}, {}}, std::nullopt, 0);
    }

    Result<Config, std::vector<Problem>> take() {
        // DHCP names URLs and knows nothing of HTTP; which line comes first does not matter.
        if (config_.http.is_enabled) config_.dhcp.http_port = config_.http.port;
        // Until somebody has looked nothing is known to be there, and TFTP has it all.
        if (has_http_another_tree(config_)) config_.dhcp.http_tree.emplace();
        for (auto& problem : finish_domains(config_, reader_))
            complain(problem.origin, std::move(problem.text));
        for (auto& problem : finish_quirks(config_, reader_))
            complain(problem.origin, std::move(problem.text));
        if (unsaid_ > 0)
            problems_.push_back({"", "and " + std::to_string(unsaid_) + " problems more", false});
        if (!problems_.empty()) return fail(std::move(problems_));
        read_external_files(config_, reading_, reader_);
        // Last: a file of hosts may set a tag of such a name, and then it is the file's.
        config_.dhcp.predefined_tags = predefined_tags_for(config_.dhcp);
        return std::move(config_);
    }

 private:
    void complain(Origin origin, std::string what) { add({config_.text_of(origin), std::move(what), false}); }

    // A file that is no configuration at all has a problem on each of its lines.
    void add(Problem problem) {
        if (problems_.size() < k_most_problems)
            problems_.push_back(std::move(problem));
        else
            ++unsaid_;
    }

    // `asked_by`: the line that includes the file; none for the main file.
    void read_file(const std::string& path, std::optional<Origin> asked_by, unsigned depth) {
        // A missing file is the fault of the line that names it, so the problem points there.
        auto file = reader_.read_file(path);
        if (!file) {
            // The sentence names the file already.
            problems_.push_back({asked_by ? config_.text_of(*asked_by) : "", std::move(file).error(), true});
            return;
        }
        // As in dnsmasq a file is read once, by whatever name: a conf-dir may hold the file that names it.
        const bool is_new =
            file->identity != 0 ? identities_.insert(file->identity).second : paths_.insert(path).second;
        if (!is_new) return;
        const auto added = config_.add_file(path);
        if (!added) {
            complain(asked_by.value_or(Origin{}), added.error());
            return;
        }
        const std::uint16_t number = *added;
        read_lines(
            file->text,
            [&](const FileLine& line) {
                apply(line.name, line.field(), line.has_value, {number, line.number}, depth);
            },
            [&](const LineProblem& problem) {
                complain({number, problem.number}, problem.what);
            });
    }

    // `asked_by` as for read_file().
    void read_directory(const Include& include, std::optional<Origin> asked_by, unsigned depth) {
        auto names = reader_.list_directory(include.path);
        if (!names) {
            add({asked_by ? config_.text_of(*asked_by) : "", std::move(names).error(), true});
            return;
        }
        // By name, as in dnsmasq: where the last of several lines wins, the order of the files has a meaning.
        std::ranges::sort(*names);
        const std::string prefix = include.path.ends_with('/') ? include.path : include.path + '/';
        for (const auto& name : *names) {
            if (is_wanted(name, include)) read_file(prefix + name, asked_by, depth);
        }
    }

    void read_includes(const Line& line, unsigned depth) {
        if (!line.includes().empty() && depth >= k_deepest_include) {
            complain(line.origin(),
                     "files include each other more than " + std::to_string(k_deepest_include) + " deep");
            return;
        }
        for (const auto& include : line.includes()) {
            switch (include.kind) {
                case Include::Kind::file:
                    read_file(include.path, line.origin(), depth + 1);
                    break;
                case Include::Kind::directory:
                    read_directory(include, line.origin(), depth + 1);
                    break;
            }
        }
    }

    // One directive, wherever it stands. Its includes are read before the next line, so that "last line wins"
    // follows the order a reader would find by pasting the files in.
    void apply(const std::string& name, Field value, bool has_value, Origin origin, unsigned depth = 0) {
        const Directive* directive = find_directive(name);
        if (directive == nullptr) {
            complain(origin, "unknown directive " + quote(name) + spelling_hint(name));
            return;
        }
        // What is skipped is skipped whole: how often DNS lines may stand and with what is not ours to judge.
        switch (directive->status) {
            case Status::served:
            case Status::without_effect:
                break;
            case Status::recognised_other:
                warn_once(*directive, origin);
                remember(*directive, value, has_value, origin, directive->reason);
                return;
            case Status::not_served:
                complain(origin, std::string{directive->name} + ' ' + std::string{directive->reason});
                return;
        }
        const auto what = check_use(*directive, value, has_value, origin);
        if (!what.empty()) {
            complain(origin, std::string{directive->name} + ": " + what);
            return;
        }
        // Checked like a served one all the same: `keep-in-foreground=yes` is a mistake in dnsmasq as well.
        if (directive->status == Status::without_effect) {
            remember(*directive, value, has_value, origin, "has no effect: it is so anyway");
            return;
        }
        Line line{*directive, value, has_value, origin, config_, reading_};
        if (auto parsed = directive->parse(line); !parsed) {
            complain(origin, std::string{directive->name} + ": " + parsed.error());
            return;
        }
        ++config_.directive_count;
        remember(*directive, value, has_value, origin,
                 line.includes().empty() ? "" : "what it names is read here");
        read_includes(line, depth);
    }

    // What is wrong with the way the directive is used, whatever its value says; empty when nothing is.
    std::string check_use(const Directive& directive, Field value, bool has_value, Origin origin) {
        if (directive.value == Value::none && has_value) {
            return "it takes no value; leave out \"=" + escaped(value.text(), 40) + '"';
        }
        if (directive.value == Value::required && !has_value) {
            return "a value is missing (" + std::string{directive.name} + '=' +
                   std::string{directive.syntax} + ')';
        }
        if (directive.use != Use::once) return {};
        // Two books: dnsmasq lets a file replace what the command line says, and refuses only a second line
        // in the files ("illegal repeated keyword").
        auto& seen = origin.is_known() ? once_in_files_ : once_on_command_line_;
        // dhcp-lease and dhcp-leasefile are one directive.
        const auto key = directive.alias_of.empty() ? directive.name : directive.alias_of;
        const auto [other, is_first] = seen.emplace(key, origin);
        return is_first ? std::string{}
                        : "it may be given only once, and already is at " + config_.text_of(other->second);
    }

    // Before what the line includes, so that the lines stand in the order they count.
    void remember(const Directive& directive, Field value, bool has_value, Origin origin,
                  std::string_view not_counted) {
        if (written_ == nullptr) return;
        written_->push_back({&directive, as_written(value), has_value, origin, std::string{not_counted}});
    }

    // Once a name, not once a line: a combined file may have a hundred `address=` lines.
    void warn_once(const Directive& directive, Origin origin) {
        if (directive.reason == k_is_dns && !config_.dns_line.is_known()) config_.dns_line = origin;
        if (!warned_.insert(directive.name).second) return;
        config_.findings.push_back(
            {origin, std::string{directive.name} + ' ' + std::string{directive.reason}});
    }

    const Reader& reader_;
    std::vector<WrittenLine>* written_;
    Config config_;
    Reading reading_;
    std::vector<Problem> problems_;
    std::size_t unsaid_ = 0;
    // Files read already, by device and inode; by path where the reader cannot tell.
    std::set<std::uint64_t> identities_;
    std::set<std::string> paths_;
    std::map<std::string_view, Origin> once_in_files_, once_on_command_line_;
    std::set<std::string_view> warned_;
};

Result<Config, std::vector<Problem>> load_into(const std::string& path, std::span<const Argument> arguments,
                                               const Reader& reader, const std::string& directory,
                                               std::vector<WrittenLine>* written) {
    Loader loader{reader, written};
    loader.read_arguments(arguments);
    loader.read_main(path);
    loader.read_drop_ins(directory);
    return loader.take();
}

}  // namespace

Result<Config, std::vector<Problem>> load(const std::string& path, std::span<const Argument> arguments,
                                          const Reader& reader, const std::string& directory) {
    return load_into(path, arguments, reader, directory, nullptr);
}

Result<Written, std::vector<Problem>> load_written(const std::string& path,
                                                   std::span<const Argument> arguments, const Reader& reader,
                                                   const std::string& directory) {
    Written written;
    TRY(written.config, load_into(path, arguments, reader, directory, &written.lines));
    return written;
}

}  // namespace pxed::config
