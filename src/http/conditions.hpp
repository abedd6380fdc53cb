#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "http/request.hpp"

namespace pxed::http {

/// What is compared with the conditions of a request.
struct Version {
    std::string entity_tag;
    WallTime modified;
};

/// How the conditions of a request come out (RFC 9110 13.2.2).
enum class Verdict : std::uint8_t { go_on, not_modified, failed };

[[nodiscard]] Verdict judge(const Request& request, const Version& version);

/// Whether the Range of the request counts: there is no If-Range, or it names this very version (RFC 9110
/// 13.1.5: a strong tag, or exactly the date).
[[nodiscard]] bool range_counts(const Request& request, const Version& version);

/// Whether a list of entity tags (`*`, `"a", W/"b"`) has this one. Weak ones match only if `allows_weak`.
[[nodiscard]] bool lists_tag(std::string_view list, std::string_view tag, bool allows_weak);

}  // namespace pxed::http
