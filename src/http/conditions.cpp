#include "http/conditions.hpp"

#include <optional>

#include "base/text.hpp"
#include "http/date.hpp"

namespace pxed::http {

namespace {

// Takes one `"tag"` or `W/"tag"` off the front of the list. Quotes first: a tag may hold commas and blanks.
std::optional<std::string_view> take_tag(std::string_view& list, bool& is_weak) {
    const auto start = list.find_first_not_of(" \t,");
    if (start == list.npos) return std::nullopt;
    list.remove_prefix(start);
    is_weak = list.starts_with("W/");
    if (is_weak) list.remove_prefix(2);
    if (!list.starts_with('"')) return std::nullopt;
    const auto end = list.find('"', 1);
    if (end == list.npos) return std::nullopt;
    const auto tag = list.substr(0, end + 1);
    list.remove_prefix(end + 1);
    return tag;
}

std::optional<WallTime> date_of(const std::optional<std::string>& header) {
    return header ? parse_date(*header) : std::nullopt;
}

}  // namespace

bool lists_tag(std::string_view list, std::string_view tag, bool allows_weak) {
    if (trim(list) == "*") return true;
    bool is_weak = false;
    while (const auto one = take_tag(list, is_weak)) {
        if (*one == tag && (allows_weak || !is_weak)) return true;
    }
    return false;
}

Verdict judge(const Request& request, const Version& version) {
    // A date that cannot be read is as none at all (13.1.3, 13.1.4).
    if (request.if_match) {
        if (!lists_tag(*request.if_match, version.entity_tag, false)) return Verdict::failed;
    } else if (const auto date = date_of(request.if_unmodified_since)) {
        if (version.modified > *date) return Verdict::failed;
    }
    if (request.if_none_match) {
        // Only GET and HEAD come here, for which a match means 304 (13.1.2); dates no longer count then.
        return lists_tag(*request.if_none_match, version.entity_tag, true) ? Verdict::not_modified
                                                                           : Verdict::go_on;
    }
    const auto since = date_of(request.if_modified_since);
    return since && version.modified <= *since ? Verdict::not_modified : Verdict::go_on;
}

bool range_counts(const Request& request, const Version& version) {
    if (!request.if_range) return true;
    const auto value = trim(*request.if_range);
    if (value.starts_with('"') || value.starts_with("W/")) return value == version.entity_tag;
    return parse_date(value) == version.modified;
}

}  // namespace pxed::http
