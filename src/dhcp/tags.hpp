#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/origin.hpp"

namespace pxed::dhcp {

/// One `tag:x` or `tag:!x`.
struct TagTest {
    std::string name;
    bool is_negated = false;
};

/// `tag:` tests of one line; all must hold. Empty: holds always.
using TagTests = std::vector<TagTest>;

/// A line that is only a condition: dhcp-ignore, bootp-dynamic, dhcp-ignore-names.
struct Condition {
    TagTests tests;
    Origin origin;
};

/// The tags a client has while one message is decided.
class Tags {
 public:
    void set(std::string_view name);
    void set_all(std::span<const std::string> names);
    [[nodiscard]] bool has(std::string_view name) const;
    /// Whether every test holds.
    [[nodiscard]] bool satisfy(const TagTests& tests) const;
    /// Like satisfy(), and a name that ends in `*` matches any tag that begins so: only tag-if does that.
    [[nodiscard]] bool satisfy_with_wildcards(const TagTests& tests) const;
    /// The names in the order they were set, joined by ", ".
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::span<const std::string> names() const { return names_; }

 private:
    std::vector<std::string> names_;
};

/// `tag-if=set:a,set:b,tag:c,tag:!d`.
struct TagIf {
    std::vector<std::string> sets;
    TagTests tests;
    Origin origin;
};

/// Runs the tag-if lines in file order; a line sees what the lines above it set.
void apply_tag_ifs(std::span<const TagIf> lines, Tags& tags);

}  // namespace pxed::dhcp
