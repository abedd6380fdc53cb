#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/directive.hpp"
#include "config/fields.hpp"

namespace pxed::config {

/// Files that a line asks to be read in its place.
struct Include {
    enum class Kind : std::uint8_t { file, directory };
    Kind kind = Kind::file;
    std::string path;
    std::vector<std::string> included_suffixes;  ///< `*.conf`: only names that end so; empty: all
    std::vector<std::string> excluded_suffixes;  ///< `.bak`
};

/// Whether a directory's file of that name is passed over: what editors leave behind, as dnsmasq has it.
[[nodiscard]] constexpr bool is_leftover(std::string_view name) {
    return name.empty() || name.ends_with('~') || name.starts_with('.') ||
           (name.starts_with('#') && name.ends_with('#'));
}

/// What lines of one configuration have to know of each other while it is read.
struct Reading {
    std::unordered_map<Ipv4, Origin> host_addresses;  ///< dhcp-host: who has an address already
    std::set<std::string> told;                       ///< warnings of Line::warn_once()
};

/// One directive as it stands somewhere, and the configuration it changes.
class Line {
 public:
    Line(const Directive& directive, Field value, bool has_value, Origin origin, Config& config,
         Reading& reading)
        : directive_(directive),
          value_(value),
          has_value_(has_value),
          origin_(origin),
          config_(config),
          reading_(reading) {}

    [[nodiscard]] const Directive& directive() const { return directive_; }
    /// What follows `=`, trimmed; empty when nothing does.
    [[nodiscard]] Field value() const { return value_; }
    /// Whether there was an `=`: `pid-file=` and `pid-file` differ.
    [[nodiscard]] bool has_value() const { return has_value_; }
    [[nodiscard]] Origin origin() const { return origin_; }
    [[nodiscard]] Config& config() const { return config_; }
    [[nodiscard]] Reading& reading() const { return reading_; }

    /// Says something about the line without refusing it.
    /// `suggestion`: the value to write instead.
    void warn(const std::string& text, const std::string& suggestion = {}) const {
        say(Finding::Severity::warning, text, suggestion);
    }
    /// As warn(), for what need not be changed; only --test says it.
    void note(const std::string& text) const { say(Finding::Severity::note, text, {}); }
    /// As warn(), but only at the first line of this directive that says it.
    void warn_once(const std::string& text) const {
        if (reading_.told.insert(std::string{directive_.name} + ' ' + text).second) warn(text);
    }
    /// Has files read before the next line.
    void include(Include what) { includes_.push_back(std::move(what)); }
    [[nodiscard]] const std::vector<Include>& includes() const { return includes_; }

 private:
    void say(Finding::Severity severity, const std::string& text, const std::string& suggestion) const {
        const std::string name{directive_.name};
        config_.findings.push_back({origin_, name + ": " + text, severity,
                                    suggestion.empty() ? std::string{} : name + '=' + suggestion});
    }

    const Directive& directive_;
    Field value_;
    bool has_value_;
    Origin origin_;
    Config& config_;
    Reading& reading_;
    // Read by the loader when the line is done, so that a parse function never calls back into it.
    std::vector<Include> includes_;
};

}  // namespace pxed::config
