#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <initializer_list>

#include "dhcp/tags.hpp"

namespace pxed::dhcp {

/// Lines with `tag:` tests, in file order. A file may have one for each of ten thousand tags, and a client
/// has a handful: each line is filed under the first tag that it wants to be set, and only those of the
/// client's tags are looked at, with the lines that want none. A line is not changed in its place, or it
/// would be filed wrong.
template <typename Line>
class TaggedList {
 public:
    TaggedList() = default;
    TaggedList(std::initializer_list<Line> lines) {
        for (const Line& line : lines)
            push_back(line);
    }

    void push_back(Line line) {
        const auto number = static_cast<std::uint32_t>(lines_.size());
        const auto wanted = std::ranges::find(line.tests, false, &TagTest::is_negated);
        auto& drawer = wanted == line.tests.end() ? for_anybody_ : by_tag_[wanted->name];
        drawer.push_back(number);
        lines_.push_back(std::move(line));
    }

    [[nodiscard]] auto begin() const { return lines_.begin(); }
    [[nodiscard]] auto end() const { return lines_.end(); }
    [[nodiscard]] std::size_t size() const { return lines_.size(); }
    [[nodiscard]] bool empty() const { return lines_.empty(); }
    [[nodiscard]] const Line& operator[](std::size_t number) const { return lines_[number]; }
    [[nodiscard]] const Line& front() const { return lines_.front(); }
    [[nodiscard]] const Line& back() const { return lines_.back(); }

    /// The lines that may hold for somebody who has the tags `some`, or who has the tags `others`; the last
    /// of the file in front. Whether one does hold, its tests say.
    [[nodiscard]] std::vector<const Line*> candidates(const Tags& some, const Tags& others) const {
        std::vector<std::uint32_t> numbers = for_anybody_;
        if (!by_tag_.empty()) {
            append(some, nullptr, numbers);
            append(others, &some, numbers);
            std::ranges::sort(numbers);
        }
        std::vector<const Line*> found;
        found.reserve(numbers.size());
        for (auto number = numbers.rbegin(); number != numbers.rend(); ++number)
            found.push_back(&lines_[*number]);
        return found;
    }

 private:
    void append(const Tags& tags, const Tags* but, std::vector<std::uint32_t>& numbers) const {
        for (const auto& name : tags.names()) {
            if (but != nullptr && but->has(name)) continue;
            const auto drawer = by_tag_.find(name);
            if (drawer != by_tag_.end())
                numbers.insert(numbers.end(), drawer->second.begin(), drawer->second.end());
        }
    }

    std::vector<Line> lines_;
    std::unordered_map<std::string, std::vector<std::uint32_t>> by_tag_;
    std::vector<std::uint32_t> for_anybody_;  ///< lines whose tests, if any, are all for tags not to be set
};

}  // namespace pxed::dhcp
