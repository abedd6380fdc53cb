#include "config/tag_uses.hpp"

namespace pxed::config {

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
    std::set<std::string, std::less<>> tested;
    for_each_tag_test(dhcp, [&](const dhcp::TagTest& test, Origin, bool) { tested.insert(test.name); });
    const auto set = tags_set_by(dhcp);
    std::vector<std::string> names;
    for (const auto& word : dhcp::arch_words()) {
        if (tested.contains(word.name) && !set.contains(word.name)) names.emplace_back(word.name);
    }
    return names;
}

}  // namespace pxed::config
