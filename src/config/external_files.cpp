// Files beside the configuration whose lines are values: hosts and options that another program writes, often
// while pxed runs. Nothing in them may keep the others from being served, so every fault is a warning of its
// line; and they are taken apart by the functions that read the directives they stand for.

#include "config/external_files.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "base/reversed.hpp"
#include "base/text.hpp"
#include "config/ethers.hpp"
#include "config/host_names.hpp"
#include "config/lines.hpp"

namespace pxed::config {

namespace {

using Kind = ExternalSource::Kind;

// A file of another kind has a fault on each of its lines; twenty are enough to see that.
constexpr std::size_t k_most_warnings = 20;

constexpr std::string_view directive_of(Kind kind) {
    switch (kind) {
        case Kind::hosts:
            return "dhcp-host";
        case Kind::options:
            return "dhcp-option";
        case Kind::names:
            return "hosts";
    }
    return {};
}

class ExternalReader {
 public:
    ExternalReader(Config& config, Reading& reading, const Reader& reader)
        : config_(config), reading_(reading), reader_(reader) {}

    // dnsmasq walks its list of sources from the last one to the first, and the last line read wins; what is
    // watched it reads behind all others. Among the files of a directory its order is the file system's; ours
    // is by name.
    void read_values(Kind kind) {
        identities_.clear();
        for (const bool is_watched : {false, true}) {
            for (const auto& source : reversed(config_.externals.sources)) {
                if (source.kind != kind || source.is_watched != is_watched) continue;
                for_each_file(source, [&](std::uint16_t file, const std::string& text) {
                    read_value_file(kind, file, text);
                });
            }
        }
    }

    void read_ethers() {
        const Origin asked_by = config_.externals.ethers;
        if (!asked_by.is_known()) return;
        (void)read_file("/etc/ethers", asked_by, [&](std::uint16_t file, const std::string& text) {
            add_ethers(config_, reading_, file, text);
        });
    }

    // /etc/hosts first, then the others: of several addresses dnsmasq takes the first for a lease.
    HostNames read_names() {
        identities_.clear();
        HostNames names;
        const auto add = [&](std::uint16_t, const std::string& text) { names.add(text); };
        // Nobody has asked for it by name: where there is none, there is nothing to say.
        if (config_.externals.has_etc_hosts) {
            if (const auto file = reader_.read_file("/etc/hosts")) names.add(file->text);
        }
        for (const auto& source : config_.externals.sources) {
            if (source.kind == Kind::names) for_each_file(source, add);
        }
        return names;
    }

 private:
    using OnFile = std::function<void(std::uint16_t file, const std::string& text)>;

    void warn(Origin origin, std::string text) {
        config_.findings.push_back({.origin = origin, .text = std::move(text)});
    }

    // A path may be a file or a directory, and dnsmasq looks which. We have no stat() here: what cannot be
    // listed is taken for a file, whose error then says what is wrong.
    void for_each_file(const ExternalSource& source, const OnFile& on_file) {
        auto names = reader_.list_directory(source.path);
        if (!names && reader_.last_directory) {
            if (auto last = reader_.last_directory(source.path)) {
                warn(source.origin, names.error() + "; its files are used as they were");
                names = std::move(*last);
            }
        }
        if (!names && source.is_watched) {
            warn(source.origin, names.error());
            return;
        }
        if (!names) {
            (void)read_file(source.path, source.origin, on_file);
            return;
        }
        std::ranges::sort(*names);
        const std::string prefix = source.path.ends_with('/') ? source.path : source.path + '/';
        for (const auto& name : *names) {
            if (!is_leftover(name) && !read_file(prefix + name, source.origin, on_file)) return;
        }
    }

    // False when no further file can be read.
    [[nodiscard]] bool read_file(const std::string& path, Origin asked_by, const OnFile& on_file) {
        auto file = reader_.read_file(path);
        if (!file && reader_.last_file) {
            // Better the reservations of a minute ago than none, should the file be exchanged right now.
            if (auto last = reader_.last_file(path)) {
                warn(asked_by, file.error() + "; what it held before stays in use");
                file = std::move(*last);
            }
        }
        if (!file) {
            warn(asked_by, std::move(file).error());
            return true;
        }
        // Named twice it is read once: the second time every address would be a duplicate.
        if (file->identity != 0 && !identities_.insert(file->identity).second) return true;
        const auto number = config_.add_file(path);
        if (!number) {
            warn(asked_by, number.error() + ": " + escaped(path) + " and those behind it are not read");
            return false;
        }
        on_file(*number, file->text);
        return true;
    }

    void read_value_file(Kind kind, std::uint16_t file, const std::string& text) {
        const Directive& directive = *find_directive(directive_of(kind));
        const std::size_t before = config_.findings.size();
        const auto complain = [&](std::uint32_t line, const std::string& what) {
            warn({file, line}, std::string{directive.name} + ": " + what + "; the line is skipped");
        };
        config::read_values(
            text,
            [&](const FileLine& read) {
                const auto& value = read.value;
                // The natural slip: these lines used to stand in the configuration.
                if (value.starts_with(directive.name) && value.find('=') != value.npos) {
                    complain(read.number, "the line holds only what follows \"" +
                                              std::string{directive.name} + "=\"; leave the name out");
                    return;
                }
                Line line{directive, read.field(), true, {file, read.number}, config_, reading_};
                if (auto parsed = directive.parse(line); !parsed) complain(read.number, parsed.error());
            },
            [&](const LineProblem& problem) { complain(problem.number, problem.what); });
        tidy_findings(before, file);
    }

    void tidy_findings(std::size_t before, std::uint16_t file) {
        auto& findings = config_.findings;
        // Here a line is without the directive's name.
        for (std::size_t i = before; i < findings.size(); ++i) {
            auto& suggestion = findings[i].suggestion;
            suggestion.erase(0, suggestion.find('=') + 1);
        }
        if (findings.size() <= before + k_most_warnings) return;
        const auto more = findings.size() - before - k_most_warnings;
        findings.resize(before + k_most_warnings);
        warn({}, escaped(config_.files[file]) + ": and " + std::to_string(more) + " more lines like these");
    }

    Config& config_;
    Reading& reading_;
    const Reader& reader_;
    std::set<std::uint64_t> identities_;
};

}  // namespace

void read_external_files(Config& config, Reading& reading, const Reader& reader) {
    ExternalReader files{config, reading, reader};
    // Before the hostsfiles: an ethers line may complete a dhcp-host line of the configuration itself.
    files.read_ethers();
    files.read_values(Kind::hosts);
    files.read_values(Kind::options);
    // Last: an address that some line gives is nobody else's by name.
    if (wants_names(config)) use_names(config, reading, files.read_names());
}

}  // namespace pxed::config
