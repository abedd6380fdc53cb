// Tags that are tested and never set, or set and never tested. A misspelt tag makes its line dead, or with
// `!` true for all, and dnsmasq says nothing. Only a warning: the line that sets the tag may be one that is
// yet to be written.

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/text.hpp"
#include "config/check_rules.hpp"
#include "config/fields.hpp"
#include "config/tag_uses.hpp"

namespace pxed::config {

namespace {

using Names = std::set<std::string, std::less<>>;

// What is set without a line that says so. An interface's name is one as well.
constexpr std::string_view k_automatic[] = {"known", "known-othernet", "bootp", "cpewan-id"};

Names tags_set(const Config& config, const World& world) {
    Names names{std::begin(k_automatic), std::end(k_automatic)};
    for (const auto& word : dhcp::arch_words())
        names.emplace(word.name);
    for (auto& name : tags_set_by(config.dhcp))
        names.insert(std::move(name));
    for (const auto& interface : world.interfaces)
        names.insert(interface.name);
    // The tag of a request on an alias, even before that interface is there.
    for (const auto& bridge : config.daemon.bridges)
        names.insert(bridge.interface);
    return names;
}

bool is_set(const Names& names, const Config& config, const std::string& tag, bool takes_wildcards) {
    if (names.contains(tag)) return true;
    if (takes_wildcards && tag.ends_with('*')) {
        const auto prefix = std::string_view{tag}.substr(0, tag.size() - 1);
        // The names are sorted: if any begins with the prefix, the first at or behind it does.
        const auto name = names.lower_bound(prefix);
        if (name != names.end() && name->starts_with(prefix)) return true;
    }
    // An interface that is waited for.
    return std::ranges::any_of(config.daemon.interfaces,
                               [&tag](const InterfaceName& name) { return name.matches(tag); });
}

void check_unset(const Config& config, const World& world, Findings& findings) {
    const Names names = tags_set(config, world);
    const std::vector<std::string_view> candidates{names.begin(), names.end()};
    std::map<std::string, Origin> unset;  // the first line in the files that tests it
    for_each_tag_test(config.dhcp, [&](const dhcp::TagTest& test, Origin origin, bool takes_wildcards) {
        if (is_set(names, config, test.name, takes_wildcards)) return;
        const auto [known, is_new] = unset.emplace(test.name, origin);
        // for_each_tag_test() goes directive by directive, not in the order of the file.
        if (!is_new) known->second = std::min(known->second, origin);
    });
    for (const auto& [tag, origin] : unset) {
        const auto near = nearest(tag, candidates);
        warn(findings, origin,
             "tag " + quote(tag) + " is tested but nothing sets it" +
                 (near.empty() ? std::string{} : "; did you mean " + quote(near) + '?'));
    }
}

// Calls `use` with every tag that a line sets for no other purpose, and the line. A host's or a range's tag
// may be there for a person to read in the log.
template <typename Use>
void for_each_match(const dhcp::Policy& dhcp, Use use) {
    const auto all = [&use](const auto& lines) {
        for (const auto& line : lines)
            use(line.set_tag, line.origin);
    };
    all(dhcp.matches);
    all(dhcp.vendor_classes);
    all(dhcp.user_classes);
    all(dhcp.macs);
    all(dhcp.relay_matches);
    all(dhcp.names.matches);
}

// Worth a note and no more: half-used files are handed around, and a tag shows in the log (log-dhcp).
void check_untested(const Config& config, const World&, Findings& findings) {
    Names tested;
    std::vector<std::string> patterns;
    for_each_tag_test(config.dhcp, [&](const dhcp::TagTest& test, Origin, bool takes_wildcards) {
        tested.insert(test.name);
        if (takes_wildcards && test.name.ends_with('*'))
            patterns.push_back(test.name.substr(0, test.name.size() - 1));
    });
    std::map<std::string, Origin> untested;
    for_each_match(config.dhcp, [&](const std::string& tag, Origin origin) {
        const bool fits = std::ranges::any_of(
            patterns, [&tag](const std::string& pattern) { return tag.starts_with(pattern); });
        if (!fits && !tested.contains(tag)) untested.emplace(tag, origin);
    });
    for (const auto& [tag, origin] : untested)
        note(findings, origin, "tag " + quote(tag) + " is set but no line tests it");
}

constexpr Rule k_rules[] = {check_unset, check_untested};

}  // namespace

std::span<const Rule> rules_of_tags() {
    return k_rules;
}

}  // namespace pxed::config
