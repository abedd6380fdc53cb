// Tags that are tested and never set. A misspelt tag makes its line dead, or with `!` true for all, and
// dnsmasq says nothing. Only a warning: the line that sets the tag may be one that is yet to be written.

#include "config/check_tags.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/text.hpp"
#include "config/fields.hpp"

namespace pxed::config {

namespace {

using Names = std::set<std::string, std::less<>>;

// What is set without a line that says so. An interface's name is one as well.
constexpr std::string_view k_automatic[] = {"known", "known-othernet", "bootp"};

Names tags_set(const Config& config, const World& world) {
    Names names{std::begin(k_automatic), std::end(k_automatic)};
    const auto& dhcp = config.dhcp;
    for (const auto& range : dhcp.ranges)
        if (!range.set_tag.empty()) names.insert(range.set_tag);
    for (const auto& host : dhcp.hosts)
        names.insert(host.set_tags.begin(), host.set_tags.end());
    for (const auto& match : dhcp.matches)
        names.insert(match.set_tag);
    for (const auto& match : dhcp.vendor_classes)
        names.insert(match.set_tag);
    for (const auto& match : dhcp.user_classes)
        names.insert(match.set_tag);
    for (const auto& match : dhcp.macs)
        names.insert(match.set_tag);
    for (const auto& rule : dhcp.tag_ifs)
        names.insert(rule.sets.begin(), rule.sets.end());
    for (const auto& interface : world.interfaces)
        names.insert(interface.name);
    return names;
}

// Calls `use` with every line's tests and origin.
template <typename Use>
void for_each_test(const dhcp::Policy& dhcp, Use use) {
    const auto all = [&use](const auto& lines, bool takes_wildcards = false) {
        for (const auto& line : lines) {
            for (const auto& test : line.tests)
                use(test, line.origin, takes_wildcards);
        }
    };
    all(dhcp.ranges);
    all(dhcp.hosts);
    all(dhcp.options);
    all(dhcp.boots);
    all(dhcp.tag_ifs, true);
    all(dhcp.ignores);
    all(dhcp.broadcasts);
    all(dhcp.bootp_dynamics);
    all(dhcp.reply_delays);
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

}  // namespace

std::vector<Finding> find_unset_tags(const Config& config, const World& world) {
    const Names names = tags_set(config, world);
    const std::vector<std::string_view> candidates{names.begin(), names.end()};
    std::map<std::string, Origin> unset;  // the first line in the files that tests it
    for_each_test(config.dhcp, [&](const dhcp::TagTest& test, Origin origin, bool takes_wildcards) {
        if (is_set(names, config, test.name, takes_wildcards)) return;
        const auto [known, is_new] = unset.emplace(test.name, origin);
        // for_each_test() goes directive by directive, not in the order of the file.
        if (!is_new) known->second = std::min(known->second, origin);
    });
    std::vector<Finding> findings;
    for (const auto& [tag, origin] : unset) {
        const auto near = nearest(tag, candidates);
        findings.push_back(
            {origin, "tag " + quote(tag) + " is tested but nothing sets it" +
                         (near.empty() ? std::string{} : "; did you mean " + quote(near) + '?')});
    }
    std::ranges::sort(findings, {}, &Finding::origin);
    return findings;
}

}  // namespace pxed::config
