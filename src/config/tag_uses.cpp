#include "config/tag_uses.hpp"

#include <algorithm>
#include <string_view>

namespace pxed::config {

namespace {

using Names = std::set<std::string, std::less<>>;

// Whether `tag:BEGINNING*` can mean the word: it has the whole kind, `efi` of `efi-x64`. A shorter one, such
// as `tag:e*`, is for interfaces, and a file of dnsmasq's must not come to mean something else here.
bool names_kind(std::string_view beginning, std::string_view word) {
    const auto kind = word.substr(0, word.find('-'));
    return word.starts_with(beginning) && beginning.size() >= kind.size();
}

}  // namespace

std::set<std::string, std::less<>> tags_set_by(const dhcp::Policy& dhcp) {
    std::set<std::string, std::less<>> names;
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
    for (const auto& match : dhcp.relay_matches)
        names.insert(match.set_tag);
    for (const auto& match : dhcp.names.matches)
        names.insert(match.set_tag);
    for (const auto& rule : dhcp.tag_ifs)
        names.insert(rule.sets.begin(), rule.sets.end());
    return names;
}

void for_each_tag_test(const dhcp::Policy& dhcp,
                       const std::function<void(const dhcp::TagTest&, Origin, bool)>& use) {
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
    all(dhcp.linux_boots);
    all(dhcp.tag_ifs, true);
    all(dhcp.ignores);
    all(dhcp.broadcasts);
    all(dhcp.bootp_dynamics);
    all(dhcp.reply_delays);
    all(dhcp.names.ignores);
    all(dhcp.names.generates);
    all(dhcp.pxe.services);
}

std::vector<std::string> predefined_tags_for(const dhcp::Policy& dhcp) {
    Names tested;
    Names beginnings;
    for_each_tag_test(dhcp, [&](const dhcp::TagTest& test, Origin, bool takes_wildcards) {
        const std::string_view name = test.name;
        if (takes_wildcards && name.ends_with('*')) {
            beginnings.emplace(name.substr(0, name.size() - 1));
        } else {
            tested.insert(test.name);
        }
    });
    const auto set = tags_set_by(dhcp);
    // The file speaks first: where it has tags that begin so, its wildcard is for them.
    std::erase_if(beginnings, [&set](const std::string& beginning) {
        const auto first = set.lower_bound(beginning);
        return first != set.end() && first->starts_with(beginning);
    });
    std::vector<std::string> names;
    for (const auto& word : dhcp::arch_words()) {
        const bool is_tested =
            tested.contains(word.name) || std::ranges::any_of(beginnings, [&](std::string_view beginning) {
                return names_kind(beginning, word.name);
            });
        if (is_tested && !set.contains(word.name)) names.emplace_back(word.name);
    }
    return names;
}

}  // namespace pxed::config
